"""Places for streams, and what waits in a stream."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import pytest

from orchestrator.dialogue.call.admission import Admission, Load
from orchestrator.dialogue.stream.inbox import Inbox
from orchestrator.dialogue.stream.stream_places import PROMISE, StreamPlaces
from orchestrator.domain.errors import Overloaded
from orchestrator.domain.turn import OpenStream, Reply
from tests.unit.orchestrator.dialogue.stream.test_live_calls_as_streams import ringing
from tests.virtual_time import virtual_time


def calm() -> Admission:
    return Admission(first=100)


@virtual_time
async def test_there_are_never_more_than_there_are() -> None:
    places = StreamPlaces(3, calm())
    assert [await places.promise() for _ in range(2)] == [True, True]
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(places.take())
        assert places.taken == 3
        assert not await places.promise()
        with pytest.raises(Overloaded), places.take():
            pass
    assert places.taken == 0
    assert await places.promise()


@virtual_time
async def test_those_who_ask_together_get_no_more_places_than_there_are() -> None:
    places = StreamPlaces(3, calm())
    assert sum(await asyncio.gather(*(places.promise() for _ in range(10)))) == 3


@virtual_time
async def test_a_promise_holds_when_the_process_is_full_by_then() -> None:
    admission = calm()
    places = StreamPlaces(3, admission)
    assert await places.promise()
    admission.measured(Load(1.0, 1.0))
    with places.take():
        with pytest.raises(Overloaded) as refused, places.take():
            pass
        assert refused.value.retry_after > 0


@virtual_time
async def test_a_promise_that_nobody_uses_runs_out() -> None:
    places = StreamPlaces(1, calm())
    assert await places.promise()
    assert not await places.promise()
    await asyncio.sleep(PROMISE)
    assert await places.promise()


@virtual_time
async def test_a_call_goes_turn_by_turn_while_its_process_is_full_and_as_a_stream_elsewhere() -> None:
    phone = await ringing()
    full = calm()
    full.measured(Load(1.0, 0.5))
    streams = phone.replica(admission=full)
    assert isinstance(await streams.answer(phone.scene.id, phone.scene.call_sid), Reply)
    assert isinstance(await phone.replica().answer(phone.scene.id, phone.scene.call_sid), OpenStream)


@virtual_time
async def test_a_call_goes_turn_by_turn_at_once_while_the_engines_of_streams_are_left_alone() -> None:
    phone = await ringing()
    streams = phone.replica(can_talk=False)
    assert isinstance(await streams.answer(phone.scene.id, phone.scene.call_sid), Reply)


@virtual_time
async def test_what_the_callee_does_waits_for_room_and_what_the_agent_does_not() -> None:
    inbox: Inbox[str] = Inbox(most=2)
    reading = asyncio.create_task(_put(inbox, "abc"))
    await asyncio.sleep(0)
    inbox.post("!")
    await asyncio.sleep(1)
    assert not reading.done()
    assert [await inbox.get() for _ in range(4)] == ["a", "b", "!", "c"]
    await reading


async def _put(inbox: Inbox[str], events: str) -> None:
    for event in events:
        await inbox.put(event)
