"""Streams that go wrong: whatever happens, the WebSocket is closed in time, and nothing is left behind."""

import asyncio
from dataclasses import replace

import grpc
import pytest

from tests.fakes.orchestrator_servicers import Failure
from tests.fakes.waiting import until
from tests.integration.gateway.gateway_client import CALL_SID, CONSULTATION
from tests.integration.gateway.scripted_streams import (
    DEADLINES,
    LIMITS,
    STOP,
    audio,
    media,
    streaming,
)

CODE = grpc.StatusCode
FRAME = bytes(range(160))


async def twilio_blocked(world):
    """Waits until nothing more goes to a Twilio that does not read."""
    before, now = -1.0, 0.0
    while before != now or now < 100:
        await asyncio.sleep(0.05)
        line = next(
            line
            for line in (await world.client.get("/metrics")).text.splitlines()
            if line.startswith('gateway_stream_frames_total{direction="sent"}')
        )
        before, now = now, float(line.rpartition(" ")[2])


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (Failure(CODE.UNAVAILABLE, "STORE_UNAVAILABLE", retry_seconds=1), "unavailable"),
        (Failure(CODE.UNAVAILABLE), "unavailable"),
        (Failure(CODE.RESOURCE_EXHAUSTED, "OVERLOADED"), "overloaded"),
        (Failure(CODE.FAILED_PRECONDITION, "STREAM_NOT_EXPECTED"), "refused"),
        (Failure(CODE.NOT_FOUND, "UNKNOWN_CALL"), "refused"),
        (Failure(CODE.UNIMPLEMENTED), "refused"),
        (Failure(CODE.DEADLINE_EXCEEDED), "timeout"),
        (Failure(CODE.INTERNAL), "fault"),
    ],
)
@pytest.mark.parametrize("moment", ["at once", "after start", "in mid speech", "after stop"])
async def test_the_orchestrator_fails(failure, reason, moment):
    async def fails(served):
        if moment != "at once":
            await served.read()
        if moment == "in mid speech":
            yield audio(FRAME)
        if moment == "after stop":
            await served.context.send_initial_metadata(())
            async for _ in served.rest():
                pass
        await served.fail(failure)

    async with streaming(fails) as world:
        twilio = await world.dial()
        if moment == "in mid speech":
            await twilio.read()
        if moment == "after stop":
            await world.taken()
            await twilio.send(STOP)
        assert await twilio.closed() == 1000
        await world.ended("stopped" if moment == "after stop" else reason)
        assert len(world.served) == 1  # not tried again: the token is good for one stream


async def test_the_orchestrator_closes_without_a_word():
    async def leaves(served):
        await served.read()
        yield audio(FRAME)

    async with streaming(leaves) as world:
        twilio = await world.dial()
        assert await twilio.closed() == 1000
        await world.ended("closed")


async def test_no_orchestrator_at_all():
    async with streaming() as world:
        await world.server.stop(grace=None)
        twilio = await world.dial()
        assert await twilio.closed() == 1000
        await world.ended("unavailable")


async def test_the_orchestrator_dies():
    async with streaming() as world:
        twilio = await world.dial()
        await world.taken()
        await world.server.stop(grace=None)
        assert await twilio.closed() == 1000
        await world.ended("unavailable")


async def test_no_sign_of_the_orchestrator_in_time():
    async def says_nothing(served):
        async for _ in served.rest():
            if False:
                yield

    async with streaming(says_nothing, deadlines=replace(DEADLINES, stream_opening=0.1)) as world:
        twilio = await world.dial()
        assert await twilio.closed() == 1000
        await world.ended("timeout")
        await until(world.served[0].over.is_set)


async def test_longer_than_any_call():
    async with streaming(deadlines=replace(DEADLINES, stream=0.3)) as world:
        twilio = await world.dial()
        assert await twilio.closed() == 1000
        await world.ended("timeout")


