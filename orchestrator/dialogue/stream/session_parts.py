"""What a session is made of, and what happens in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orchestrator.dialogue.background import Background
from orchestrator.dialogue.stream.conversation import Begun, Conversation, Failure, Replied, Stalled
from orchestrator.dialogue.stream.ears import Ears, Recognised
from orchestrator.dialogue.stream.events import CalleeEvent, Send
from orchestrator.dialogue.stream.inbox import Inbox
from orchestrator.dialogue.stream.playback import Playback
from orchestrator.dialogue.turn_taking.turn_taking import TurnTaking
from orchestrator.domain.turn import CalleeInput, SpokenInput


@dataclass(frozen=True, slots=True)
class Hushed:
    """A sentence could not be spoken."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The telephone network has ended its stream."""


Event = CalleeEvent | Recognised | Replied | Begun | Stalled | Failure | Hushed | Closed


@dataclass(frozen=True, slots=True)
class SessionParts:
    """What a session works with.

    Attributes:
        inbox: what happens, in order; the others post to it.
        background: owns the work; it is everybody's.
    """

    conversation: Conversation
    playback: Playback
    ears: Ears
    floor: TurnTaking
    inbox: Inbox[Event]
    send: Send
    background: Background


def together(before: CalleeInput | None, after: CalleeInput) -> CalleeInput:
    """Returns what a callee did in two parts: words belong together, of anything else the latter counts."""
    if isinstance(before, SpokenInput) and isinstance(after, SpokenInput):
        return replace(after, text=f"{before.text} {after.text}".strip(), beep=before.beep or after.beep)
    return after
