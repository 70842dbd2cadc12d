"""The bodies of `POST /api/campaigns` and `.../consultations`. What may be missing has the orchestrator's default.

Unknown fields are refused: a misspelt "retry_rules" must not have people called by rules that nobody chose. Within a
consultation they are ignored, as in `POST /api/receive`.
"""

import hashlib
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from gateway.receive import Int32, ReceivePayload

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Seconds = Annotated[int, Field(ge=0, le=2**31 - 1)]
# As many as the orchestrator takes at once. Checked here too: to name the faults in a hundred thousand takes seconds in
# which calls would stand still.
People = Annotated[list[ReceivePayload], Field(max_length=1000)]


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Pacing(_Body):
    """How fast to call."""

    most_calls: Int32 = 0
    calls_per_second: Annotated[float, Field(allow_inf_nan=False)] = 0


class CallingHours(_Body):
    """When people may be called, in Korean time: `HH:MM`."""

    opens: str = ""
    closes: str = ""
    weekdays: list[Weekday] = []
    on_holidays: bool = False


class RetryRules(_Body):
    """Waits after the first, second ... attempt that ended so; the last one repeats."""

    busy_seconds: list[Seconds] = []
    no_answer_seconds: list[Seconds] = []
    voicemail_seconds: list[Seconds] = []
    most_attempts: Int32 = 0


class CampaignBody(_Body):
    """A campaign; each of its consultations is a body of `POST /api/receive`."""

    name: str
    consultations: People = []
    pacing: Pacing = Pacing()
    calling_hours: CallingHours = CallingHours()
    retry_rules: RetryRules = RetryRules()
    priority: Int32 = 0
    start_paused: bool = False


class MorePeopleBody(_Body):
    """More people for a campaign."""

    consultations: People


def derived_request_id(body: CampaignBody) -> str:
    """Returns the request id of a body that came without an `Idempotency-Key`: the same campaign again is the same."""
    return f"campaign:{hashlib.sha256(body.model_dump_json().encode()).hexdigest()}"
