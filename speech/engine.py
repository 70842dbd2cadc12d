"""What an engine is: the ports that `speech.rpc` calls and `speech.engines` fill in.

An engine gets audio decoded to samples and returns samples; formats are none of its business. It raises
`EngineFailedError` for everything that goes wrong outside of the request.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from audio import Samples
from audio.wav import Recording


@dataclass(frozen=True)
class Recognition:
    """Holds recognised words.

    Attributes:
        text: The words; empty if there were none.
        confidence: How sure the engine is, 0 to 1; None where it does not say.
    """

    text: str
    confidence: float | None


@dataclass(frozen=True)
class SpeechStarted:
    """Says that somebody began to speak, `offset_ms` after the start of the audio."""

    offset_ms: int


@dataclass(frozen=True)
class Interim:
    """Holds what was understood so far of the present utterance; may still change."""

    offset_ms: int
    recognition: Recognition


@dataclass(frozen=True)
class SpeechEnded:
    """Says that the speaker stopped, `offset_ms` after the start of the audio."""

    offset_ms: int


@dataclass(frozen=True)
class Final:
    """Holds what was understood of an utterance; does not change."""

    offset_ms: int
    recognition: Recognition


RecognitionEvent = SpeechStarted | Interim | SpeechEnded | Final


class Engine(Protocol):
    """What every engine has."""

    @property
    def name(self) -> str:
        """The engine's name, as in the settings."""

    async def prepare(self) -> None:
        """Loads what the engine needs, so that the first request is as fast as any.

        Raises:
            EngineFailedError: It cannot work here; the text says what is missing.
        """

    async def close(self) -> None:
        """Lets go of threads and connections. Nothing may be asked after."""


class SpeechToTextEngine(Engine, Protocol):
    """Turns speech into words."""

    async def recognize(self, recording: Recording, hints: Sequence[str]) -> Recognition:
        """Recognises a whole recording in Korean.

        Args:
            recording: Audio of any rate, at most 10 minutes.
            hints: Words that are likely to occur.
        """


@runtime_checkable
class StreamingSpeechToTextEngine(SpeechToTextEngine, Protocol):
    """Turns speech into words as it comes; an engine that does not have this method cannot."""

    def recognize_stream(self, rate_hz: int, pieces: AsyncIterator[Samples]) -> AsyncGenerator[RecognitionEvent]:
        """Recognises pieces of audio of one rate, of any length, until they end."""


class TextToSpeechEngine(Engine, Protocol):
    """Turns words into speech."""

    async def synthesize(self, text: str, voice: str, speaking_rate: float) -> Recording:
        """Speaks Korean text.

        Args:
            text: Not blank, at most 4000 characters.
            voice: The engine's name of a voice; empty for its default.
            speaking_rate: 0.5 to 2; 1 is the voice's own speed.

        Returns:
            The speech, at the rate the engine works at.

        Raises:
            InvalidFieldError: The engine has no such voice.
        """


@runtime_checkable
class StreamingTextToSpeechEngine(TextToSpeechEngine, Protocol):
    """Turns words into speech that begins before it is whole; engines that are fast enough do without."""

    def synthesize_stream(self, text: str, voice: str, speaking_rate: float) -> AsyncGenerator[Recording]:
        """Speaks as `synthesize` does: pieces of any length, all of one rate."""
