import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio import noise
from audio.samples import active_rms, to_samples

TONE = (8000 * np.sin(np.arange(8000) / 3)).astype(np.int16)


def test_the_level_of_speech_does_not_depend_on_its_pauses():
    with_pauses = np.concatenate([np.zeros(16000, np.int16), TONE, np.zeros(16000, np.int16)])

    assert active_rms(TONE) == pytest.approx(8000 / np.sqrt(2), rel=0.01)
    assert active_rms(with_pauses) == pytest.approx(active_rms(TONE), rel=0.02)


def test_silence_has_no_level():
    assert active_rms(np.zeros(500, np.int16)) == 0.0
    assert active_rms(np.zeros(0, np.int16)) == 0.0


def test_samples_are_limited_and_never_wrap():
    assert to_samples(np.array([-1e6, -0.6, 0.4, 40000.0])).tolist() == [-32768, -1, 0, 32767]


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.integers(0, 30))
def test_noise_lies_as_far_below_speech_as_asked(seed: int, snr_db: int):
    added = noise.add_pink(TONE, snr_db, seed) - TONE.astype(int)

    assert 20 * np.log10(active_rms(TONE) / np.sqrt(np.square(added).mean())) == pytest.approx(snr_db, abs=0.5)


def test_the_same_seed_gives_the_same_noise():
    assert np.array_equal(noise.pink(1000, 7), noise.pink(1000, 7))
    assert not np.array_equal(noise.pink(1000, 7), noise.pink(1000, 8))


def test_noise_is_pink():
    power = np.square(np.abs(np.fft.rfft(noise.pink(80_000, 1))))
    frequency = np.fft.rfftfreq(80_000, 1 / 8000)

    def octave(low: float) -> float:
        return float(power[(frequency >= low) & (frequency < 2 * low)].sum())

    assert octave(1600) == pytest.approx(octave(200), rel=0.15)


def test_nothing_gets_no_noise():
    assert noise.pink(0, 1).size == 0
    assert noise.add_pink(np.zeros(0, np.int16), 10, 1).size == 0
    assert not noise.add_pink(np.zeros(100, np.int16), 10, 1).any()
