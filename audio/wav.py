"""WAV files in memory: read whatever a telephone network or an engine makes, write what they accept."""

import io
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import soundfile

from audio.resample import resample
from audio.samples import FULL_SCALE, TELEPHONE_HZ, Samples, to_samples

Encoding = Literal["mulaw", "linear16"]

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_SECONDS: Final = 600.0

_SUBTYPES: Final = {"mulaw": "ULAW", "linear16": "PCM_16"}
_READABLE: Final = frozenset({"PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"})
_RATES_HZ: Final = range(4000, 192_001)
_MAX_CHANNELS: Final = 8


class InvalidAudioError(ValueError):
    """Raised for bytes that are not taken as audio. Its text holds nothing of them."""


class NotAudioError(InvalidAudioError):
    """Raised for bytes that are no WAV file, or one whose header makes no sense."""


class AudioTooLongError(InvalidAudioError):
    """Raised for audio over the limit of size or duration; nothing of it was decoded."""


@dataclass(frozen=True)
class Recording:
    """Holds audio of one channel.

    Attributes:
        samples: The audio.
        rate_hz: Its samples a second.
    """

    samples: Samples
    rate_hz: int

    @property
    def seconds(self) -> float:
        """The duration."""
        return self.samples.size / self.rate_hz

    def at(self, rate_hz: int) -> Samples:
        """Returns the samples at another rate."""
        return resample(self.samples, self.rate_hz, rate_hz)


def read(data: bytes, *, max_bytes: int = MAX_BYTES, max_seconds: float = MAX_SECONDS) -> Recording:
    """Reads a WAV file of any rate; several channels are mixed into one. A file of no samples is audio too.

    Args:
        data: The file: PCM of 8 to 32 bits, float, mu-law or A-law.
        max_bytes: Longer files are refused.
        max_seconds: Longer audio is refused.

    Raises:
        NotAudioError: It is no such file.
        AudioTooLongError: It is too long.
    """
    with _opened(data, max_bytes, max_seconds) as file:
        try:
            frames = file.read(dtype="float32", always_2d=True)
        except (soundfile.SoundFileError, RuntimeError) as error:
            raise NotAudioError("the WAV file is damaged") from error
        mixed = np.nan_to_num(frames.mean(axis=1, dtype=np.float64))
        return Recording(to_samples(FULL_SCALE * mixed), file.samplerate)


def duration(data: bytes, *, max_bytes: int = MAX_BYTES) -> float:
    """Returns a WAV file's duration in seconds, from its header.

    Raises:
        NotAudioError: It is no WAV file.
        AudioTooLongError: It has more than `max_bytes`.
    """
    with _opened(data, max_bytes, float("inf")) as file:
        return float(file.frames / file.samplerate)


def write(samples: Samples, rate_hz: int = TELEPHONE_HZ, encoding: Encoding = "mulaw") -> bytes:
    """Writes a WAV file of one channel."""
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate_hz, format="WAV", subtype=_SUBTYPES[encoding])
    return buffer.getvalue()


def _opened(data: bytes, max_bytes: int, max_seconds: float) -> soundfile.SoundFile:
    if len(data) > max_bytes:
        raise AudioTooLongError(f"the audio has more than {max_bytes} bytes")
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise NotAudioError("the audio is no WAV file")
    try:
        file = soundfile.SoundFile(io.BytesIO(data))
    except (soundfile.SoundFileError, RuntimeError) as error:
        raise NotAudioError("the WAV file is damaged") from error
    if file.subtype not in _READABLE or file.samplerate not in _RATES_HZ or file.channels > _MAX_CHANNELS:
        raise NotAudioError("the WAV file is of a kind that is not read")
    if file.frames > max_seconds * file.samplerate:
        raise AudioTooLongError(f"the audio is longer than {max_seconds:g} s")
    return file
