"""A call: its states, and what the REST API can command."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from sandbox.clock import Timeline
from sandbox.line import Line
from sandbox.twilio.call_request import CallRequest
from sandbox.twilio.machine_detection import AnsweredBy
from sandbox.twilio.sid import new_sid
from sandbox.twilio.steps import Step

CallStatus = Literal[
    "queued", "initiated", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled"
]

UNANSWERED: Final = frozenset({"busy", "failed", "no-answer"})
TERMINAL: Final = UNANSWERED | {"completed", "canceled"}
_ORDER: Final = ("queued", "initiated", "ringing", "in-progress")


@dataclass(eq=False)
class Call:
    """Holds a call.

    Attributes:
        request: what was asked for.
        timeline: the call's time, from the moment it was created.
        queue_s: phone seconds it waits to be dialled.
        sid: `CA...`.
        status: where it stands; `enter` changes it.
        created_at: date of the `POST`, phone time like all dates here.
        updated_at: when the status changed last.
        started_at: when it was dialled.
        answered_at: when it was answered.
        ended_at: when it reached its last status.
        sip_code: why it ended, as SIP says: 200, 404, 486, 487, 603.
        answered_by: what machine detection found.
        line: once it is answered.
        commands: what the REST API wants done: the last status, or another document.
        ended: set when the call is over.
        settled: set when everything that follows from its end was sent.
    """

    request: CallRequest
    timeline: Timeline
    queue_s: float
    sid: str = field(default_factory=lambda: new_sid("CA"))
    status: CallStatus = "queued"
    created_at: datetime = field(init=False)
    updated_at: datetime | None = None
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    sip_code: int = 200
    answered_by: AnsweredBy | None = None
    line: Line | None = None
    commands: "asyncio.Queue[CallStatus | Step]" = field(default_factory=asyncio.Queue)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.created_at = self.timeline.wall_clock()

    @property
    def over(self) -> bool:
        """Whether the call has reached its last status."""
        return self.status in TERMINAL

    @property
    def duration_s(self) -> int:
        """Whole seconds from answer to end; 0 for a call that was not answered."""
        if not self.answered_at or not self.ended_at:
            return 0
        return round((self.ended_at - self.answered_at).total_seconds())

    @property
    def line_s(self) -> float | None:
        """Phone seconds since the answer; None before."""
        return round(self.line.now, 3) if self.line else None

    def enter(self, status: CallStatus) -> None:
        """Changes the status, and notes when.

        Raises:
            RuntimeError: a call never goes back.
        """
        if self.over or (status in _ORDER and _ORDER.index(status) <= _ORDER.index(self.status)):
            raise RuntimeError(f"a call that is {self.status} cannot become {status}")
        self.status = status
        self.updated_at = self.timeline.wall_clock()
        if status == "initiated":
            self.started_at = self.updated_at
        elif status == "in-progress":
            self.answered_at = self.updated_at
        elif status in TERMINAL:
            self.ended_at = self.updated_at
            self.ended.set()
