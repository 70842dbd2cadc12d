"""eSpeak NG alone: robotic, instant, needs nothing. Synthesis only."""

import dataclasses
from typing import Final

import numpy as np

from audio import espeak
from audio.samples import to_samples
from audio.voice import Voice, levelled
from audio.wav import Recording
from speech.errors import EngineFailedError, InvalidFieldError
from speech.workers import Workers

NAME: Final = "espeak"

_SLOWEST, _FASTEST = 80, 450
_LOW_PITCH, _HIGH_PITCH = 25, 75


class EspeakTextToSpeech:
    """Speaks with eSpeak at its full band.

    Args:
        voice: The default voice, `ko`; `ko-low` and `ko-high` differ in pitch.
        workers: Runs the synthesis; closed with the engine.
    """

    name = NAME

    def __init__(self, voice: Voice, workers: Workers) -> None:
        self._voice = voice
        self._workers = workers

    async def prepare(self) -> None:
        """Loads the library."""
        await self.synthesize("네", "", 1.0)

    async def synthesize(self, text: str, voice: str, speaking_rate: float) -> Recording:
        """Speaks Korean text."""
        chosen = named_voice(voice, self._voice, speaking_rate)
        try:
            return await self._workers.run(self.spoken, text, chosen)
        except espeak.EspeakError as error:
            raise EngineFailedError(str(error)) from error

    async def close(self) -> None:
        """Ends the threads."""
        await self._workers.close()

    def spoken(self, text: str, voice: Voice) -> Recording:
        """Speaks text with a voice, at 22.05 kHz. Runs in a worker."""
        synthesis = espeak.synthesize(text, voice.pitch, voice.speed)
        quiet = np.zeros(synthesis.rate_hz // 20, dtype=np.int16)
        return Recording(to_samples(levelled(np.concatenate([quiet, synthesis.samples, quiet]))), synthesis.rate_hz)


def named_voice(name: str, default: Voice, speaking_rate: float) -> Voice:
    """Returns the voice of a name at a speed relative to its own, as near as eSpeak can.

    Raises:
        InvalidFieldError: There is no such voice.
    """
    pitches = {"": default.pitch, "ko": default.pitch, "ko-low": _LOW_PITCH, "ko-high": _HIGH_PITCH}
    if name not in pitches:
        raise InvalidFieldError("config.voice", "must be ko, ko-low or ko-high")
    speed = min(max(round(default.speed * speaking_rate), _SLOWEST), _FASTEST)
    return dataclasses.replace(default, pitch=pitches[name], speed=speed)
