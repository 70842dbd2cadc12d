import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio import mulaw
from audio.wav import Recording
from calling.v1.audio_pb2 import AudioFormat
from speech.rpc.live_pieces import LivePieces

MULAW = AudioFormat(encoding=AudioFormat.ENCODING_MULAW, sample_rate_hertz=8000)
LINEAR16 = AudioFormat(encoding=AudioFormat.ENCODING_LINEAR16, sample_rate_hertz=16000)


def tone(rate_hz: int, seconds: float = 1.0) -> np.ndarray:
    return (8000 * np.sin(2 * np.pi * 440 * np.arange(round(rate_hz * seconds)) / rate_hz)).astype(np.int16)


def encoded(samples: np.ndarray, rate_hz: int, audio_format: AudioFormat, size: int) -> list[bytes]:
    live = LivePieces(audio_format)
    pieces = [
        piece
        for start in range(0, samples.size, size)
        for piece in live.feed(Recording(samples[start : start + size], rate_hz))
    ]
    return pieces + live.finish()


@given(st.integers(1, 5000), st.integers(0, 3000))
def test_nothing_is_lost_and_pieces_have_20_to_100_ms(size: int, samples: int) -> None:
    speech = tone(8000)[:samples]
    pieces = encoded(speech, 8000, MULAW, size)

    assert b"".join(pieces) == mulaw.encode(speech)
    assert all(160 <= len(piece) <= 800 for piece in pieces[:-1])
    assert all(0 < len(piece) <= 800 for piece in pieces)


@pytest.mark.parametrize("rate_hz", [8000, 22050, 24000, 48000])
@pytest.mark.parametrize("audio_format", [MULAW, LINEAR16])
@pytest.mark.parametrize("size", [333, 2400, 100_000])
def test_speech_of_any_rate_sounds_the_same_however_it_comes(
    rate_hz: int, audio_format: AudioFormat, size: int
) -> None:
    audio = b"".join(encoded(tone(rate_hz), rate_hz, audio_format, size))
    heard = mulaw.decode(audio) if audio_format is MULAW else np.frombuffer(audio, "<i2")
    target_hz = audio_format.sample_rate_hertz

    assert abs(heard.size - target_hz) <= 2
    middle = heard[target_hz // 4 : target_hz // 4 * 3].astype(float)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(middle.size)))
    assert abs(int(spectrum.argmax()) * target_hz / middle.size - 440) < 4
    assert np.abs(middle).max() == pytest.approx(8000, rel=0.08)


def test_no_speech_is_no_piece() -> None:
    assert LivePieces(MULAW).finish() == []
