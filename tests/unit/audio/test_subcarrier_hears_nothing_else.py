"""The reader of the sandbox voice reads no words from anything else."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio import mulaw, noise, wav
from audio.samples import to_samples
from audio.subcarrier_reader import SubcarrierReader, read
from audio.voice import Voice, speak

CLIPS = Path(__file__).parents[4] / "shared" / "data" / "speech"
TIME = np.arange(16_000) / 8000


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([30, 300, 3000, 20_000]))
def test_noise(seed: int, level: int):
    white = np.random.default_rng(seed).standard_normal(24_000)

    assert not read(to_samples(level * white)).words
    assert not read(to_samples(level * noise.pink(24_000, seed))).words


@settings(max_examples=40, deadline=None)
@given(st.floats(50, 3990), st.floats(50, 3990), st.floats(0, 8))
def test_tones_alone_together_and_beating(one: float, other: float, beat: float):
    chord = np.sin(2 * np.pi * one * TIME) + np.sin(2 * np.pi * other * TIME)

    assert not read(to_samples(8000 * chord * np.sin(2 * np.pi * beat * TIME))).words


@pytest.mark.parametrize(("start", "slope"), [(2000, 500), (2900, 50), (3400, -300)])
def test_sweeps(start: int, slope: int):
    assert not read(to_samples(8000 * np.sin(2 * np.pi * (start + slope * TIME) * TIME))).words


@settings(max_examples=20, deadline=None)
@given(st.binary(min_size=1, max_size=200))
def test_bytes_that_repeat(data: bytes):
    assert not read(mulaw.decode(data * (16_000 // len(data)))).words


def test_silence_and_no_audio():
    for count in (0, 1, 15, 16, 17, 449, 8000):
        reading = read(np.zeros(count, np.int16))
        assert reading.words == ()
        assert reading.confidence is None


def test_the_bare_voice():
    reading = read(speak("안녕하세요. 지금 통화 괜찮으세요?", Voice(), subcarrier=False))

    assert reading.text == ""


def test_ten_minutes_of_noise_are_read_within_a_few_seconds_and_little_memory():
    reader = SubcarrierReader()
    random = np.random.default_rng(5)
    for _ in range(600):
        assert not reader.feed(to_samples(3000 * random.standard_normal(8000)))
        assert reader._received.size < 3 * 8000


@pytest.mark.parametrize("clip", sorted(CLIPS.rglob("*.wav")) or [None], ids=lambda clip: clip.name if clip else "none")
def test_people(clip: Path | None):
    if clip is None:
        pytest.skip(f"the clips of real speech are not beside the repository ({CLIPS})")
    samples = wav.read(clip.read_bytes()).at(8000)

    assert not read(samples).words
    assert not read(mulaw.decode(mulaw.encode(samples))).words
    assert not read(noise.add_pink(samples, 10, 1)).words
