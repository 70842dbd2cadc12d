"""Real Korean speech and noises of several kinds, through speech detection and turn-taking.

Other people's talk behind the callee is none of the kinds: it is speech, and holds the agent's voice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from audio import mulaw
from audio.noise import pink
from audio.samples import Waveform, active_rms, to_samples
from evaluation.recorded_pauses import recorded_speech
from orchestrator.adapters.listening.voice_activity import CascadedSpeechDetector
from orchestrator.dialogue.turn_taking.decisions import Decision, Hold, Interrupt, Resume, SpeechPaused
from orchestrator.dialogue.turn_taking.speech_detection import FRAME_BYTES, FRAME_SECONDS
from orchestrator.dialogue.turn_taking.turn_taking import TurnTaking

HZ = 8000
VOICE = 2500.0  # root mean square of an ordinary voice on the line
SAYING = "지난번에 말씀하신 일을 여쭤볼게요"


def white(count: int) -> Waveform:
    return np.random.default_rng(1).normal(size=count)


def street(count: int) -> Waveform:
    loudness = np.ones(count)
    for start in range(0, count - HZ, 2 * HZ):
        loudness[start : start + HZ] += 3 * np.hanning(HZ)
    return pink(count, seed=3) * loudness


def hum(count: int) -> Waveform:
    time = np.arange(count) / HZ
    return np.sin(2 * np.pi * 120 * time) + 0.5 * np.sin(2 * np.pi * 240 * time) + 0.2 * white(count)


def clicks(count: int) -> Waveform:
    sound = 0.02 * white(count)
    for start in range(0, count - 400, HZ // 2):
        sound[start : start + 400] += white(400) * np.exp(-np.arange(400) / 80)
    return sound


def music(count: int) -> Waveform:
    notes = np.resize(np.repeat((220, 330, 262, 440, 392, 523), HZ // 4), count)
    phase = 2 * np.pi * np.cumsum(notes) / HZ
    return np.sin(phase) + 0.5 * np.sin(2 * phase) + 0.3 * np.sin(3 * phase)


NOISES: dict[str, Callable[[int], Waveform]] = {
    "pink": lambda count: pink(count, seed=1),
    "white": white,
    "street": street,
    "hum": hum,
    "clicks": clicks,
    "music": music,
}


def noise(kind: str, count: int, rms: float) -> Waveform:
    sound = NOISES[kind](count)
    return sound * rms / np.sqrt(np.mean(sound**2))


def voiced(line: Waveform) -> Iterator[bool]:
    detector, sound = CascadedSpeechDetector(), mulaw.encode(to_samples(line))
    for start in range(0, len(sound) - FRAME_BYTES + 1, FRAME_BYTES):
        yield detector.feed(sound[start : start + FRAME_BYTES])


def decisions_about(line: Waveform) -> list[Decision]:
    """What is decided while the agent speaks, and no recogniser finds words in the line."""
    floor, found, now = TurnTaking(at=0.0), list[Decision](), 0.0
    floor.agent_started(SAYING, False, at=now)
    for speech in voiced(line):
        now += FRAME_SECONDS
        found += floor.frame(speech, at=now)
        if any(isinstance(decision, SpeechPaused) for decision in found[-2:]):
            found += floor.recognised("", True, at=now)
    return found


@pytest.mark.parametrize("kind", NOISES)
@pytest.mark.parametrize("snr_db", [20, 0])
def test_the_agent_holds_its_voice_for_no_noise(kind: str, snr_db: int) -> None:
    found = decisions_about(noise(kind, 3 * HZ, VOICE / 10 ** (snr_db / 20)))
    assert not [decision for decision in found if isinstance(decision, (Hold, Interrupt))]


def test_a_voice_without_words_holds_the_agent_and_lets_it_go_on() -> None:
    clip = recorded_speech()["wujia/ko"].astype(float)[: 2 * HZ]  # as long as a drawn-out "음…"
    found = decisions_about(np.concatenate([np.zeros(HZ), clip, np.zeros(2 * HZ)]))
    outcomes = [type(decision) for decision in found if isinstance(decision, (Hold, Resume, Interrupt))]
    assert outcomes[:2] == [Hold, Resume]
    assert Interrupt not in outcomes


@pytest.mark.parametrize("kind", NOISES)
@pytest.mark.parametrize("snr_db", [20, 5])
def test_noise_tears_no_holes_into_speech(kind: str, snr_db: int) -> None:
    clip = recorded_speech()["wujia/ko"].astype(float)
    line = clip + noise(kind, len(clip), active_rms(clip) / 10 ** (snr_db / 20))
    places = np.flatnonzero(list(voiced(line)))
    clean = np.flatnonzero(list(voiced(clip)))
    assert np.diff(places).max() * FRAME_SECONDS < 0.75
    assert abs(places[0] - clean[0]) * FRAME_SECONDS < 0.3
    assert abs(places[-1] - clean[-1]) * FRAME_SECONDS < 0.4  # soft last sounds drown