async def test_the_orchestrator_takes_no_audio():
    async def takes_nothing(served):
        await served.read()
        yield audio(FRAME)
        await asyncio.sleep(3600)

    async with streaming(takes_nothing) as world:
        twilio = await world.dial()
        await twilio.read()
        sent = 0
        while not world.served[0].over.is_set():
            await twilio.send(media(FRAME))
            sent += 1
            await asyncio.sleep(0.001)
        assert 100 < sent < 300  # frames of 20 ms: 2 s wait in gRPC's window, 2 s here
        assert await twilio.closed() == 1000
        await world.ended("orchestrator_slow")
        await until(world.served[0].over.is_set)


async def test_twilio_does_not_read():
    async def talks(served):
        await served.read()
        while True:
            yield audio(bytes(16_000))

    async with streaming(talks, limits=replace(LIMITS, write=0.3, close=0.3)) as world:
        twilio = await world.dial()
        await world.taken()
        twilio.socket._response.connection.transport.pause_reading()
        await world.ended("peer_slow")
        await until(world.served[0].over.is_set)
        twilio.socket._response.connection.transport.abort()


async def test_nobody_at_the_other_end():
    """A peer that is silent, and does not even answer a ping."""
    async with streaming(limits=replace(LIMITS, heartbeat=0.2)) as world:
        twilio = await world.connect(autoping=False)
        await twilio.begin()
        await world.taken()
        await world.ended("peer_gone")
        await until(world.served[0].over.is_set)


async def test_a_silent_peer_that_is_there_is_left_alone():
    async with streaming(limits=replace(LIMITS, heartbeat=0.1)) as world:
        twilio = await world.dial()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await twilio.socket.receive()
        assert await world.metric("gateway_streams 1.0")


async def test_the_gateway_stops():
    async with streaming() as world:
        begun = await world.dial()
        served = await world.taken()
        waiting = await world.connect()
        async with asyncio.TaskGroup() as group:
            group.create_task(world.gateway.stop())
            codes = [group.create_task(twilio.closed()) for twilio in (begun, waiting)]
        assert [code.result() for code in codes] == [1000, 1000]
        await until(served.over.is_set)


async def test_the_gateway_stops_while_twilio_does_not_read():
    async def talks(served):
        await served.read()
        while True:
            yield audio(bytes(16_000))

    async with streaming(talks, limits=replace(LIMITS, write=30)) as world:
        await world.dial()
        served = await world.taken()
        await twilio_blocked(world)
        async with asyncio.timeout(3):
            await world.gateway.stop()
        await until(served.over.is_set)


async def test_gone_before_the_orchestrator_has_answered():
    async def thinks(served):
        await served.read()
        await asyncio.sleep(3600)
        yield audio(FRAME)

    async with streaming(thinks) as world:
        twilio = await world.dial()
        served = await world.taken()
        await twilio.socket.close()
        await world.ended("peer_gone")
        await until(served.over.is_set)


async def test_an_orchestrator_that_does_not_close_after_stop():
    async def lingers(served):
        await served.context.send_initial_metadata(())
        async for _ in served.rest():
            pass
        await asyncio.sleep(3600)
        yield audio(FRAME)

    async with streaming(lingers, limits=replace(LIMITS, finish=0.2)) as world:
        twilio = await world.dial()
        await world.taken()
        await twilio.send(STOP)
        assert await twilio.closed() == 1000
        await world.ended("stopped")
        await until(world.served[0].cancelled.is_set)


async def test_a_bug_ends_the_stream_and_nothing_else(monkeypatch):
    def broken(_call):
        raise KeyError("010-1234-5678")

    async with streaming() as world:
        with monkeypatch.context() as patched:
            patched.setattr("gateway.orchestrator_stream.streams.start_request", broken)
            twilio = await world.dial()
            assert await twilio.closed() == 1000
            await world.ended("fault")
        await world.dial()
        await world.taken()


async def test_nothing_personal_in_the_logs(capsys):
    async with streaming() as world:
        twilio = await world.dial()
        await world.taken()
        await twilio.send({"event": "media", "media": {"payload": "비밀이에요"}})
        await twilio.closed()
        await world.ended("protocol")
    written = "".join(capsys.readouterr())
    assert "stream_ended" in written
    assert CALL_SID in written
    assert CONSULTATION in written
    assert "media.payload" in written
    assert "tok-1" not in written
    assert "비밀" not in written
    assert written.count("stream_ended") == 1
