"""What turn-taking decides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EndedBy(StrEnum):
    """Why a turn of the callee is over."""

    SILENCE = "silence"
    NO_WORDS = "no_words"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """A stretch of speech began up to 200 ms ago: have it recognised."""


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """The stretch paused: ask the recogniser for its final words. The turn need not be over."""


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The callee is done.

    Attributes:
        text: the final words of all stretches of the turn, in order; empty: there was speech, but no words.
        silence_ms: milliseconds of silence that were waited through on purpose, from the last voice on.
    """

    text: str
    ended_by: EndedBy
    silence_ms: int


@dataclass(frozen=True, slots=True)
class NoInput:
    """The callee said nothing for as long as they are waited for."""


@dataclass(frozen=True, slots=True)
class KeysEntered:
    """The callee pressed the keys that were asked for, or some and no more."""

    digits: str


@dataclass(frozen=True, slots=True)
class Hold:
    """The callee may be interrupting: stop the voice at once; `Resume` or `Interrupt` follows."""


@dataclass(frozen=True, slots=True)
class Resume:
    """It was no interruption: go on from the beginning of the sentence that was cut."""


@dataclass(frozen=True, slots=True)
class Interrupt:
    """The callee interrupts: stop the voice for good. Their turn has begun, and its end will be told."""


@dataclass(frozen=True, slots=True)
class FloorFree:
    """Nobody speaks and the callee is not waited for: what the agent has to say may begin.

    It comes when a sound that kept the agent from beginning was no words, and again and again while the agent, whose
    turn it is, neither begins nor ends what it says.
    """


Decision = SpeechBegan | SpeechPaused | TurnEnded | NoInput | KeysEntered | Hold | Resume | Interrupt | FloorFree
