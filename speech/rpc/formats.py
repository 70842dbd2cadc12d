"""Audio formats of the API to and from samples, within the API's limits."""

from collections.abc import Callable
from typing import Final

import numpy as np

from audio import TELEPHONE_HZ, Samples, mulaw, wav
from audio.wav import Recording
from calling.v1.audio_pb2 import AudioFormat
from speech.errors import InvalidFieldError, RejectedAudioError

MAX_SECONDS: Final = 600
MAX_BYTES: Final = 16 * 1024 * 1024

_RATES_HZ: Final = range(8000, 48_001)


def resolved(audio_format: AudioFormat, field: str) -> AudioFormat:
    """Returns a format with its defaults filled in.

    Args:
        audio_format: As the caller gave it.
        field: Where it stands in the request, for the error.

    Raises:
        InvalidFieldError: The encoding is unknown or the rate out of range.
    """
    encoding = audio_format.encoding or AudioFormat.ENCODING_MULAW
    if encoding not in AudioFormat.Encoding.values():
        raise InvalidFieldError(f"{field}.encoding", "is not known")
    rate_hz = audio_format.sample_rate_hertz or TELEPHONE_HZ
    if rate_hz not in _RATES_HZ:
        raise InvalidFieldError(f"{field}.sample_rate_hertz", "must be 0 or from 8000 to 48000")
    return AudioFormat(encoding=encoding, sample_rate_hertz=rate_hz)


def raw(audio_format: AudioFormat, field: str) -> AudioFormat:
    """Returns a stream's format with its defaults filled in: as `resolved`, but no file fits into a stream."""
    chosen = resolved(audio_format, field)
    if chosen.encoding == AudioFormat.ENCODING_WAV:
        raise InvalidFieldError(f"{field}.encoding", "must be raw audio in a stream")
    return chosen


def recording_of(audio: bytes, audio_format: AudioFormat) -> Recording:
    """Decodes a whole recording. Blocks, for long ones.

    Args:
        audio: The recording.
        audio_format: Its format, resolved.

    Raises:
        RejectedAudioError: It is empty, no audio, or too long.
    """
    if not audio:
        raise RejectedAudioError("audio", "is empty")
    if len(audio) > MAX_BYTES:
        raise RejectedAudioError("audio", "has more than 16 MiB")
    if audio_format.encoding == AudioFormat.ENCODING_WAV:
        try:
            return wav.read(audio, max_bytes=MAX_BYTES, max_seconds=MAX_SECONDS)
        except wav.AudioTooLongError as error:
            raise RejectedAudioError("audio", "is longer than 10 min") from error
        except wav.InvalidAudioError as error:
            raise RejectedAudioError("audio", "is no WAV file that can be read") from error
    samples = samples_of(audio, audio_format)
    if samples.size > MAX_SECONDS * audio_format.sample_rate_hertz:
        raise RejectedAudioError("audio", "is longer than 10 min")
    return Recording(samples, audio_format.sample_rate_hertz)


def samples_of(audio: bytes, audio_format: AudioFormat) -> Samples:
    """Decodes raw audio, whole or a piece of a stream.

    Raises:
        RejectedAudioError: A sample is incomplete.
    """
    if audio_format.encoding == AudioFormat.ENCODING_MULAW:
        return mulaw.decode(audio)
    if len(audio) % 2:
        raise RejectedAudioError("audio", "ends within a sample")
    return np.frombuffer(audio, dtype="<i2").astype(np.int16, copy=False)


def bytes_of(recording: Recording, audio_format: AudioFormat) -> bytes:
    """Encodes speech. Blocks, for long speech. A WAV file is mu-law at 8000 Hz, else 16 bit PCM.

    Args:
        recording: The speech, at any rate.
        audio_format: What it shall be, resolved.
    """
    rate_hz = audio_format.sample_rate_hertz
    samples = recording.at(rate_hz)
    encoders: dict[AudioFormat.Encoding.ValueType, Callable[[], bytes]] = {
        AudioFormat.ENCODING_MULAW: lambda: mulaw.encode(samples),
        AudioFormat.ENCODING_LINEAR16: lambda: samples.astype("<i2").tobytes(),
        AudioFormat.ENCODING_WAV: lambda: wav.write(
            samples, rate_hz, "mulaw" if rate_hz == TELEPHONE_HZ else "linear16"
        ),
    }
    return encoders[audio_format.encoding]()
