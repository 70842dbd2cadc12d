"""What the dialogue needs of the world. Adapters implement these; fakes in the tests do too."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from orchestrator.domain.alarm import Alarm
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.event import Event, Occurrence
from orchestrator.domain.outcome import Outcome
from orchestrator.domain.turn import CalleeInput, LanguageModelUse, Reply, Turn

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


@dataclass(frozen=True, slots=True)
class Schema:
    """The form of a structured answer.

    Attributes:
        name: `[a-zA-Z0-9_-]+`.
        definition: a JSON schema as OpenAI's structured outputs take it: every property required, nothing additional.
    """

    name: str
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Completion:
    """A structured answer, and what it cost. That it fits the schema is for whoever asked to check."""

    content: Mapping[str, Any]
    use: LanguageModelUse


OnUse = Callable[[LanguageModelUse], None]


class LanguageModel(Protocol):
    """Words answers and summaries, and gives a second opinion."""

    async def complete(
        self, messages: Sequence[Message], schema: Schema, *, max_tokens: int, timeout: float
    ) -> Completion:
        """Returns a JSON object in the form of a schema.

        Raises:
            LanguageModelUnavailable: no answer within `timeout` seconds, a failure, a refusal, or no JSON object.
        """
        ...

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, timeout: float, on_use: OnUse | None = None
    ) -> AsyncGenerator[str, None]:
        """Yields the reply piece by piece. Closing the generator cancels the request.

        Args:
            messages: what the model is told.
            max_tokens: how long the reply may be; it is cut there.
            timeout: seconds until the end of the reply.
            on_use: is told what the reply cost, once it is complete.

        Raises:
            LanguageModelUnavailable: no answer within `timeout` seconds, a failure, or a reply that broke off.
        """
        ...


Vectors = NDArray[np.float32]


class SentenceEncoder(Protocol):
    """Turns sentences into vectors whose products say how alike the sentences are."""

    @property
    def name(self) -> str:
        """Names model and form: vectors of different names are not comparable."""
        ...

    async def encode(self, sentences: Sequence[str], *, timeout: float) -> Vectors:
        """Returns a unit vector a sentence, shape (sentences, dimensions). Never blocks the event loop.

        Raises:
            EncoderUnavailable: no answer within `timeout` seconds, or the encoder failed.
        """
        ...


class VectorStore(Protocol):
    """Keeps the vectors of question sets, so that each is computed once for all replicas."""

    async def get(self, key: str) -> bytes | None:
        """Returns what was put under a key; None if nothing was, or it has expired.

        Raises:
            StoreUnavailable
        """
        ...

    async def put(self, key: str, content: bytes) -> None:
        """Keeps bytes under a key.

        Raises:
            StoreUnavailable
        """
        ...


class PauseMemory(Protocol):
    """Remembers from call to call how long a person's pauses are, in seconds of silence that end a turn."""

    async def pause(self, person_id: str) -> float | None:
        """Returns what proved right in the person's last call; None if nothing is known.

        Raises:
            StoreUnavailable
        """
        ...

    async def remember(self, person_id: str, pause: float) -> None:
        """Remembers a pause.

        Raises:
            StoreUnavailable
        """
        ...

    async def forget(self, person_id: str) -> None:
        """Erases what is known of a person.

        Raises:
            StoreUnavailable
        """
        ...


@dataclass(frozen=True, slots=True)
class AlarmNotice:
    """What a person who is told of an alarm needs.

    Attributes:
        person_id: the backend's id; names and numbers stay where they are.
        account_id: the operator of the consultation, if it has one.
        quote: the callee's words.
    """

    consultation_id: str
    person_id: str
    account_id: str | None
    alarm: Alarm
    quote: str


@dataclass(frozen=True, slots=True)
class AlarmReceipt:
    """What somebody who was told of an alarm answered.

    Attributes:
        taken: the message has arrived.
        acknowledged_by: the person who takes the alarm over by that answer; empty: nobody, yet.
    """

    taken: bool
    acknowledged_by: str = ""


class AlarmReceivers(Protocol):
    """Those who are told of a danger during the call: the first in line, then whom it is passed on to."""

    @property
    def line(self) -> int:
        """How many are in line: 0: nobody is configured."""
        ...

    async def tell(self, place: int, notice: AlarmNotice, *, timeout: float) -> AlarmReceipt:
        """Tells the one at a place in line, from 0, within `timeout` seconds. Never raises for their sake."""
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
    ALARM = "alarm"


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
