import numpy as np
import pytest

from audio.resample import LiveResampler, resample
from audio.samples import active_rms


def tone(hertz: float, rate_hz: int, seconds: float = 0.5) -> np.ndarray:
    return (8000 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate_hz)) / rate_hz)).astype(np.int16)


@pytest.mark.parametrize(("from_hz", "to_hz"), [(8000, 16000), (16000, 8000), (22050, 8000), (24000, 8000)])
def test_a_tone_stays_the_tone_it_was(from_hz: int, to_hz: int):
    converted = resample(tone(1000, from_hz), from_hz, to_hz)
    expected = tone(1000, to_hz)

    assert converted.dtype == np.int16
    assert abs(converted.size - expected.size) <= 1
    middle = slice(to_hz // 10, to_hz // 10 + to_hz // 5)
    assert np.abs(converted[middle].astype(int) - expected[middle]).max() < 150


def test_what_the_lower_rate_cannot_hold_is_filtered_out():
    assert active_rms(resample(tone(6000, 16000), 16000, 8000)[400:-400]) < 20


def test_nothing_to_do_does_nothing():
    samples = tone(1000, 8000)

    assert resample(samples, 8000, 8000) is samples
    assert resample(samples[:0], 8000, 16000).size == 0


@pytest.mark.parametrize(("from_hz", "to_hz"), [(8000, 16000), (16000, 8000), (8000, 8000)])
def test_a_live_stream_loses_nothing(from_hz: int, to_hz: int):
    samples = tone(700, from_hz)
    resampler = LiveResampler(from_hz, to_hz)
    pieces = [resampler.feed(samples[start : start + 160]) for start in range(0, samples.size, 160)]
    pieces.append(resampler.feed(samples[:0], last=True))
    whole = np.concatenate(pieces)

    assert whole.size == pytest.approx(samples.size * to_hz / from_hz, abs=2)
    assert active_rms(whole) == pytest.approx(active_rms(samples), rel=0.02)


def test_going_up_lags_less_than_a_millisecond():
    resampler = LiveResampler(8000, 16000)

    assert resampler.feed(tone(700, 8000)[:160]).size >= 320 - 16
