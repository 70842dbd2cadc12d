"""Turns of a conversation, and what the telephone is told to do after one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from orchestrator.domain.danger import DangerKind


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
    HAND_OVER = "hand_over"
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
    end_of_turn: float | None = None


class Layer(StrEnum):
    """Which layer of the understanding decided."""

    RULES = "rules"
    LIKENESS = "likeness"
    LANGUAGE_MODEL = "language_model"


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was made of a callee's words, for those who read the transcript.

    Attributes:
        intent: a value of `dialogue.utterance.Intent`.
        confidence: 0 to 1; None: not measured.
        expected_answer: index of the expected answer that was matched.
        danger: what danger was noticed.
        number: the number that was said.
    """

    intent: str
    layer: Layer
    confidence: float | None = None
    expected_answer: int | None = None
    danger: DangerKind | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class LanguageModelUse:
    """What a language model cost; tokens are 0 where the server does not say."""

    model: str
    prompt_version: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said in a call.

    Attributes:
        number: position in the call, from 1.
        subject: what the turn is about: `greeting`, `questions[2]` ...
        confidence: the recogniser's, 0 to 1; callee's turns only.
        understanding: what was made of the words; callee's turns only.
        language_model_use: what the language model cost; agent's turns only.
        wording_version: of the institution's words; agent's turns only.
    """

    number: int
    speaker: Speaker
    text: str
    source: Source
    created_at: datetime
    subject: str = ""
    confidence: float | None = None
    timings: Timings = field(default_factory=Timings)
    understanding: Understanding | None = None
    language_model_use: LanguageModelUse | None = None
    wording_version: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """Words for the callee; without a token the telephone network's own voice reads them.

    Attributes:
        uninterruptible: they must be heard to their end.
    """

    text: str
    audio_token: str = ""
    uninterruptible: bool = False


@dataclass(frozen=True, slots=True)
class Listen:
    """Listen to the callee.

    Attributes:
        turn_number: the number of the callee's turn that comes.
        silence_timeout: seconds of silence that end it.
        max_length: seconds it may last.
        keys: how many keys are asked for, though fewer or more may come; 0: the callee speaks, and any key ends it.
    """

    turn_number: int
    silence_timeout: float
    max_length: float
    keys: int = 0


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask for the same turn again."""

    turn_number: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call; a turn number other than 0 asks for a report that the prompts were played."""

    turn_number: int = 0


@dataclass(frozen=True, slots=True)
class HandOver:
    """Put the callee through to a person.

    Attributes:
        phone: whom to ring, E.164.
        ring_timeout: seconds that phone may ring.
        turn_number: the turn under which its end is reported.
    """

    phone: str
    ring_timeout: float
    turn_number: int


@dataclass(frozen=True, slots=True)
class OpenStream:
    """Go on as two streams of audio: the answer to a call instead of a reply.

    Attributes:
        token: names the stream that is expected, once, for this call.
    """

    token: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the agent says, then does."""

    prompts: tuple[Prompt, ...]
    next: Listen | Wait | HangUp | HandOver


@dataclass(frozen=True, slots=True)
class RecordingInput:
    """The callee spoke: a recording at the telephone network, its length in seconds as the network says."""

    recording_sid: str
    duration: float = 0.0


@dataclass(frozen=True, slots=True)
class SpokenInput:
    """The callee spoke, and the words were recognised while they did.

    Attributes:
        text: the words; empty: there was sound, but no words were recognised.
        confidence: the recogniser's, 0 to 1; None: it does not say.
        end_of_turn_ms: milliseconds of silence that were waited through.
        beep: a voicemail's beep was heard before they ended.
    """

    text: str
    confidence: float | None = None
    end_of_turn_ms: float | None = None
    beep: bool = False


@dataclass(frozen=True, slots=True)
class KeypadInput:
    """The callee pressed keys."""

    digits: str


@dataclass(frozen=True, slots=True)
class SilenceInput:
    """The callee said nothing.

    Attributes:
        beep: a voicemail's beep was heard meanwhile.
    """

    beep: bool = False


@dataclass(frozen=True, slots=True)
class HandOverEnded:
    """Putting the callee through has ended; if no person answered, the agent goes on."""

    answered: bool


CalleeInput = RecordingInput | SpokenInput | KeypadInput | SilenceInput | HandOverEnded
