"""Twilio as an HTTP client: one request, signed and noted in the journal."""

import base64
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self
from urllib.parse import unquote, urldefrag, urlencode, urlsplit, urlunsplit

import aiohttp
from yarl import URL

from sandbox.twilio.http_failure import failure_of
from sandbox.twilio.journal import Exchange, Journal, Purpose
from sandbox.twilio.overrides import Overrides
from sandbox.twilio.settings import TwilioSettings
from sandbox.twilio.signature import sign

USER_AGENT: Final = "TwilioProxy/1.1"

_LONGEST_ANSWER_KEPT: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Describes a request.

    Attributes:
        purpose: what for.
        url: absolute, as the application gave it.
        method: GET or POST.
        parameters: sent in the body of a POST, in the query of a GET.
        headers: besides Twilio's own.
        line_s: phone seconds since the answer, for the journal.
        signed: whether it carries a signature.
    """

    purpose: Purpose
    url: str
    method: str
    parameters: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    line_s: float | None = None
    signed: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """Holds an answer, whatever its status.

    Attributes:
        url: what was requested, without a fragment and without the parameters of a GET.
        status: of HTTP.
        content_type: media type without parameters, lower case; empty if the application named none.
        headers: names in lower case.
        body: decoded as `Content-Encoding` says.
        charset: of text.
    """

    url: str
    status: int
    content_type: str
    headers: dict[str, str]
    body: bytes
    charset: str

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(self.charset, errors="replace")


class HttpClient:
    """Sends the requests of one call: they share its cookies. Use it in an `async with` block."""

    def __init__(self, settings: TwilioSettings, journal: Journal, call_sid: str) -> None:
        self._settings = settings
        self._journal = journal
        self._call_sid = call_sid
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True),
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            skip_auto_headers={"User-Agent", "Accept", "Accept-Encoding", "Content-Type"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def send(self, request: Request, overrides: Overrides, token: str, attempt: int) -> Answer:
        """Sends a request once.

        Args:
            request: what to send.
            overrides: its connect and read time-outs count here.
            token: the same for every attempt at the same request.
            attempt: for the journal, from 1.

        Raises:
            HttpFailure: there was no answer.
        """
        url = urldefrag(request.url).url
        body = None
        headers = {
            **request.headers,
            "User-Agent": USER_AGENT,
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "I-Twilio-Idempotency-Token": token,
        }
        if request.method != "GET":
            body = urlencode(request.parameters).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        elif request.parameters:
            url += ("&" if "?" in url else "?") + urlencode(request.parameters)
        if request.signed and self._settings.quirks.signature != "missing":
            headers["X-Twilio-Signature"] = self._signature(url, {} if body is None else request.parameters)
        exchange = self._journal.add(
            Exchange(
                direction="from_twilio", purpose=request.purpose, method=request.method, url=url,
                call_sid=self._call_sid, parameters={name: [value] for name, value in request.parameters.items()},
                headers=headers, attempt=attempt, line_s=request.line_s, failure="given up",
            )
        )  # fmt: skip
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=overrides.connect_s, sock_read=overrides.read_s)
        return await self._exchange(exchange, urldefrag(request.url).url, body, timeout)

    async def _exchange(
        self, exchange: Exchange, asked: str, body: bytes | None, timeout: aiohttp.ClientTimeout
    ) -> Answer:
        try:
            address, connection_headers = self._address(exchange.url)
            with exchange.timed():
                async with self._session.request(
                    exchange.method, address, data=body, headers={**exchange.headers, **connection_headers},
                    timeout=timeout, allow_redirects=False,
                ) as response:  # fmt: skip
                    content = await response.read()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            failure = failure_of(error)
            exchange.failure = f"{failure.code}: {failure}"
            raise failure from error
        exchange.status, exchange.failure = response.status, None
        answer = Answer(
            url=asked,
            status=response.status,
            content_type=response.content_type.lower() if "Content-Type" in response.headers else "",
            headers={name.lower(): value for name, value in response.headers.items()},
            body=content,
            charset=_known_charset(response.charset),
        )
        if exchange.purpose != "play":
            exchange.answer = answer.text[:_LONGEST_ANSWER_KEPT]
        return answer

    def _signature(self, url: str, form: dict[str, str]) -> str:
        token = self._settings.account.auth_token
        return sign(url, form, token if self._settings.quirks.signature == "right" else token + "?")

    def _address(self, url: str) -> tuple[URL, dict[str, str]]:
        """Returns where to connect to for a URL, and the headers that only the connection needs."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        headers = {"Host": host}
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        local = urlsplit(local_origin(parts.scheme, host, self._settings.public_urls))
        path = parts.path or "/"
        return URL(urlunsplit((local.scheme, local.netloc, path, parts.query, "")), encoded=True), headers


def local_origin(scheme: str, host: str, public_urls: dict[str, str]) -> str:
    """Returns where a public origin really is."""
    return public_urls.get(f"{scheme}://{host}", f"{scheme}://{host}")


def _known_charset(charset: str | None) -> str:
    try:
        "".encode(charset or "utf-8")
    except LookupError:
        return "utf-8"
    return charset or "utf-8"
