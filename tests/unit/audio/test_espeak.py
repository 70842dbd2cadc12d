import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio import espeak

SENTENCE = "안녕하세요. 저는 복지관에서 전화드린 상담원입니다."


def test_korean_is_spoken_at_a_natural_length():
    synthesis = espeak.synthesize(SENTENCE, 50, 160)

    assert synthesis.rate_hz == 22050
    assert synthesis.samples.dtype == np.int16
    assert 3.0 < synthesis.samples.size / synthesis.rate_hz < 9.0


def test_the_speed_counts():
    slow, fast = (espeak.synthesize(SENTENCE, 50, speed).samples.size for speed in (120, 240))

    assert slow > 1.6 * fast


def test_the_pitch_counts():
    def share_below_110_hz(pitch: int) -> float:
        samples = espeak.synthesize("아", pitch, 120).samples.astype(float)
        power = np.square(np.abs(np.fft.rfft(samples)))
        return float(power[np.fft.rfftfreq(samples.size, 1 / 22050) < 110].sum() / power.sum())

    assert share_below_110_hz(25) > 5 * share_below_110_hz(100)


def test_anchors_tell_where_words_lie():
    anchors = {anchor.position: anchor.sample for anchor in espeak.synthesize(SENTENCE, 50, 160).anchors}

    assert anchors[0] == 0
    assert anchors[SENTENCE.index("저는")] < anchors[SENTENCE.index("복지관")] < anchors[SENTENCE.index("상담원")]


def test_pitch_and_speed_of_one_text_do_not_stay_for_the_next():
    first = espeak.synthesize(SENTENCE, 50, 160).samples.size
    espeak.synthesize("다른 말", 90, 300)

    assert espeak.synthesize(SENTENCE, 50, 160).samples.size == pytest.approx(first, rel=0.01)


def test_threads_do_not_get_each_others_speech():
    texts = ["하나", "둘 둘 둘", "셋 셋 셋 셋 셋 셋"]
    alone = [espeak.synthesize(text, 50, 160).samples.size for text in texts]
    with ThreadPoolExecutor(6) as threads:
        together = list(threads.map(lambda text: espeak.synthesize(text, 50, 160).samples.size, texts * 6))

    assert together == pytest.approx(alone * 6, rel=0.01)


async def test_the_event_loop_goes_on_meanwhile():
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1

    ticking = asyncio.create_task(tick())
    began = time.monotonic()
    await asyncio.to_thread(espeak.synthesize, SENTENCE * 40, 50, 160)
    took = time.monotonic() - began
    ticking.cancel()

    assert threading.current_thread() is threading.main_thread()
    assert ticks > 0.05 * took / 0.001


@pytest.mark.parametrize("text", ["", " ", "\n", "...", "😀", "\x00", "네\x00아니요", "\ud800"])
def test_odd_texts_are_no_error(text: str):
    assert espeak.synthesize(text, 50, 160).samples.size >= 0


def test_a_nul_does_not_swallow_what_follows():
    assert espeak.synthesize("네\x00아니요", 50, 160).samples.size > 1.5 * espeak.synthesize("네", 50, 160).samples.size


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_said(text: str):
    synthesis = espeak.synthesize(text, 50, 300)

    assert all(0 <= anchor.sample <= synthesis.samples.size for anchor in synthesis.anchors)
