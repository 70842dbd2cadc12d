"""The way up: batched by time and size, in order, complete, and bounded."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.call_stream import CalleeAudio, CalleeEvent, MarkReached, PressedKey
from gateway.media_uplink import MAX_WAITING_EVENTS, Uplink
from gateway.stream_end import StreamEnd, StreamEnded
from tests import virtual_time as virtual
from tests.virtual_time import virtual_time

FRAME = bytes(160)
FRAME_SECONDS = 0.02
EVENTS = st.lists(
    st.binary(max_size=400).map(CalleeAudio)
    | st.sampled_from("0123456789*#").map(PressedKey)
    | st.text(max_size=4).map(MarkReached),
    max_size=30,
)


async def read(uplink: Uplink) -> list[tuple[float, CalleeEvent]]:
    """Reads to the end; returns what came, and when."""
    came = []
    while (event := await uplink.next()) is not None:
        came.append((round(asyncio.get_running_loop().time(), 3), event))
    return came


async def frames(uplink: Uplink, count: int) -> None:
    for _ in range(count):
        uplink.add(CalleeAudio(FRAME))
        await asyncio.sleep(FRAME_SECONDS)


@virtual_time
async def test_three_frames_make_a_batch():
    uplink = Uplink(lambda: 0.06)
    reading = asyncio.create_task(read(uplink))
    await frames(uplink, 6)
    uplink.close()
    assert await reading == [(0.04, CalleeAudio(FRAME * 3)), (0.1, CalleeAudio(FRAME * 3))]


@virtual_time
async def test_the_first_frame_does_not_wait_longer_than_a_batch():
    uplink = Uplink(lambda: 0.06)
    reading = asyncio.create_task(read(uplink))
    await frames(uplink, 2)
    await asyncio.sleep(10)
    await frames(uplink, 1)
    await asyncio.sleep(10)
    uplink.close()
    assert await reading == [(0.06, CalleeAudio(FRAME * 2)), (10.1, CalleeAudio(FRAME))]


@virtual_time
async def test_keys_and_marks_wait_for_nothing():
    uplink = Uplink(lambda: 0.5)
    reading = asyncio.create_task(read(uplink))
    uplink.add(CalleeAudio(FRAME))
    await asyncio.sleep(0.02)
    uplink.add(PressedKey("1"))
    uplink.add(CalleeAudio(FRAME))
    uplink.add(MarkReached("m"))
    await asyncio.sleep(0.02)
    uplink.close()
    expected = [CalleeAudio(FRAME), PressedKey("1"), CalleeAudio(FRAME), MarkReached("m")]
    assert await reading == [(0.02, event) for event in expected]


@virtual_time
async def test_what_waits_when_it_is_closed_is_still_sent():
    uplink = Uplink(lambda: 0.5)
    uplink.add(CalleeAudio(FRAME))
    uplink.close()
    assert await read(uplink) == [(0, CalleeAudio(FRAME))]
    assert await uplink.next() is None


@virtual_time
async def test_a_slow_reader_gets_larger_batches():
    uplink = Uplink(lambda: 0.06)
    writing = asyncio.create_task(frames(uplink, 30))
    first = await uplink.next()
    await asyncio.sleep(0.31)
    second = await uplink.next()
    assert (first, second) == (CalleeAudio(FRAME * 3), CalleeAudio(FRAME * 15))
    await writing


@virtual_time
async def test_two_seconds_are_the_most_that_waits():
    uplink = Uplink(lambda: 0.06)
    for _ in range(100):
        uplink.add(CalleeAudio(FRAME))
    with pytest.raises(StreamEnded) as ended:
        uplink.add(CalleeAudio(b"x"))
    assert ended.value.end is StreamEnd.ORCHESTRATOR_SLOW


@virtual_time
async def test_keys_and_marks_are_bounded_too():
    uplink = Uplink(lambda: 0.06)
    for _ in range(MAX_WAITING_EVENTS):
        uplink.add(PressedKey("1"))
    with pytest.raises(StreamEnded):
        uplink.add(MarkReached("m"))


def joined(events: list[CalleeEvent]) -> list[CalleeEvent]:
    """Joins neighbouring audio: how it is cut means nothing."""
    result: list[CalleeEvent] = []
    for event in events:
        if isinstance(event, CalleeAudio) and result and isinstance(result[-1], CalleeAudio):
            result[-1] = CalleeAudio(result[-1].mulaw + event.mulaw)
        elif event != CalleeAudio(b""):
            result.append(event)
    return result


@given(EVENTS, st.lists(st.floats(0, 0.3), min_size=30, max_size=30), st.floats(0, 0.1))
def test_nothing_is_lost_doubled_or_disordered(events, pauses, slowness):
    async def both() -> list[CalleeEvent]:
        uplink = Uplink(lambda: 0.06)

        async def reader() -> list[CalleeEvent]:
            came = []
            while (event := await uplink.next()) is not None:
                came.append(event)
                await asyncio.sleep(slowness)
            return came

        reading = asyncio.create_task(reader())
        for event, pause in zip(events, pauses, strict=False):
            uplink.add(event)
            await asyncio.sleep(pause)
        uplink.close()
        return await reading

    assert joined(virtual.run(both())) == joined(events)
