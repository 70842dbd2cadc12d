import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio import mulaw, noise
from audio.samples import FULL_SCALE, active_rms
from audio.subcarrier_reader import read
from audio.voice import PEAK_DBFS, Voice, speak

SENTENCE = "네, 맞아요. 저는 혼자 살고 있어요. 요즘 무릎이 아파서 병원에 자주 가요."
SYLLABLES = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
WORD = st.text(st.one_of(SYLLABLES, st.sampled_from("0123456789,.?!-~…()%😀")), min_size=1, max_size=20)
TEXTS = st.lists(WORD, min_size=1, max_size=5).map(" ".join)
VOICES = st.builds(Voice, pitch=st.integers(0, 100), speed=st.integers(80, 450))


def decibels(samples: np.ndarray) -> float:
    return 20 * np.log10(active_rms(samples) / FULL_SCALE)


def share(samples: np.ndarray, low: int, high: int) -> float:
    """The share of the power between two frequencies, in dB."""
    power = np.square(np.abs(np.fft.rfft(samples.astype(float))))
    frequency = np.fft.rfftfreq(samples.size, 1 / 8000)
    return float(10 * np.log10(power[(frequency >= low) & (frequency < high)].sum() / power.sum()))


@settings(max_examples=40, deadline=None)
@given(TEXTS, VOICES)
def test_whatever_is_said_is_understood(text: str, voice: Voice):
    assert read(mulaw.decode(mulaw.encode(speak(text, voice)))).text == text


@settings(max_examples=30, deadline=None)
@given(TEXTS, st.floats(0, 1))
def test_a_cut_utterance_gives_a_beginning_of_what_was_said(text: str, part: float):
    samples = speak(text)
    heard = read(samples[: int(part * samples.size)]).text

    assert text.startswith(heard)


@pytest.mark.parametrize("text", [SENTENCE, "여보세요?", "네", "3월 5일에 010-1234-5678 번으로 전화 주세요."])
def test_20_db_of_noise_lose_nothing(text: str):
    for seed in range(5):
        reading = read(mulaw.decode(mulaw.encode(noise.add_pink(speak(text), 20, seed))))
        assert reading.text == text
        assert reading.confidence == 1.0


def test_5_db_of_noise_lose_words_and_confidence_falls():
    readings = [read(noise.add_pink(speak(SENTENCE), 5, seed)) for seed in range(5)]
    words = SENTENCE.split()

    assert sum(len(reading.words) for reading in readings) < 0.6 * len(readings) * len(words)
    assert max(reading.confidence for reading in readings) < 0.8
    assert all(word.text in words for reading in readings for word in reading.words)


def test_speech_has_a_natural_level_and_is_not_clipped():
    samples = speak(SENTENCE)

    assert -24 < decibels(samples) < -18
    assert np.abs(samples.astype(int)).max() <= FULL_SCALE * 10 ** ((PEAK_DBFS + 1) / 20)


def test_the_subcarrier_is_faint_and_has_its_band_for_itself():
    with_it, without = speak(SENTENCE), speak(SENTENCE, subcarrier=False)

    assert share(with_it, 2650, 3350) < -18
    assert share(with_it, 2650, 3350) < share(without, 2650, 3350) + 3
    assert share(with_it, 3400, 4000) < -50
    assert share(with_it, 300, 2400) > -3


def test_a_word_ends_with_its_sound():
    reading = read(speak("네, 그런데 누구세요?"))
    plain = speak("네, 그런데 누구세요?", subcarrier=False)
    first_ms, _, last_ms = (word.end_ms for word in reading.words)
    loud = np.flatnonzero(np.abs(plain) > 0.05 * np.abs(plain).max()) / 8

    assert last_ms == pytest.approx(loud[-1], abs=60)
    pause = np.flatnonzero(np.diff(loud) > 100)[0]
    assert first_ms == pytest.approx(loud[pause], abs=60)


def test_the_subcarrier_does_not_lengthen_natural_speech():
    # eSpeak's own lengths differ from one time to the next, by up to 35 ms in this sentence.
    assert abs(speak(SENTENCE).size - speak(SENTENCE, subcarrier=False).size) < 480


def test_the_pace_is_one_for_old_ears():
    syllables = sum("가" <= character <= "힣" for character in SENTENCE)

    assert 3.0 < syllables / (speak(SENTENCE).size / 8000) < 5.5


def test_no_words_no_sound():
    assert speak("").size == 0
    assert speak(" \n\t ").size == 0


def test_words_without_a_sound_are_carried_all_the_same():
    assert read(speak("😀 — …")).text == "😀 — …"


def test_white_space_is_one_space():
    assert read(speak("네,\n  맞아요\t저예요 ")).text == "네, 맞아요 저예요"


@pytest.mark.parametrize("wrong", [{"pitch": -1}, {"pitch": 101}, {"speed": 79}, {"speed": 451}])
def test_voices_have_limits(wrong: dict[str, int]):
    with pytest.raises(ValueError, match="must be from"):
        Voice(**wrong)
