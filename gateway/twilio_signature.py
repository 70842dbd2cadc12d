"""Lets only Twilio's own requests through to the Twilio paths. Closed by default: no token, no header, no entry.

The signature covers the URL as Twilio was given it, so the URL is built from `PUBLIC_BASE_URL` (or else from
`FALLBACK_BASE_URL`) and the raw path and query, never from the Host header (Twilio docs, "Validating Signatures"; the
port rules are RequestValidator's). That of a WebSocket handshake covers the wss URL; Twilio's docs say to try it with a
slash behind it, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from multidict import MultiDict, MultiDictProxy
from twilio.request_validator import RequestValidator

from gateway.errors import ForbiddenError, InvalidRequestError, UnsupportedMediaTypeError
from gateway.request_body import read_text
from gateway.surface import Surface, route_of, surface_of
from gateway.webhook_urls import websocket_base
from observability import log

MAX_FORM_BYTES = 64 * 1024
MAX_FORM_FIELDS = 1000
FORM_SECONDS = 2.0
"""With the 9.5 s of a turn this stays below the 15 s that Twilio waits."""

_NO_MATCH = "the signature does not match; is PUBLIC_BASE_URL what Twilio calls?"

logger = log.get(__name__)


@dataclass(frozen=True)
class Webhook:
    """A request that Twilio signed. There is no other way to get one than through the check."""

    query: Mapping[str, str]
    form: Mapping[str, str]
    base: str
    """The base URL by which it came."""


WEBHOOK = web.RequestKey("webhook", Webhook)


def signature_check(auth_token: str | None, base_urls: Sequence[str]) -> Middleware:
    """Makes the middleware that checks every request to a Twilio path and leaves its `WEBHOOK` behind.

    Args:
        auth_token: The account's primary auth token; none: every request is refused.
        base_urls: How Twilio reaches the gateway.
    """
    validator = RequestValidator(auth_token) if auth_token else None

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if surface_of(request) is Surface.TWILIO:
            request[WEBHOOK] = await _verified(request, validator, base_urls)
        return await handler(request)

    return middleware


async def _verified(request: web.Request, validator: RequestValidator | None, base_urls: Sequence[str]) -> Webhook:
    signature = request.headers.get("X-Twilio-Signature")
    if validator is None:
        raise _refused(request, "TWILIO_AUTH_TOKEN is not set")
    if not signature:
        raise _refused(request, "the X-Twilio-Signature header is missing")
    if request.method == hdrs.METH_GET:
        return _verified_handshake(request, validator, base_urls, signature)
    if request.content_type != "application/x-www-form-urlencoded":
        raise UnsupportedMediaTypeError("The Content-Type must be application/x-www-form-urlencoded.")
    form = _parsed(await read_text(request, max_bytes=MAX_FORM_BYTES, timeout=FORM_SECONDS))
    path = request.raw_path.partition("#")[0]
    for base in base_urls:
        if validator.validate(base + path, form, signature):
            return Webhook(query=request.query, form=form, base=base)
    raise _refused(request, _NO_MATCH, url=base_urls[0] + path)


def _verified_handshake(
    request: web.Request, validator: RequestValidator, base_urls: Sequence[str], signature: str
) -> Webhook:
    """Checks a WebSocket's handshake: the only GET among Twilio's paths."""
    path = request.raw_path.partition("#")[0]
    for base in base_urls:
        if any(validator.validate(url, {}, signature) for url in _signed_urls(websocket_base(base), path)):
            return Webhook(query=request.query, form={}, base=base)
    raise _refused(request, _NO_MATCH, url=websocket_base(base_urls[0]))


def _signed_urls(base: str, path: str) -> list[str]:
    """Returns what Twilio may have signed. The validator itself tries other ports, but not the one that wss means."""
    bases = [base]
    if base.startswith("wss://") and urlsplit(base).port is None:
        host, slash, prefix = base.removeprefix("wss://").partition("/")
        bases.append(f"wss://{host}:443{slash}{prefix}")
    return [f"{each}{path}{ending}" for each in bases for ending in ("", "/")]


def _parsed(body: str) -> MultiDictProxy[str]:
    """Parses a form. Blank values stay and nothing is trimmed: both enter the signature."""
    try:
        fields = parse_qsl(body, keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS)
    except ValueError as error:
        raise InvalidRequestError("The form has too many fields.", reason="INVALID_BODY") from error
    return MultiDictProxy(MultiDict(fields))


def _refused(request: web.Request, why: str, **context: str) -> ForbiddenError:
    logger.warning("webhook_refused", route=route_of(request), why=why, **context)
    return ForbiddenError("The request is not signed by Twilio.")
