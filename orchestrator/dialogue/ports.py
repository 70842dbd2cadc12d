"""What the dialogue needs of the world. Adapters implement these; fakes in the tests do too."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.event import Event, Occurrence
from orchestrator.domain.outcome import Outcome
from orchestrator.domain.turn import CalleeInput, Reply, Turn

Item = TypeVar("Item")


class Clock(Protocol):
    """The time of day. Durations are measured on the event loop's own clock."""

    def now(self) -> datetime:
        """Returns the time, with zone UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a recogniser made of a recording; no words is an empty text."""

    text: str
    confidence: float | None = None


class SpeechToText(Protocol):
    """Recognises recordings."""

    async def recognize(self, audio: bytes, *, timeout: float) -> Recognition:
        """Recognises a WAV file within `timeout` seconds.

        Raises:
            SpeechToTextUnavailable: no answer in time, or the recogniser failed.
            InvalidAudio: the recording is no audio.
        """
        ...


class Activity(Protocol):
    """Tells silence from sound."""

    def loud_seconds(self, recording: bytes) -> float:
        """Returns for how many seconds a WAV file is clearly louder than its background."""
        ...


class TextToSpeech(Protocol):
    """Speaks."""

    async def synthesize(self, text: str, *, timeout: float) -> bytes:
        """Returns a WAV file (8 kHz mono) that says the text, within `timeout` seconds.

        Raises:
            TextToSpeechUnavailable: no answer in time, or the synthesiser failed.
        """
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a language model; `role` is `system`, `user` or `assistant`."""

    role: str
    content: str


class LanguageModel(Protocol):
    """Words answers and summaries."""

    def stream(self, messages: Sequence[Message], *, max_tokens: int, timeout: float) -> AsyncGenerator[str, None]:
        """Yields the reply piece by piece. Closing the generator cancels the request.

        Raises:
            LanguageModelUnavailable: no answer within `timeout` seconds, a failure, or a reply that broke off.
        """
        ...


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

    async def delete_recordings(self, call_sid: str) -> None:
        """Erases everything recorded of a call; nothing there is no error.

        Raises:
            TelephoneUnavailable: the network did not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class Audio:
    """A complete audio file, as served to the telephone network."""

    content: bytes
    etag: str


class AudioStore(Protocol):
    """Keeps the agent's spoken words until they were played."""

    async def put(self, content: bytes) -> str:
        """Keeps a WAV file and returns its unguessable token.

        Raises:
            StoreUnavailable
        """
        ...

    async def get(self, token: str) -> Audio:
        """Returns what a token stands for.

        Raises:
            AudioNotFound, StoreUnavailable
        """
        ...

    async def delete(self, tokens: Sequence[str]) -> None:
        """Erases audio.

        Raises:
            StoreUnavailable
        """
        ...


class DueKind(StrEnum):
    """Work that waits for its time."""

    DIAL = "dial"
    CHECK = "check"
    CONCLUDE = "conclude"
    DELIVER = "deliver"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class Due:
    """A piece of work that is due."""

    kind: DueKind
    consultation_id: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one consultation, written wholly or not at all.

    Attributes:
        consultation: the new record, its version one above the one it was made from.
        turns: turns to append.
        occurrences: what watchers are told, in order.
        replies: replies to remember, by the callee's turn they answer (0: the call was answered).
        due: when work of a kind is due; None: no longer.
        result: the result's bytes, to be kept until delivered.
        expire_after: seconds after which everything of the consultation is erased; None: unchanged.
    """

    consultation: Consultation
    turns: tuple[Turn, ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    replies: Mapping[int, Reply] = field(default_factory=dict)
    due: Mapping[DueKind, datetime | None] = field(default_factory=dict)
    result: bytes | None = None
    expire_after: int | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """A page of a list; an empty token marks the last."""

    items: tuple[Item, ...]
    next_token: str = ""


class ConsultationStore(Protocol):
    """Keeps consultations. Every method may raise StoreUnavailable; those that take an id, ConsultationNotFound."""

    async def create(self, brief: Brief, change: Change) -> Consultation | None:
        """Writes a new consultation with its first change, unless its id is taken: then returns what stands there."""
        ...

    async def get(self, consultation_id: str) -> Consultation:
        """Returns the record."""
        ...

    async def load(self, consultation_id: str) -> tuple[Brief, Consultation]:
        """Returns order and record."""
        ...

    async def commit(self, change: Change) -> bool:
        """Writes a change atomically; False, and nothing written, if the record has another version by now."""
        ...

    async def reply(self, consultation_id: str, turn_number: int) -> Reply | None:
        """Returns the reply remembered for a turn."""
        ...

    async def replies(self, consultation_id: str) -> tuple[Reply, ...]:
        """Returns all replies remembered."""
        ...

    async def remember_input(self, consultation_id: str, turn_number: int, callee_input: CalleeInput) -> None:
        """Keeps what the callee said until the turn is answered, so that any replica can go on with it."""
        ...

    async def remembered_input(self, consultation_id: str, turn_number: int) -> CalleeInput | None:
        """Returns what was kept for a turn."""
        ...

    async def transcript(
        self, consultation_id: str, *, after: int = 0, limit: int = 1000
    ) -> tuple[Consultation, tuple[Turn, ...]]:
        """Returns the record and its turns with numbers above `after`, in order."""
        ...

    async def events(self, consultation_id: str, cursor: str, *, wait: float) -> tuple[Event, ...]:
        """Returns what happened after a cursor; if nothing did, waits up to `wait` seconds for something.

        Raises:
            InvalidCursor
        """
        ...

    async def result(self, consultation_id: str) -> bytes | None:
        """Returns the result's bytes, once there are any."""
        ...

    async def newest(self, *, limit: int, token: str) -> Page[Consultation]:
        """Lists consultations, newest first.

        Raises:
            InvalidPageToken
        """
        ...

    async def undelivered(self, *, limit: int, token: str) -> Page[Consultation]:
        """Lists consultations whose delivery was given up, longest waiting first.

        Raises:
            InvalidPageToken
        """
        ...

    async def claim_due(self, *, limit: int, lease: float) -> tuple[Due, ...]:
        """Takes work that is due; what is not done within `lease` seconds is due again."""
        ...

    async def delete(self, consultation_id: str) -> None:
        """Erases everything of a consultation."""
        ...

    async def ping(self) -> None:
        """Returns if the store answers."""
        ...


@dataclass(frozen=True, slots=True)
class Report:
    """All that a result is made of."""

    brief: Brief
    consultation: Consultation
    outcome: Outcome
    summary: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the backend answered to a result.

    Attributes:
        http_status: None if it did not answer.
        accepted: it is stored.
        final: trying again changes nothing.
        retry_after: seconds it asks to be left alone, if it does.
    """

    http_status: int | None
    accepted: bool
    final: bool = False
    retry_after: float | None = None


class ResultReceiver(Protocol):
    """The backend that takes results."""

    @property
    def wanted(self) -> bool:
        """Whether a backend is configured."""
        ...

    def encode(self, report: Report) -> bytes:
        """Returns the result as the backend reads it."""
        ...

    async def deliver(self, body: bytes, *, key: str) -> Receipt:
        """Sends a result under an idempotency key. Never raises for the backend's sake."""
        ...
