"""The least of a Twilio that a bench needs: it places calls and hands out one recording, at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import numpy as np
from aiohttp import web
from twilio.request_validator import RequestValidator

from audio import wav

ACCOUNT = "AC" + "0" * 31 + "1"
TOKEN = "bench"
CALL = "CA" + "0" * 31 + "1"
RECORDING = "RE" + "0" * 31 + "1"
SECONDS = 2.0


@dataclass(frozen=True)
class Stub:
    """Where it is."""

    url: str


@asynccontextmanager
async def phone_stub() -> AsyncIterator[Stub]:
    """Serves, until the block ends."""
    samples = np.random.default_rng(1).integers(-2000, 2000, int(8000 * SECONDS)).astype(np.int16)
    media = wav.write(samples)

    async def create(_: web.Request) -> web.Response:
        return web.json_response({"sid": CALL, "status": "queued"}, status=201)

    async def recording(_: web.Request) -> web.Response:
        return web.Response(body=media, content_type="audio/x-wav")

    app = web.Application()
    app.router.add_post("/2010-04-01/Accounts/{account}/Calls.json", create)
    app.router.add_get("/2010-04-01/Accounts/{account}/Recordings/{recording}.wav", recording)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield Stub(site.name)
    finally:
        await runner.cleanup()


class Caller:
    """Sends Twilio's signed webhooks of one call."""

    def __init__(self, session: aiohttp.ClientSession, gateway_url: str, consultation_id: str) -> None:
        self._session = session
        self._base = f"{gateway_url}/twilio"
        self._id = consultation_id
        self._validator = RequestValidator(TOKEN)

    async def post(self, path: str, query: str = "", **fields: str) -> str:
        """Posts a webhook and returns the TwiML."""
        url = f"{self._base}/{path}?consultation={self._id}{query}"
        form = {"CallSid": CALL, "AccountSid": ACCOUNT, "CallStatus": "in-progress", **fields}
        headers = {"X-Twilio-Signature": self._validator.compute_signature(url, form)}
        async with self._session.post(url, data=form, headers=headers) as response:
            text = await response.text()
            assert response.status == 200, text
            return text
