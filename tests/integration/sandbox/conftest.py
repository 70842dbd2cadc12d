from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from sandbox.world import World, WorldSettings
from tests.fakes.twiml_app import SPEED, Sandbox, TwimlApp
from tests.integration.sandbox.scripted_stream import PUBLIC, StreamApp, streaming


@pytest.fixture
async def app() -> AsyncIterator[TwimlApp]:
    app = TwimlApp()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", app.serve)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    app.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield app
    app.closing.set()
    await runner.cleanup()


@pytest.fixture
def settings() -> WorldSettings:
    """Override it in a module or with `indirect` to run the sandbox with other settings."""
    return WorldSettings(speed=SPEED)


@pytest.fixture
async def sandbox(app: TwimlApp, settings: WorldSettings) -> AsyncIterator[Sandbox]:
    async with World(settings) as world:
        yield Sandbox(world, app)


@pytest.fixture
def streams(app: TwimlApp) -> StreamApp:
    """The application's end of streams, at `wss://gw.example/media`."""
    streams = StreamApp()
    app.on("/media", streams.serve)
    return streams


@pytest.fixture
def quirk() -> dict[str, Any]:
    """Override it with `parametrize`: what the sandbox's Twilio is told of its settings."""
    return {}


@pytest.fixture
def streaming_settings(app: TwimlApp, quirk: dict[str, Any]) -> WorldSettings:
    app.public = PUBLIC
    return streaming(app, **quirk)
