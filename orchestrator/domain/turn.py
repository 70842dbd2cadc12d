"""Turns of a conversation, and what the telephone is told to do after one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Speaker(StrEnum):
    """Who speaks."""

    AGENT = "agent"
    CALLEE = "callee"


class Source(StrEnum):
    """Where the words of a turn come from."""

    SPEECH = "speech"
    KEYPAD = "keypad"
    SILENCE = "silence"
    UNINTELLIGIBLE = "unintelligible"
    INTERVIEW = "interview"
    STORED_ANSWER = "stored_answer"
    LANGUAGE_MODEL = "language_model"
    BUILT_IN = "built_in"


@dataclass(frozen=True, slots=True)
class Timings:
    """How long the parts of the work took, in milliseconds; None: not needed."""

    recording: float | None = None
    speech_to_text: float | None = None
    matching: float | None = None
    language_model: float | None = None
    text_to_speech: float | None = None
    total: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said in a call.

    Attributes:
        number: position in the call, from 1.
        subject: what the turn is about: `greeting`, `questions[2]` ...
        confidence: the recogniser's, 0 to 1; callee's turns only.
    """

    number: int
    speaker: Speaker
    text: str
    source: Source
    created_at: datetime
    subject: str = ""
    confidence: float | None = None
    timings: Timings = field(default_factory=Timings)


@dataclass(frozen=True, slots=True)
class Prompt:
    """Words for the callee; without a token the telephone network's own voice reads them."""

    text: str
    audio_token: str = ""


@dataclass(frozen=True, slots=True)
class Listen:
    """Listen to the callee.

    Attributes:
        turn_number: the number of the callee's turn that comes.
        silence_timeout: seconds of silence that end it.
        max_length: seconds it may last.
    """

    turn_number: int
    silence_timeout: float
    max_length: float


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask for the same turn again."""

    turn_number: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call; a turn number other than 0 asks for a report that the prompts were played."""

    turn_number: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What the agent says, then does."""

    prompts: tuple[Prompt, ...]
    next: Listen | Wait | HangUp


@dataclass(frozen=True, slots=True)
class RecordingInput:
    """The callee spoke: a recording at the telephone network, its length in seconds as the network says."""

    recording_sid: str
    duration: float = 0.0


@dataclass(frozen=True, slots=True)
class KeypadInput:
    """The callee pressed keys."""

    digits: str


@dataclass(frozen=True, slots=True)
class SilenceInput:
    """The callee said nothing."""


CalleeInput = RecordingInput | KeypadInput | SilenceInput
