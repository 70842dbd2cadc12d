"""What the sandbox needs of `audio`: voices, tones, noise, the words on the subcarrier, and WAV files."""

import io
from functools import lru_cache
from typing import Final

import numpy as np
import soundfile

from audio import mulaw, noise, subcarrier_reader, wav
from audio.resample import resample
from audio.samples import FULL_SCALE, TELEPHONE_HZ, Samples, to_samples
from audio.voice import SPEECH_DBFS, Voice, speak
from sandbox.script import Speaker

SILENCE: Final[Samples] = np.zeros(0, dtype=np.int16)

_SPEECH_LEVEL: Final = FULL_SCALE * 10 ** (SPEECH_DBFS / 20)
_TONE_LEVEL: Final = FULL_SCALE * 0.2
_QUIET_LINE: Final = FULL_SCALE * 10 ** (-42 / 20)
_KEY_SECONDS: Final = 0.2
_KEY_HZ: Final = {
    key: (low, high)
    for low, keys in ((697, "123"), (770, "456"), (852, "789"), (941, "*0#"))
    for high, key in zip((1209, 1336, 1477), keys, strict=True)
}


def seconds_of(samples: Samples) -> float:
    """Returns how long audio of the line lasts."""
    return samples.size / TELEPHONE_HZ


@lru_cache(maxsize=512)
def spoken(text: str, voice: Speaker) -> Samples:
    """Speaks text; the words are also on the subcarrier. Blocks for some milliseconds. Do not change the result."""
    return speak(text, Voice(pitch=voice.pitch, speed=voice.speed))


def words_in(samples: Samples) -> str:
    """Reads the words on the subcarrier; empty if there are none, as in any voice but the sandbox's."""
    return subcarrier_reader.read(samples).text


def tone(hertz: float, seconds: float) -> Samples:
    """Makes a beep."""
    return to_samples(_TONE_LEVEL * np.sin(_phase(hertz, seconds)))


def key_tone(key: str) -> Samples:
    """Makes the sound of a key (ITU-T Q.23)."""
    low, high = _KEY_HZ[key]
    return to_samples(_TONE_LEVEL / 2 * (np.sin(_phase(low, _KEY_SECONDS)) + np.sin(_phase(high, _KEY_SECONDS))))


def loud_noise(seconds: float, seed: int) -> Samples:
    """Makes noise as loud as speech."""
    return to_samples(_SPEECH_LEVEL * noise.pink(round(seconds * TELEPHONE_HZ), seed))


def background(seconds: float, snr_db: float, seed: int) -> Samples:
    """Makes background noise, `snr_db` below the level of the sandbox's voices."""
    return with_background(np.zeros(round(seconds * TELEPHONE_HZ), dtype=np.int16), snr_db, seed)


def is_voiced(samples: Samples) -> bool:
    """Returns whether something can be heard that is louder than a line on which nobody speaks."""
    return bool(samples.size) and float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) > _QUIET_LINE


def voiced_span(samples: Samples) -> tuple[float, float] | None:
    """Returns from when to when something can be heard, in seconds, to 20 ms; None: nothing."""
    size = TELEPHONE_HZ // 50
    voiced = [start for start in range(0, samples.size, size) if is_voiced(samples[start : start + size])]
    if not voiced:
        return None
    return voiced[0] / TELEPHONE_HZ, min(voiced[-1] + size, samples.size) / TELEPHONE_HZ


def with_background(samples: Samples, snr_db: float, seed: int) -> Samples:
    """Adds background noise, in the pauses too, `snr_db` below the level of the sandbox's voices."""
    level = _SPEECH_LEVEL * 10 ** (-snr_db / 20)
    return to_samples(samples + level * noise.pink(samples.size, seed))


def over_the_line(samples: Samples) -> Samples:
    """Returns audio as a telephone line delivers it: through mu-law and back."""
    return mulaw.decode(mulaw.encode(samples))


def mixed(*channels: Samples) -> Samples:
    """Mixes channels of the same length into one."""
    return to_samples(np.sum(channels, axis=0, dtype=np.float64))


def wav_file(*channels: Samples) -> bytes:
    """Makes a WAV file: 16 bit, 8 kHz, one or more channels of the same length."""
    if len(channels) == 1:
        return wav.write(channels[0], TELEPHONE_HZ, "linear16")
    buffer = io.BytesIO()
    soundfile.write(buffer, np.stack(channels, axis=1), TELEPHONE_HZ, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def samples_of_file(data: bytes, content_type: str) -> Samples:
    """Decodes an audio file of the kind its Content-Type says.

    Args:
        data: the file.
        content_type: `audio/wav` and the like; `audio/ulaw` is raw mu-law at 8 kHz.

    Raises:
        ValueError: it is not what the type says, or over ten minutes long.
    """
    if content_type == "audio/ulaw":
        return mulaw.decode(data)
    if "wav" in content_type:
        return wav.read(data).at(TELEPHONE_HZ)
    if data[:4] == b"RIFF":
        raise ValueError("it is a WAV file")
    try:
        frames, rate_hz = soundfile.read(io.BytesIO(data), dtype="float64", always_2d=True)
    except soundfile.SoundFileError as error:
        raise ValueError("it cannot be decoded") from error
    return resample(to_samples(FULL_SCALE * frames.mean(axis=1)), rate_hz, TELEPHONE_HZ)


def _phase(hertz: float, seconds: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return 2 * np.pi * hertz * np.arange(round(seconds * TELEPHONE_HZ)) / TELEPHONE_HZ
