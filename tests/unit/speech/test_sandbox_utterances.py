import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio import Samples, noise
from audio.samples import to_samples
from audio.voice import Voice, speak
from speech.engine import Final, Interim, RecognitionEvent, SpeechEnded, SpeechStarted
from speech.engines.sandbox_utterances import Utterances


def silence(seconds: float) -> Samples:
    return np.zeros(round(8000 * seconds), np.int16)


def events_of(samples: Samples, piece: int = 160) -> list[RecognitionEvent]:
    utterances = Utterances()
    events = [
        event for start in range(0, samples.size, piece) for event in utterances.feed(samples[start : start + piece])
    ]
    return events + utterances.finish()


def kinds(events: list[RecognitionEvent]) -> list[type]:
    return [type(event) for event in events]


def finals(events: list[RecognitionEvent]) -> list[str]:
    return [event.recognition.text for event in events if isinstance(event, Final)]


def test_an_utterance_starts_grows_ends_and_is_final():
    events = events_of(np.concatenate([silence(1), speak("네 맞아 맞아요"), silence(1)]))

    assert kinds(events) == [SpeechStarted, Interim, Interim, Interim, SpeechEnded, Final]
    assert [event.recognition.text for event in events[1:4]] == ["네", "네 맞아", "네 맞아 맞아요"]
    assert events[-1].recognition.text == "네 맞아 맞아요"
    assert events[-1].recognition.confidence == 1.0
    offsets = [event.offset_ms for event in events]
    assert offsets == sorted(offsets)
    assert 1000 <= offsets[0] < 1500


def test_the_end_is_told_half_a_second_after_it():
    utterances = Utterances()
    utterances.feed(speak("네, 알겠어요"))

    assert not utterances.feed(silence(0.4))
    assert kinds(utterances.feed(silence(0.3))) == [SpeechEnded, Final]
    assert utterances.finish() == []


@pytest.mark.parametrize("speed", [80, 160])
def test_pauses_within_an_utterance_do_not_end_it(speed: int):
    text = "아니요. 그런데요, 지난주화요일부터 무릎이 아파요. 병원에 가고 싶어요."

    assert finals(events_of(speak(text, Voice(50, speed)))) == [text]


def test_a_speaker_who_breaks_off_has_ended_two_and_a_half_seconds_later():
    utterances = Utterances()
    whole = speak("저는 혼자 살고 있어요")
    begun = utterances.feed(whole[: whole.size * 2 // 3])

    assert isinstance(begun[-1], Interim)
    assert not utterances.feed(silence(2.0))
    ended = utterances.feed(silence(1.0))
    assert kinds(ended) == [SpeechEnded, Final]
    assert "저는 혼자 살고 있어요".startswith(ended[-1].recognition.text)


def test_two_speakers_after_each_other_are_two_utterances():
    both = np.concatenate([speak("여보세요?"), silence(0.8), speak("누구세요?")])

    assert finals(events_of(both)) == ["여보세요?", "누구세요?"]
    assert finals(events_of(both, piece=both.size)) == ["여보세요?", "누구세요?"]


def test_confidence_is_that_of_the_utterance():
    noisy = noise.add_pink(speak("하나 둘 셋 넷 다섯 여섯 일곱 여덟"), 6, 3)
    events = events_of(np.concatenate([noisy, silence(3), speak("네, 알겠어요"), silence(1)]))
    confidences = [event.recognition.confidence for event in events if isinstance(event, Final)]

    assert confidences[0] < 1.0
    assert confidences[1] == 1.0


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_noise_says_nothing(seed: int):
    assert finals(events_of(to_samples(3000 * noise.pink(24_000, seed)))) in ([], [""])


def test_silence_says_nothing():
    assert events_of(silence(5)) == []
    assert events_of(silence(0)) == []
