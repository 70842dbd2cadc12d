import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio import mulaw, noise, wav
from audio.samples import to_samples
from audio.subcarrier import TimedWord, modulate
from audio.subcarrier_reader import HeardWord, SubcarrierReader, read, text_of

SYLLABLES = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
WORD = st.text(st.one_of(SYLLABLES, st.sampled_from("0123456789,.?!-~…“”()%A중국😀")), min_size=1, max_size=24)
WORDS = st.lists(WORD, min_size=1, max_size=6)
LEVEL = 400


def carrier(words: list[str], samples_a_syllable: int = 1500) -> np.ndarray:
    """The words' subcarrier alone, as faint as in speech, at the pace of natural speech."""
    timed, now = [], 0
    for word in words:
        timed.append(TimedWord(word, now, now + len(word) * samples_a_syllable))
        now = timed[-1].end
    return to_samples(LEVEL * modulate(timed, now))


def silence(count: int) -> np.ndarray:
    return np.zeros(count, np.int16)


def is_subsequence(few: list[str], many: list[str]) -> bool:
    rest = iter(many)
    return all(word in rest for word in few)


@settings(max_examples=40, deadline=None)
@given(WORDS, st.integers(0, 3000), st.floats(0.1, 10), st.booleans())
def test_words_come_back_whatever_the_offset_and_the_gain(words: list[str], offset: int, gain: float, inverted: bool):
    samples = to_samples(
        np.concatenate([silence(offset), carrier(words), silence(500)]) * (-gain if inverted else gain)
    )
    reading = read(samples)

    assert reading.text == " ".join(words)
    assert reading.confidence == 1.0


@settings(max_examples=20, deadline=None)
@given(WORDS)
def test_words_survive_the_telephone_and_a_wav_file(words: list[str]):
    samples = wav.read(wav.write(mulaw.decode(mulaw.encode(carrier(words))))).samples

    assert read(samples).text == " ".join(words)


@settings(max_examples=20, deadline=None)
@given(WORDS, st.integers(8000, 24000))
def test_words_survive_a_change_of_rate(words: list[str], rate_hz: int):
    samples = wav.Recording(wav.Recording(carrier(words), 8000).at(rate_hz), rate_hz).at(8000)

    assert read(samples).text == " ".join(words)


@settings(max_examples=40, deadline=None)
@given(WORDS, st.floats(0, 1))
def test_a_cut_gives_the_words_up_to_the_cut(words: list[str], share: float):
    samples = carrier(words)
    cut = int(share * samples.size)
    whole, partly = read(samples), read(samples[:cut])

    assert partly.words == whole.words[: len(partly.words)]
    assert len(partly.words) >= sum(word.end_ms < cut / 8 - 8 for word in whole.words)
    assert partly.confidence in {None, 1.0}


@settings(max_examples=40, deadline=None)
@given(WORDS, st.integers(0, 2**32), st.floats(-10, 10))
def test_noise_loses_words_and_invents_none(words: list[str], seed: int, snr_db: float):
    reading = read(noise.add_pink(carrier(words), snr_db, seed))

    pieces = [word.text for word in read(carrier(words)).words]
    assert is_subsequence([word.text for word in reading.words], pieces)
    assert (reading.confidence or 0.0) <= 1.0


@settings(max_examples=30, deadline=None)
@given(WORDS, st.lists(st.integers(40, 4000), min_size=1, max_size=8))
def test_pieces_of_any_size_give_the_same_words(words: list[str], sizes: list[int]):
    samples = np.concatenate([carrier(words), silence(400)])
    reader, heard, position = SubcarrierReader(), [], 0
    while position < samples.size:
        size = sizes[position % len(sizes)]
        heard += reader.feed(samples[position : position + size])
        position += size
    heard += reader.finish()

    assert tuple(heard) == read(samples).words


def test_samples_one_by_one_give_the_same_words():
    samples = carrier(["네"])
    reader = SubcarrierReader()
    heard = [word for start in range(samples.size) for word in reader.feed(samples[start : start + 1])]

    assert text_of(heard + reader.finish()) == "네"


def test_a_live_word_is_there_20_ms_after_its_end():
    samples = np.concatenate([carrier(["네", "맞아요"]), silence(800)])
    reader = SubcarrierReader()
    for start in range(0, samples.size, 80):
        for word in reader.feed(samples[start : start + 80]):
            assert 0 <= (start + 80) / 8 - word.end_ms <= 20


def test_a_frame_ends_with_its_word():
    words = read(carrier(["안녕하세요", "저는", "상담원입니다"])).words

    assert [word.end_ms for word in words] == pytest.approx([5 * 187.5, 7 * 187.5, 13 * 187.5], abs=3)


def test_words_that_come_too_fast_queue_up():
    samples = carrier(["하나", "둘", "셋", "넷"], samples_a_syllable=100)

    assert read(samples).text == "하나 둘 셋 넷"
    assert 4 * 1400 < samples.size < 4 * 1900


def test_the_last_word_says_so():
    assert [word.last for word in read(carrier(["네", "가" * 20])).words] == [False, False, True]


def test_two_utterances_in_one_recording():
    both = np.concatenate(
        [silence(777), carrier(["네", "맞아요"]), silence(12_345), carrier(["홍길동이에요"]), silence(99)]
    )

    assert read(both).text == "네 맞아요 홍길동이에요"


def test_other_sound_below_and_beside_does_not_matter():
    time = np.arange(40_000) / 8000
    words = ["여보세요?", "누구세요?"]
    louder = to_samples(8000 * np.sin(2 * np.pi * 900 * time) + 3000 * np.sin(2 * np.pi * 2300 * time))
    samples = carrier(words)

    assert read(samples + louder[: samples.size]).text == " ".join(words)


def test_what_was_seen_and_not_read_lowers_confidence():
    samples = carrier(["하나", "둘", "셋", "넷"])
    ends = [word.end_ms * 8 for word in read(samples).words]
    samples[ends[1] - 600 : ends[1] - 100] = 0  # the second word's end

    reading = read(samples)
    assert reading.text == "하나 셋 넷"
    assert reading.confidence == 0.75


def test_no_words_no_carrier():
    assert not modulate([], 1000).any()
    assert read(to_samples(modulate([], 1000))).text == ""


def test_text_of_joins_what_belongs_together():
    words = [HeardWord("가", False, False, 1), HeardWord("나", True, False, 2), HeardWord("다", False, True, 3)]

    assert text_of(words) == "가나 다"


def test_the_subcarrier_keeps_to_its_band():
    samples = modulate([TimedWord("안녕하세요", 0, 7500)], 8000)
    power = np.square(np.abs(np.fft.rfft(samples)))
    frequency = np.fft.rfftfreq(samples.size, 1 / 8000)

    assert power[(frequency > 2600) & (frequency < 3400)].sum() > 0.9999 * power.sum()
