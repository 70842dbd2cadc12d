"""The least of a Twilio that many calls at once need: each call it places gets an id made of its consultation's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from tests.bench.streams.opening import call_sid_of

_CALLS = "/2010-04-01/Accounts/{account}/Calls"


@asynccontextmanager
async def phone_network() -> AsyncIterator[str]:
    """Serves, until the block ends; gives its URL."""

    async def create(request: web.Request) -> web.Response:
        form = await request.post()
        consultation_id = parse_qs(urlsplit(str(form["Url"])).query)["consultation"][0]
        return web.json_response({"sid": call_sid_of(consultation_id), "status": "queued"}, status=201)

    async def update(request: web.Request) -> web.Response:
        return web.json_response({"sid": request.match_info["call"], "status": "completed"})

    application = web.Application()
    application.router.add_post(f"{_CALLS}.json", create)
    application.router.add_route("*", f"{_CALLS}/{{call}}.json", update)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield site.name
    finally:
        await runner.cleanup()
