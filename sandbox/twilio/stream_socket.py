"""The WebSocket of a stream, seen from Twilio: its handshake, its messages and its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final, Self
from urllib.parse import urldefrag, urlsplit, urlunsplit

import aiohttp
from aiohttp import WSCloseCode, WSMsgType
from yarl import URL

from sandbox.twilio.context import CallContext
from sandbox.twilio.http_client import local_origin
from sandbox.twilio.journal import Exchange
from sandbox.twilio.settings import TwilioSettings
from sandbox.twilio.signature import sign
from sandbox.twilio.stream_failure import StreamFailure, failure_of_opening

USER_AGENT: Final = "Twilio.TmeWs/1.0"

_GOOD_CLOSE: Final = frozenset({WSCloseCode.OK, 1005, 0, None})
_LARGEST_MESSAGE: Final = 4 * 1024 * 1024
_CLOSE_S: Final = 2.0
_LOCAL_SCHEMES: Final = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


class StreamSocket:
    """Carries texts. Made by `open_socket`."""

    def __init__(self, session: aiohttp.ClientSession, websocket: aiohttp.ClientWebSocketResponse) -> None:
        self._session = session
        self._websocket = websocket

    async def receive(self) -> str | bytes | None:
        """Returns the next message: text or bytes; None: the application has closed the stream.

        Raises:
            StreamFailure: it closed it with an error, or without a word, or broke the protocol.
        """
        message = await self._websocket.receive()
        match message.type:
            case WSMsgType.TEXT | WSMsgType.BINARY:
                data: str | bytes = message.data
                return data
            case WSMsgType.CLOSE if message.data in _GOOD_CLOSE:
                return None
            case WSMsgType.CLOSE:
                raise StreamFailure(31921, f"the application closed the stream with code {message.data}")
            case WSMsgType.ERROR if isinstance(message.data, aiohttp.WebSocketError):
                raise StreamFailure(31924, "the application broke the WebSocket protocol")
            case _:
                raise StreamFailure(31921, "the connection broke off")

    async def send(self, text: str) -> bool:
        """Sends a message. Returns False if the connection is gone: `receive` tells why."""
        try:
            await self._websocket.send_str(text)
        except (aiohttp.ClientError, ConnectionError):
            return False
        return True

    async def close(self, code: int = WSCloseCode.OK) -> None:
        """Closes the stream; the application has two seconds to take part in it. Nothing may be receiving."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                await self._websocket.close(code=code)

    async def drop(self) -> None:
        """Lets the connection break off."""
        await self._session.close()


@asynccontextmanager
async def open_socket(context: CallContext, url: str) -> AsyncIterator[StreamSocket]:
    """Connects to the application; afterwards nothing of the connection is left.

    Args:
        context: of the call.
        url: of the stream, as the TwiML gives it.

    Raises:
        StreamFailure: there is no stream.
    """
    handshake = _Handshake.of(context, url)
    session = aiohttp.ClientSession(skip_auto_headers={"User-Agent", "Accept", "Accept-Encoding"})
    async with session:
        yield StreamSocket(session, await handshake.shake(session))


class _Handshake:
    def __init__(self, exchange: Exchange, settings: TwilioSettings, *, lost: bool) -> None:
        self._exchange = exchange
        self._settings = settings
        self._lost = lost

    @classmethod
    def of(cls, context: CallContext, url: str) -> Self:
        settings, journal = context.switch.settings, context.switch.journal
        before = [each for each in journal.of_call(context.call.sid).exchanges if each.purpose == "stream"]
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", **_signature(url, settings)}
        exchange = Exchange(
            direction="from_twilio", purpose="stream", method="GET", url=url, call_sid=context.call.sid,
            headers=headers, line_s=context.call.line_s, failure="given up",
        )  # fmt: skip
        return cls(journal.add(exchange), settings, lost=len(before) < settings.streams.handshakes_lost)

    async def shake(self, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
        exchange = self._exchange
        try:
            with exchange.timed():
                websocket = await self._connect(session)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            failure = failure_of_opening(error)
            exchange.failure = f"{failure.code}: {failure}"
            exchange.status = error.status if isinstance(error, aiohttp.WSServerHandshakeError) else None
            raise failure from error
        exchange.status, exchange.failure = 101, None
        return websocket

    async def _connect(self, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
        if self._lost:
            raise TimeoutError
        address, host = _address(self._exchange.url, self._settings)
        async with asyncio.timeout(self._settings.streams.handshake_s):
            return await session.ws_connect(
                address, headers={**self._exchange.headers, "Host": host}, max_msg_size=_LARGEST_MESSAGE
            )


def _signature(url: str, settings: TwilioSettings) -> dict[str, str]:
    quirk = settings.quirks.signature
    if quirk == "missing":
        return {}
    token = settings.account.auth_token if quirk == "right" else settings.account.auth_token + "?"
    return {"X-Twilio-Signature": sign(url + "/" * settings.streams.signed_with_slash, {}, token)}


def _address(url: str, settings: TwilioSettings) -> tuple[URL, str]:
    """Returns where to connect to for a stream's URL, and the Host that is asked for."""
    parts = urlsplit(urldefrag(url).url)
    local = urlsplit(local_origin("https", parts.netloc, settings.public_urls))
    address = urlunsplit((_LOCAL_SCHEMES[local.scheme], local.netloc, parts.path or "/", "", ""))
    return URL(address, encoded=True), parts.netloc
