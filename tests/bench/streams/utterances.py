"""What the scripted callee says: speech in audio, its words by a number hidden in the audio.

Audio reaches a recogniser byte for byte, so the number stands in it as a few bytes every 40 ms: too quiet and too short
for a speech detector to notice, found by a search for bytes however the audio was cut up. Nothing is recognised; what a
bench measures is everything but the engines.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from audio import TELEPHONE_HZ, Samples, mulaw
from audio.voice import speak

FRAME: Final = TELEPHONE_HZ // 50
"""Samples, and bytes, of 20 ms."""

TEXTS: Final = (
    "네, 괜찮아요.",
    "네.",
    "아니요, 없어요.",
    "잠깐만요, 뭐라고 하셨어요?",
    "복지관에서 하는 노래 교실은 언제 시작해요?",
    "요즘은 무릎이 아파서 잘 못 걸어요.",
)
"""The words, by their number."""
AGREES, YES, NOTHING, WAIT_A_MOMENT, ASKS, COMPLAINS = range(len(TEXTS))
INTERRUPTION_SECONDS: Final = 1.4
"""How long WAIT_A_MOMENT is said."""

_SPOKEN: Final = "네 저는 괜찮아요 요즘 밥도 잘 먹고 잠도 잘 자고 날마다 동네를 한 바퀴 걸어요"
_MARK: Final = bytes((0xE9, 0x72, 0xF4, 0x6B, 0xEE))
_FIRST_NUMBER: Final = 0xE0
CODE_LENGTH: Final = len(_MARK) + 1
_PAUSE_LEVEL: Final = 700


def number_in(audio: bytes) -> int | None:
    """Returns the number hidden in mu-law, if there is one in it and it is whole."""
    at = audio.find(_MARK)
    if at < 0 or at + CODE_LENGTH > len(audio):
        return None
    number = audio[at + len(_MARK)] - _FIRST_NUMBER
    return number if 0 <= number < len(TEXTS) else None


@cache
def utterance(number: int, seconds: float) -> bytes:
    """Returns mu-law that says TEXTS[number] in so many seconds, in whole frames and without a pause."""
    length = round(seconds * 50) * FRAME
    audio = bytearray(np.resize(np.frombuffer(speech(), np.uint8), length).tobytes())
    code = _MARK + bytes((_FIRST_NUMBER + number,))
    for start in range(0, length, 2 * FRAME):
        audio[start : start + CODE_LENGTH] = code
    return bytes(audio)


@cache
def speech() -> bytes:
    """Returns some seconds of mu-law that a speech detector takes for speech all through, in whole frames."""
    samples = speak(_SPOKEN, subcarrier=False)
    frames = samples[: samples.size // FRAME * FRAME].reshape(-1, FRAME)
    loud = np.abs(frames.astype(np.int32)).mean(axis=1) > _PAUSE_LEVEL
    return mulaw.encode(frames[loud].reshape(-1))


@cache
def background() -> bytes:
    """Returns a second of what a quiet line sounds like, as mu-law."""
    noise: Samples = np.random.default_rng(1).normal(0, 12, TELEPHONE_HZ).astype(np.int16)
    return mulaw.encode(noise)
