import asyncio
import gc
import socket
import warnings

import pytest

from sandbox.script import Script
from sandbox.twilio.settings import TwilioSettings
from sandbox.world import World, WorldSettings
from tests.fakes.twiml_app import Sandbox


async def test_leaving_the_world_leaves_nothing(app):
    before = asyncio.all_tasks()
    app.twiml("/voice", '<Say>안녕하세요</Say><Pause length="14000"/>')
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        async with World(WorldSettings(speed=100)) as world:
            sandbox = Sandbox(world, app)
            calls = [sandbox.start(status_callback=app.url + "/status") for _ in range(3)]
            await sandbox.until(lambda: calls[0].status == "in-progress")
            ports = [int(url.rsplit(":", 1)[1].partition("/")[0]) for url in (world.twilio_url, world.result_url)]
        gc.collect()
    assert all(call.settled.is_set() for call in calls)
    assert asyncio.all_tasks() - before <= {task for task in asyncio.all_tasks() if "RequestHandler" in repr(task)}
    for port in ports:
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=1):
            pass


async def test_urls_are_known_before_anything_runs():
    world = World()
    assert world.twilio_url.startswith("http://127.0.0.1:")
    assert world.result_url.endswith("/api/call/send_llm_result")
    async with world:
        pass


async def test_a_taken_port_is_an_error_that_says_so():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            World(WorldSettings(twilio=TwilioSettings(port=port)))


async def test_events_end_with_the_world(app):
    async with World(WorldSettings(speed=5000)) as world:
        app.twiml("/voice", "<Hangup/>")
        with world.events() as first, world.events() as second:
            await Sandbox(world, app).call()
            kinds = [(await anext(first)).kind for _ in range(4)]
        assert kinds == ["dialling", "ringing", "answered", "ended"]
    assert [event.kind async for event in second] == kinds
    assert [event async for event in world.events()] == []


async def test_callees_take_calls_in_order_and_then_the_default_one(app):
    app.twiml("/voice", "<Hangup/>")
    async with World(WorldSettings(speed=5000)) as world:
        world.twilio.default_callee = Script(answers="fail")
        sandbox = Sandbox(world, app)
        world.next_callee(Script(answers="busy"))
        assert (await sandbox.call({"answers": "no-answer"})).status == "busy"
        world.next_callee(Script(answers="human"))
        assert (await sandbox.call()).status == "no-answer"
        await asyncio.gather(*(call.settled.wait() for call in world.twilio.newest_first()))


async def test_old_calls_lose_their_sound_and_keep_their_record(app, monkeypatch):
    monkeypatch.setattr("sandbox.twilio.server._MOST_CALLS_WITH_SOUND", 1)
    app.twiml("/voice", '<Say>안녕하세요</Say><Record timeout="1"/>', "<Hangup/>")
    async with World(WorldSettings(speed=5000)) as world:
        sandbox = Sandbox(world, app)
        first = await sandbox.call()
        assert first.line.to_callee.sounds
        await sandbox.call()
        assert not first.line.to_callee.sounds
        assert world.twilio.recordings.newest_first(first.sid) == []
        assert world.twilio.find(first.sid) is first


async def test_a_fault_of_the_sandbox_itself_is_not_hidden(app, monkeypatch):
    async def fault(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("sandbox.twilio.live_call.reach", fault)
    with pytest.raises(ExceptionGroup):
        async with World(WorldSettings(speed=5000)) as world:
            await Sandbox(world, app).call()
