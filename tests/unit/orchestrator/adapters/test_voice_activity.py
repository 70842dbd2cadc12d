import numpy as np
import pytest

from audio import mulaw
from audio.noise import pink
from audio.voice import speak
from orchestrator.adapters.listening.silero import WINDOW, SileroVoice
from orchestrator.adapters.listening.voice_activity import CascadedSpeechDetector
from orchestrator.dialogue.turn_taking.speech_detection import FRAME_BYTES, FRAME_SECONDS

# What Silero's own ONNX file gives, run by ONNX Runtime, for `golden_sound`.
GOLDEN = {2: 0.022, 18: 0.301, 19: 0.239, 20: 0.159, 42: 0.002, 55: 0.152}


def frames(samples):
    audio = mulaw.encode(np.clip(samples, -32768, 32767).astype(np.int16))
    return [audio[start : start + FRAME_BYTES] for start in range(0, len(audio) - FRAME_BYTES, FRAME_BYTES)]


def heard(samples):
    detector = CascadedSpeechDetector()
    return np.array([detector.feed(frame) for frame in frames(samples)])


def golden_sound():
    """Returns a buzz with moving formants: a little like a voice, and the same everywhere."""
    time = np.arange(60 * WINDOW) / 8000
    pitch = 120 + 20 * np.sin(2 * np.pi * 1.5 * time)
    phase = 2 * np.pi * np.cumsum(pitch) / 8000
    voice = sum(np.sin(number * phase) / number for number in range(1, 20))
    loudness = 0.5 + 0.5 * np.sin(2 * np.pi * 3 * time)
    return (0.2 * loudness * voice * (time > 0.5)).astype(np.float32)


@pytest.fixture(scope="module")
def spoken():
    return speak("네, 저는 괜찮아요. 요즘 밥도 잘 먹고 잠도 잘 자요.").astype(np.float64)


def test_weights_give_what_the_original_model_gives():
    silero, sound = SileroVoice(), golden_sound()
    given = [silero.probability(sound[start : start + WINDOW]) for start in range(0, len(sound), WINDOW)]
    assert {place: given[place] for place in GOLDEN} == pytest.approx(GOLDEN, abs=0.01)


def test_calls_do_not_hear_one_another():
    sound = golden_sound()[20 * WINDOW :]
    one, other = SileroVoice(), SileroVoice()
    for start in range(0, 20 * WINDOW, WINDOW):
        one.probability(sound[start : start + WINDOW])
    assert other.probability(sound[:WINDOW]) == SileroVoice().probability(sound[:WINDOW])
    one.forget()
    assert one.probability(sound[:WINDOW]) == SileroVoice().probability(sound[:WINDOW])


def test_voice_is_speech_and_silence_is_none(spoken):
    quiet = np.zeros(8000)
    found = heard(np.concatenate([quiet, spoken, quiet]))
    seconds = len(spoken) / 8000
    assert not found[:45].any()
    assert found[50:-50].sum() * FRAME_SECONDS > 0.6 * seconds
    assert not found[-35:].any()


def test_noise_is_no_speech():
    assert heard(pink(80_000, seed=1) * 32768 * 0.1).mean() < 0.02


def test_voice_is_heard_through_noise(spoken):
    noise = pink(len(spoken), seed=2)
    noise *= np.sqrt(np.mean(spoken**2) / np.mean(noise**2) / 10)  # 10 dB
    assert heard(spoken + noise).mean() > 0.4


def test_cut_frame_is_no_speech():
    detector = CascadedSpeechDetector()
    assert detector.feed(b"") is False
    assert detector.feed(b"\xff" * 80) is False


@pytest.mark.parametrize("noise", [3.0, 100.0])
@pytest.mark.parametrize("share", [0.2, 0.4, 0.6, 0.9])
def test_the_end_of_a_voice_is_heard_to_the_frame(spoken, noise, share):
    loud = np.flatnonzero(np.abs(spoken) > 2000)
    voice = spoken[: loud[int(share * len(loud))] // FRAME_BYTES * FRAME_BYTES]  # broken off at full voice
    line = np.concatenate([np.zeros(8000), voice, np.zeros(8000)])
    found = heard(line + np.random.default_rng(1).normal(0, noise, len(line)))
    assert np.flatnonzero(found)[-1] + 1 == pytest.approx((8000 + len(voice)) / FRAME_BYTES, abs=1)


def test_a_voice_that_grows_soft_is_still_heard(spoken):
    quiet = np.random.default_rng(1).normal(0, 3, 8000)
    loud, soft = (
        heard(np.concatenate([quiet, spoken, quiet])),
        heard(np.concatenate([quiet, spoken, spoken / 8, quiet])),
    )
    assert soft.sum() > 1.7 * loud.sum()
