"""The consultation: one record that changes only forward, a version a change."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from orchestrator.domain.alarm import Alarm
from orchestrator.domain.codes import DeliveryFailure, DialFailure
from orchestrator.domain.errors import WrongState
from orchestrator.domain.outcome import Outcome, Summary
from orchestrator.domain.playout import HeardPart
from orchestrator.domain.progress import Progress


class State(StrEnum):
    """Where a consultation stands."""

    SCHEDULED = "scheduled"
    DIALLING = "dialling"
    RINGING = "ringing"
    IN_PROGRESS = "in_progress"
    SUMMARISING = "summarising"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether nothing comes after it."""
        return self in {State.COMPLETED, State.FAILED, State.CANCELLED}

    @property
    def before_call(self) -> bool:
        """Whether the person has not answered yet."""
        return self in {State.SCHEDULED, State.DIALLING, State.RINGING}


_ORDER = list(State)


class DeliveryState(StrEnum):
    """What became of the result's delivery."""

    NONE = "none"
    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"
    NOT_WANTED = "not_wanted"

    @property
    def settled(self) -> bool:
        """Whether nothing more is tried by itself."""
        return self in {DeliveryState.DELIVERED, DeliveryState.DEAD, DeliveryState.NOT_WANTED}


@dataclass(frozen=True, slots=True)
class Delivery:
    """The delivery of a result to the backend, so far.

    Attributes:
        attempts: how often it was posted, the attempt that is being made included.
        http_status: the latest answer; None if none came.
        failure: why the latest attempt failed.
        first_attempt_at: when it was posted first.
        last_attempt_at: when it was posted last.
        next_attempt_at: when it is posted again; None if it is not.
        settled_at: when it was acknowledged or given up.
    """

    state: DeliveryState = DeliveryState.NONE
    attempts: int = 0
    http_status: int | None = None
    failure: DeliveryFailure = DeliveryFailure.NONE
    first_attempt_at: datetime | None = None
    last_attempt_at: datetime | None = None
    next_attempt_at: datetime | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Consultation:
    """One consultation, as stored.

    Attributes:
        version: counts the changes; a change is written only over the version it was made from.
        masked_phone: all but the last two digits masked.
        call_sid: the telephone network's id; empty until known.
        dial_attempts: how often the network was asked to call.
        dial_open: the network was asked, and its answer is not known yet.
        turn_count: turns taken.
        open_turn: number of the callee's turn that the call waits for; 0 if it waits for none.
        replied_turn: the key under which the latest reply is stored.
        heard_through: number of the last agent's turn that was proven to be played.
        heard_parts: agent's turns of which only a beginning was proven to be played; they count whatever
            `heard_through` says.
        streams_opened: how often the call was told to go on as two streams of audio.
        talkers: how often somebody was given the right to talk in the call. Whoever talks holds the number they were
            given as a fencing token: the highest one that has talked is the only one who may go on.
        turn_by_turn: the call goes on turn by turn, whatever was ordered: streams were tried and failed.
        alarms: dangers that were noticed.
    """

    consultation_id: str
    person_id: str
    question_set_id: str
    session_index: int
    account_id: str | None
    masked_phone: str
    created_at: datetime
    fingerprint: str = ""
    version: int = 0
    state: State = State.SCHEDULED
    call_sid: str = ""
    dial_attempts: int = 0
    dial_open: bool = False
    dialled_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    turn_count: int = 0
    open_turn: int = 0
    replied_turn: int = 0
    heard_through: int = 0
    progress: Progress = field(default_factory=Progress)
    dial_failure: DialFailure = DialFailure.NONE
    delivery: Delivery = field(default_factory=Delivery)
    summary: Summary | None = None
    outcome: Outcome | None = None
    alarms: tuple[Alarm, ...] = ()
    heard_parts: tuple[HeardPart, ...] = ()
    streams_opened: int = 0
    talkers: int = 0
    turn_by_turn: bool = False

    def to(self, state: State) -> Consultation:
        """Moves forward to a state.

        Raises:
            WrongState: if that is not forward.
        """
        if self.state.final or _ORDER.index(state) < _ORDER.index(self.state):
            raise WrongState(self.consultation_id, self.state)
        return replace(self, state=state)

    def reached(self, state: State) -> bool:
        """Whether it is in this state or was in it or past it."""
        return _ORDER.index(self.state) >= _ORDER.index(state)

    @property
    def settled(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state.final and self.delivery.state.settled
