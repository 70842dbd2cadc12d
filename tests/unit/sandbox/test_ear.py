import numpy as np

from audio.voice import speak
from sandbox.ear import Ear, Utterance

FRAME = 160
SILENCE = np.zeros(8000, dtype=np.int16)


def heard(sound, *, deaf_until=0.0, more_until=0.0) -> list[Utterance]:
    """Lets an ear hear a whole recording, of which nothing is waiting after `more_until`."""
    ear = Ear(deaf_until)
    utterances = []
    for at in range(0, sound.size - FRAME + 1, FRAME):
        ended = ear.hear(at / 8000, sound[at : at + FRAME], more=at / 8000 < more_until)
        utterances += [ended] if ended else []
    return utterances


def test_who_says_something_is_heard_word_for_word():
    speech = speak("안녕하세요 반갑습니다")
    (said,) = heard(np.concatenate([SILENCE, speech, SILENCE]))
    assert said.text == "안녕하세요 반갑습니다"
    assert 1.0 <= said.start < 1.2
    assert 1.0 + speech.size / 8000 - 0.4 < said.end <= 1.0 + speech.size / 8000


def test_words_are_known_as_soon_as_they_are_said():
    speech, ear, known = speak("하나 둘 셋 넷 다섯"), Ear(0.0), []
    for at in range(0, speech.size - FRAME, FRAME):
        ear.hear(at / 8000, speech[at : at + FRAME], more=True)
        known.append(len(ear.hearing.words) if ear.hearing else 0)
    assert set(range(5)) <= set(known)


def test_a_pause_ends_what_was_said_unless_more_is_to_come():
    sound = np.concatenate([speak("하나"), SILENCE[:4000], speak("둘"), SILENCE])
    assert [each.text for each in heard(sound)] == ["하나", "둘"]
    assert [each.text for each in heard(sound, more_until=1.5)] == ["하나 둘"]


def test_a_long_silence_ends_it_in_any_case():
    sound = np.concatenate([speak("하나"), SILENCE, SILENCE, speak("둘"), SILENCE, SILENCE])
    assert [each.text for each in heard(sound, more_until=99.0)] == ["하나", "둘"]


def test_comfort_noise_is_nothing():
    noise = np.random.default_rng(0).normal(0, 60, 16_000).astype(np.int16)
    assert heard(noise) == []


def test_who_is_deaf_hears_that_somebody_speaks_and_no_words():
    sound = np.concatenate([speak("안녕하세요 저는 상담원입니다"), SILENCE])
    (said,) = heard(sound, deaf_until=1.0)
    assert said.text == "저는 상담원입니다"


def test_what_is_cut_off_is_heard_as_far_as_it_came():
    speech, ear = speak("안녕하세요 반갑습니다"), Ear(0.0)
    for at in range(0, 9600, FRAME):
        ear.hear(at / 8000, speech[at : at + FRAME], more=True)
    cut = ear.finish()
    assert cut is not None
    assert cut.text == "안녕하세요"
    assert ear.finish() is None
