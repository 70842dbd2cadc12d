"""What the gateway's modules say to one another about a live call: what was heard, and what is replied."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class RecordedSpeech:
    """The callee spoke, or at least made a noise; Twilio keeps the recording."""

    recording_sid: str
    duration_seconds: int


@dataclass(frozen=True)
class PressedKeys:
    """The callee pressed keys: `0` to `9`, `*`, `#`."""

    digits: str


@dataclass(frozen=True)
class Silence:
    """The callee said nothing."""


@dataclass(frozen=True)
class HandOverEnded:
    """Putting the callee through to a person has ended."""

    answered: bool
    """Whether that person answered."""


Heard = RecordedSpeech | PressedKeys | Silence | HandOverEnded


@dataclass(frozen=True)
class Prompt:
    """Words for the callee."""

    text: str
    audio_token: str = ""
    """Names the spoken words under `/audio/`; empty if Twilio's own voice is to read `text`."""


@dataclass(frozen=True)
class Listen:
    """Listen to the callee after the prompts."""

    turn_number: int
    silence_timeout_seconds: int
    """How long a silence ends the recording; at least 1."""
    max_length_seconds: int
    """How long the recording may be; at least 1."""
    keys: int = 0
    """How many keys are asked for; fewer or more may come. 0: the callee speaks."""


@dataclass(frozen=True)
class Wait:
    """Ask for the same turn again after the prompts: the answer is still being made."""

    turn_number: int


@dataclass(frozen=True)
class HangUp:
    """End the call after the prompts."""

    turn_number: int = 0
    """Under which number the orchestrator wants to know that the prompts were played; 0: it does not."""


@dataclass(frozen=True)
class HandOver:
    """Put the callee through to a person after the prompts."""

    phone: str
    """E.164."""
    ring_timeout_seconds: int
    """How long that phone may ring; at least 1."""
    turn_number: int
    """Under which number the orchestrator wants to know how it ended."""


@dataclass(frozen=True)
class OpenStream:
    """Go on as two streams of audio after the prompts."""

    stream_token: str
    """Names the stream that is expected, once, for this call."""


@dataclass(frozen=True)
class Reply:
    """What the agent says, then does."""

    prompts: tuple[Prompt, ...]
    next: Listen | Wait | HangUp | HandOver | OpenStream


CallStatus = Literal[
    "queued", "initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled"
]
"""A call's status as Twilio writes it (Twilio docs, status callback)."""


AnsweredBy = Literal["human", "machine", "unknown"]
"""Who answered a call; a fax is a machine."""


@dataclass(frozen=True)
class StatusReport:
    """One status callback."""

    consultation_id: str
    call_sid: str
    status: CallStatus
    sequence_number: int | None = None
    event_time: datetime | None = None
    """With time zone."""
    duration_seconds: int | None = None
    """On the last report only."""
    sip_response_code: int | None = None


@dataclass(frozen=True)
class SpokenAudio:
    """A complete WAV file for `<Play>`."""

    wav: bytes
    etag: str
    """Changes with the content; without quotes."""
