"""The domain's values as JSON bytes, and back.

Field names are the domain's own. Fields that a newer replica has added are ignored, and fields with a default may be
missing, so two neighbouring versions can run side by side. Where the domain has one of several types, what is stored
has one field a type, all but one of them null.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.event import AlarmChanged, DeliveryAttempted, Event, Occurrence, StateChanged, TurnTaken
from orchestrator.domain.turn import (
    CalleeInput,
    HandOver,
    HandOverEnded,
    HangUp,
    KeypadInput,
    Listen,
    Prompt,
    RecordingInput,
    Reply,
    SilenceInput,
    SpokenInput,
    Turn,
    Wait,
)

Value = TypeVar("Value")


class Undecodable(Exception):
    """What is stored is none of what this version knows. Says nothing of the content."""


class Codec(Generic[Value]):
    """Writes and reads one type."""

    def __init__(self, value_type: type[Value]) -> None:
        self._adapter = TypeAdapter(value_type)
        self._name = value_type.__name__

    def encode(self, value: Value) -> bytes:
        """Returns JSON; equal values give equal bytes."""
        return self._adapter.dump_json(value)

    def decode(self, raw: bytes) -> Value:
        """Reads what `encode` wrote.

        Raises:
            Undecodable
        """
        try:
            return self._adapter.validate_json(raw)
        except ValidationError:
            raise Undecodable(f"a stored {self._name} cannot be read") from None  # its text shows the input


@dataclass(frozen=True, slots=True)
class _StoredReply:
    prompts: tuple[Prompt, ...]
    listen: Listen | None = None
    wait: Wait | None = None
    hang_up: HangUp | None = None
    hand_over: HandOver | None = None


@dataclass(frozen=True, slots=True)
class _StoredInput:
    recording: RecordingInput | None = None
    keypad: KeypadInput | None = None
    silence: SilenceInput | None = None
    spoken: SpokenInput | None = None
    hand_over_ended: HandOverEnded | None = None


@dataclass(frozen=True, slots=True)
class _StoredEvent:
    happened_at: datetime
    state_changed: StateChanged | None = None
    turn_taken: TurnTaken | None = None
    delivery_attempted: DeliveryAttempted | None = None
    alarm_changed: AlarmChanged | None = None


BRIEF = Codec(Brief)
CONSULTATION = Codec(Consultation)
TURN = Codec(Turn)
_REPLY = Codec(_StoredReply)
_INPUT = Codec(_StoredInput)
_EVENT = Codec(_StoredEvent)


def encode_reply(reply: Reply) -> bytes:
    """Writes a reply."""
    match reply.next:
        case Listen() as listen:
            stored = _StoredReply(reply.prompts, listen=listen)
        case Wait() as wait:
            stored = _StoredReply(reply.prompts, wait=wait)
        case HangUp() as hang_up:
            stored = _StoredReply(reply.prompts, hang_up=hang_up)
        case HandOver() as hand_over:
            stored = _StoredReply(reply.prompts, hand_over=hand_over)
    return _REPLY.encode(stored)


def decode_reply(raw: bytes) -> Reply:
    """Reads a reply."""
    stored = _REPLY.decode(raw)
    following = stored.listen or stored.wait or stored.hang_up or stored.hand_over
    if following is None:
        raise Undecodable("a stored reply ends in something unknown")
    return Reply(stored.prompts, following)


def encode_input(callee_input: CalleeInput) -> bytes:
    """Writes what the callee said."""
    match callee_input:
        case RecordingInput():
            stored = _StoredInput(recording=callee_input)
        case KeypadInput():
            stored = _StoredInput(keypad=callee_input)
        case SilenceInput():
            stored = _StoredInput(silence=callee_input)
        case SpokenInput():
            stored = _StoredInput(spoken=callee_input)
        case HandOverEnded():
            stored = _StoredInput(hand_over_ended=callee_input)
    return _INPUT.encode(stored)


def decode_input(raw: bytes) -> CalleeInput:
    """Reads what the callee said."""
    stored = _INPUT.decode(raw)
    callee_input = stored.recording or stored.keypad or stored.silence or stored.spoken or stored.hand_over_ended
    if callee_input is None:
        raise Undecodable("a stored input is of an unknown kind")
    return callee_input


def encode_event(happened_at: datetime, occurrence: Occurrence) -> bytes:
    """Writes an occurrence and its time."""
    match occurrence:
        case StateChanged():
            stored = _StoredEvent(happened_at, state_changed=occurrence)
        case TurnTaken():
            stored = _StoredEvent(happened_at, turn_taken=occurrence)
        case DeliveryAttempted():
            stored = _StoredEvent(happened_at, delivery_attempted=occurrence)
        case AlarmChanged():
            stored = _StoredEvent(happened_at, alarm_changed=occurrence)
    return _EVENT.encode(stored)


def decode_event(cursor: str, raw: bytes) -> Event:
    """Reads an occurrence; its cursor is kept beside it."""
    stored = _EVENT.decode(raw)
    occurrence = stored.state_changed or stored.turn_taken or stored.delivery_attempted or stored.alarm_changed
    if occurrence is None:
        raise Undecodable("a stored event is of an unknown kind")
    return Event(cursor, stored.happened_at, occurrence)
