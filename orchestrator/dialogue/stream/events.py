"""What goes over a live stream: the callee's side up, the agent's side down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class CalleeAudio:
    """What comes from the callee: mu-law at 8000 Hz, in pieces of any size."""

    audio: bytes


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The callee pressed a key."""

    digit: str


@dataclass(frozen=True, slots=True)
class MarkReached:
    """Everything sent before a mark was played, or cleared."""

    name: str


CalleeEvent = CalleeAudio | KeyPressed | MarkReached


@dataclass(frozen=True, slots=True)
class AgentAudio:
    """What the callee hears: mu-law at 8000 Hz."""

    audio: bytes


@dataclass(frozen=True, slots=True)
class Mark:
    """Asks to be told when everything before it was played."""

    name: str


@dataclass(frozen=True, slots=True)
class Clear:
    """Asks to forget what was not played yet."""


class Ending(StrEnum):
    """How a stream ends by our will."""

    HANG_UP = "hang_up"
    FALL_BACK = "fall_back"


@dataclass(frozen=True, slots=True)
class Ended:
    """The last event: the call ends, or goes on turn by turn."""

    ending: Ending


AgentEvent = AgentAudio | Mark | Clear | Ended
Send = Callable[[AgentEvent], Awaitable[None]]
