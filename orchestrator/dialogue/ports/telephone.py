"""The telephone network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A call to be made; times in seconds."""

    consultation_id: str
    phone: str
    ring_timeout: int
    time_limit: int


class CallStatus(StrEnum):
    """The status of a call, as the telephone network names it."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def final(self) -> bool:
        """Whether the call is over."""
        return self in {self.COMPLETED, self.BUSY, self.NO_ANSWER, self.FAILED, self.CANCELED}


@dataclass(frozen=True, slots=True)
class CallReport:
    """What the telephone network says about a call."""

    call_sid: str
    status: CallStatus
    sequence_number: int | None = None
    happened_at: datetime | None = None
    duration: float | None = None
    sip_response_code: int | None = None


class Telephone(Protocol):
    """The telephone network."""

    async def dial(self, order: CallOrder) -> str:
        """Rings a phone, at most once, and returns the call's sid.

        Raises:
            DialRefused: refused for good, with the reason.
            TelephoneUnavailable: `happened` False: certainly not dialled, may be tried again; None: nobody knows.
        """
        ...

    async def hang_up(self, call_sid: str) -> None:
        """Ends a call; one that is over already is no error.

        Raises:
            TelephoneUnavailable: the network did not answer.
        """
        ...

    async def find_call(self, phone: str, since: datetime) -> CallReport | None:
        """Looks for the newest call to a number since a time; None if there is none.

        Raises:
            TelephoneUnavailable: the network did not answer.
        """
        ...

    async def call_report(self, call_sid: str) -> CallReport | None:
        """Returns where a call stands; None if the network does not know it.

        Raises:
            TelephoneUnavailable: the network did not answer.
        """
        ...

    async def fetch_recording(self, recording_sid: str, *, timeout: float) -> bytes:
        """Returns a recording's WAV file; one that is not there yet is asked for again until `timeout` seconds passed.

        Raises:
            RecordingNotReady: it did not appear in time.
            InvalidAudio: it is too large, or of another type.
            TelephoneUnavailable: the network did not answer.
        """
        ...

    async def delete_recording(self, recording_sid: str) -> None:
        """Erases one recording; one that is not there is no error.

        Raises:
            TelephoneUnavailable: the network did not answer.
        """
        ...

    async def delete_recordings(self, call_sid: str) -> None:
        """Erases everything recorded of a call; nothing there is no error.

        Raises:
            TelephoneUnavailable: the network did not answer.
        """
        ...
