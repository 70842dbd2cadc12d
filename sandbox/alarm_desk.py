"""The desk of the backend's stand-in at which alarms arrive: takes them, is strict about them, may take them over."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.events import Event, Events
from sandbox.http_server import json_or_text
from sandbox.script import Alarms

ALARM_PATH: Final = "/api/call/alarm"
OPERATOR: Final = "sandbox-operator"

DangerKind = Literal["self_harm", "violence", "collapse", "breathing", "starvation_cold", "fire"]


class AlarmBody(BaseModel):
    """What an alarm says."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    consultation_id: Annotated[str, Field(min_length=1)]
    v_id: Annotated[str, Field(min_length=1)]
    account_id: str | None
    alarm_number: Annotated[int, Field(ge=1)]
    danger_kind: DangerKind
    danger_label: Annotated[str, Field(pattern="[가-힣]")]
    turn_number: Annotated[int, Field(ge=1)]
    quote: Annotated[str, Field(min_length=1)]
    noticed_by: Annotated[list[Literal["rules", "language_model"]], Field(min_length=1)]
    raised_time: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")]
    place_in_line: Annotated[int, Field(ge=1)]
    line_length: Annotated[int, Field(ge=1)]
    notification_count: Annotated[int, Field(ge=0)]
    acknowledge_path: Annotated[str, Field(pattern="^/api/consultations/[^/]+/alarms/[0-9]+/acknowledge$")]


@dataclass(frozen=True, kw_only=True)
class AlarmPost:
    """Describes one `POST` of an alarm.

    Attributes:
        at: real time (UTC).
        line_s: phone seconds since the call was answered; None: no call was under way.
        headers: as received.
        body: parsed; the text itself if it is no JSON.
        status: what was answered.
        faults: why the body was not taken.
        acknowledged: whether somebody took the alarm over by the answer.
    """

    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    line_s: float | None
    headers: dict[str, str]
    body: Any
    status: int
    faults: tuple[str, ...] = ()
    acknowledged: bool = False


class AlarmDesk:
    """Collects alarms.

    Attributes:
        posts: everything that was posted, in order.
        manner: what is done with alarms that are as they must be.
    """

    def __init__(self, events: Events, line_s: Callable[[], float | None]) -> None:
        """Makes it.

        Args:
            events: where to tell of alarms.
            line_s: says how far the call under way is.
        """
        self.posts: list[AlarmPost] = []
        self.manner: Alarms = "acknowledged"
        self._events = events
        self._line_s = line_s

    async def take(self, request: web.Request) -> web.Response:
        """Answers `POST /api/call/alarm`."""
        content = await request.read()
        faults = _faults(content)
        status = 400 if faults else 503 if self.manner == "refused" else 200
        post = AlarmPost(
            line_s=self._line_s(),
            headers=dict(request.headers),
            body=json_or_text(content),
            status=status,
            faults=faults,
            acknowledged=status == 200 and self.manner == "acknowledged",
        )
        self.posts.append(post)
        self._events.publish(Event("alarmed", None, post.line_s, details={"status": status, "faults": list(faults)}))
        if post.acknowledged:
            return web.json_response({"acknowledged_by": OPERATOR})
        return web.Response(status=status, text="; ".join(faults))


def _faults(content: bytes) -> tuple[str, ...]:
    try:
        AlarmBody.model_validate_json(content)
    except ValidationError as error:
        return tuple(f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}" for fault in error.errors())
    return ()
