"""Pauses within real Korean speech on a telephone line, as the service's own detector finds them.

The clips are those of `public/speech`: fluent speech of strangers, whose words are not labelled.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

from audio import Samples, mulaw, wav
from orchestrator.adapters.listening.voice_activity import CascadedSpeechDetector
from orchestrator.dialogue.turn_taking.speech_detection import FRAME_BYTES, FRAME_SECONDS

_FOLDER = Path(__file__).parent / "public" / "speech"
# Shorter silences belong to the words around them.
_SHORTEST = 0.2


def recorded_speech() -> dict[str, Samples]:
    """Returns the clips at 8000 Hz, by their names."""
    paths = sorted(_FOLDER.glob("*/*.wav"))
    return {f"{path.parent.name}/{path.stem}": wav.read(path.read_bytes()).samples for path in paths}


@cache
def recorded_pauses() -> tuple[float, ...]:
    """Returns the seconds of all pauses within the clips."""
    return tuple(pause for samples in recorded_speech().values() for pause in _pauses(samples))


def _pauses(samples: Samples) -> list[float]:
    sound, detector = mulaw.encode(samples), CascadedSpeechDetector()
    frames = (sound[start : start + FRAME_BYTES] for start in range(0, len(sound) - FRAME_BYTES + 1, FRAME_BYTES))
    voiced = [place for place, frame in enumerate(frames) if detector.feed(frame)]
    silences = ((after - before - 1) * FRAME_SECONDS for before, after in pairwise(voiced))
    return [round(silence, 2) for silence in silences if silence >= _SHORTEST]
