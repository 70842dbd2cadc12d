"""Events with heartbeats: nothing lost, everything closed."""

import asyncio
from contextlib import aclosing

import pytest

from gateway.errors import UnavailableError
from gateway.events import frame, with_heartbeats
from gateway.views import EventView


def event(number: int) -> EventView:
    return EventView(cursor=str(number), time=None, type="unknown")


class Source:
    """An event source that says whether it was closed."""

    def __init__(self, *items: EventView | float | Exception) -> None:
        self.items = items
        self.closed = False

    async def __call__(self):
        try:
            for item in self.items:
                if isinstance(item, float):
                    await asyncio.sleep(item)
                elif isinstance(item, Exception):
                    raise item
                else:
                    yield item
        finally:
            self.closed = True


async def test_events_then_the_end():
    source = Source(event(1), event(2), event(3))
    assert [beat async for beat in with_heartbeats(source(), asyncio.Event())] == [event(1), event(2), event(3)]
    assert source.closed


async def test_a_heartbeat_loses_no_event():
    source = Source(event(1), 0.1, event(2), 0.1, event(3))
    beats = [beat async for beat in with_heartbeats(source(), asyncio.Event(), first_seconds=0.01, seconds=0.01)]
    assert [beat for beat in beats if beat] == [event(1), event(2), event(3)]
    assert beats.count(None) >= 4


async def test_an_error_passes_through():
    source = Source(event(1), UnavailableError("gone"))
    with pytest.raises(UnavailableError):
        _ = [beat async for beat in with_heartbeats(source(), asyncio.Event())]
    assert source.closed


@pytest.mark.parametrize("items", [(event(1), 60.0), (event(1), event(2), event(3))])
async def test_leaving_closes_the_source(items):
    source = Source(*items)
    async with aclosing(with_heartbeats(source(), asyncio.Event())) as beats:
        assert await anext(beats) == event(1)
        await asyncio.sleep(0)
    assert source.closed


async def test_stopping_ends_a_wait_at_once():
    source, stopping = Source(60.0), asyncio.Event()
    asyncio.get_running_loop().call_later(0.02, stopping.set)
    async with asyncio.timeout(2):
        assert [beat async for beat in with_heartbeats(source(), stopping)] == []
    assert source.closed


async def test_cancelling_closes_the_source():
    source = Source(60.0)

    async def consume() -> None:
        async with aclosing(with_heartbeats(source(), asyncio.Event())) as beats:
            await anext(beats)

    task = asyncio.create_task(consume())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert source.closed


def test_frame_is_one_event_whatever_the_text():
    turn = {"turn": 1, "speaker": "callee", "text": "네\n\ndata: x", "heard": "", "source": "speech", "time": None}
    text = frame(EventView(cursor="5-0", time=None, type="turn_taken", turn=turn))
    assert text.count("\n\n") == 1
    assert text.startswith("id: 5-0\nevent: turn_taken\ndata: {")
    assert frame(None) == ": heartbeat\n\n"
