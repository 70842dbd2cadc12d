"""The beep of voicemail, on a line and in a recording."""

from __future__ import annotations

import numpy as np

from audio import TELEPHONE_HZ, mulaw, wav
from audio.samples import FULL_SCALE, to_samples
from orchestrator.adapters.listening.beeps import LineBeeps
from orchestrator.adapters.listening.recording_activity import RecordingActivity

_AT = np.arange(TELEPHONE_HZ // 2) / TELEPHONE_HZ
BEEP = to_samples(np.concatenate([FULL_SCALE * 0.2 * np.sin(2 * np.pi * 1000 * _AT), np.zeros(800)]))


def test_a_beep_on_the_line_is_told_once() -> None:
    line, audio = LineBeeps(), mulaw.encode(BEEP)
    frames = [audio[start : start + 160] for start in range(0, len(audio), 160)]
    assert [line.feed(frame) for frame in frames].count(True) == 1


def test_a_recording_beeps_or_does_not() -> None:
    activity = RecordingActivity()
    assert activity.has_beep(wav.write(BEEP, TELEPHONE_HZ, "linear16"))
    assert not activity.has_beep(wav.write(np.zeros_like(BEEP), TELEPHONE_HZ, "linear16"))
    assert not activity.has_beep(b"no audio")
