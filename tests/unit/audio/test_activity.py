import numpy as np
import pytest

from audio.activity import loud_seconds
from audio.noise import add_pink, pink
from audio.voice import speak

SECOND = 8000


@pytest.mark.parametrize("level", [0, 20, 100])
def test_a_quiet_line_is_silent(level: int) -> None:
    line = (pink(5 * SECOND, seed=1).astype(np.float64) / 32768 * level).astype(np.int16)
    assert loud_seconds(line, SECOND) < 0.2


def test_a_noisy_line_without_speech_is_silent() -> None:
    noise = np.random.default_rng(3).normal(0, 600, 5 * SECOND).astype(np.int16)
    assert loud_seconds(noise, SECOND) < 0.2


@pytest.mark.parametrize("text", ["네", "아니요", "무릎이 아파서 잘 못 걸어요"])
def test_speech_between_silence_is_heard(text: str) -> None:
    said = np.concatenate([np.zeros(SECOND, np.int16), speak(text), np.zeros(3 * SECOND, np.int16)])
    for line in (said, add_pink(said, 20, seed=2)):
        assert loud_seconds(line, SECOND) > 0.2


def test_a_click_is_no_speech() -> None:
    line = np.zeros(3 * SECOND, np.int16)
    line[SECOND : SECOND + 400] = 12000
    assert loud_seconds(line, SECOND) < 0.2


def test_nothing_is_silent() -> None:
    assert loud_seconds(np.zeros(0, np.int16), SECOND) == 0.0
