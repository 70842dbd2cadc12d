"""The sandbox voice: a test instrument, NOT speech recognition.

It speaks with eSpeak and puts the words on a faint data subcarrier; it "recognises" by reading that subcarrier, and so
understands nobody but itself. With it a call has real audio, durations, cut-offs and noise on any machine.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Final

from audio import TELEPHONE_HZ, Samples
from audio.resample import LiveResampler
from audio.subcarrier_reader import read
from audio.voice import Voice, speak
from audio.wav import Recording
from speech.engine import Recognition, RecognitionEvent
from speech.engines.espeak import EspeakTextToSpeech
from speech.engines.sandbox_utterances import Utterances
from speech.workers import Workers

NAME: Final = "sandbox-voice"


class SandboxVoiceTextToSpeech(EspeakTextToSpeech):
    """Speaks with the sandbox voice."""

    name = NAME

    def spoken(self, text: str, voice: Voice) -> Recording:
        """Speaks text with a voice, and carries its words, at 8 kHz. Runs in a worker."""
        return Recording(speak(text, voice), TELEPHONE_HZ)


class SandboxVoiceSpeechToText:
    """Reads the sandbox voice's words.

    Args:
        workers: Read whole recordings; closed with the engine. A live piece costs less than handing it over.
    """

    name = NAME

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    async def prepare(self) -> None:
        """Needs nothing."""

    async def recognize(self, recording: Recording, hints: Sequence[str]) -> Recognition:
        """Reads a recording; confidence is the share of the words' frames that arrived sound."""
        del hints
        reading = await self._workers.run(lambda: read(recording.at(TELEPHONE_HZ)))
        return Recognition(reading.text, reading.confidence)

    async def recognize_stream(self, rate_hz: int, pieces: AsyncIterator[Samples]) -> AsyncGenerator[RecognitionEvent]:
        """Reads words as their frames arrive."""
        resampler = LiveResampler(rate_hz, TELEPHONE_HZ)
        utterances = Utterances()
        async for piece in pieces:
            for event in utterances.feed(resampler.feed(piece)):
                yield event
        for event in utterances.finish():
            yield event

    async def close(self) -> None:
        """Ends the threads."""
        await self._workers.close()
