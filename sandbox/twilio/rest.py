"""The REST API's frame: credentials, rate, errors as JSON, and a note of every request in the journal."""

import base64
import binascii
import hmac
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from multidict import MultiDict

from sandbox.twilio.api_error import ApiError
from sandbox.twilio.journal import Exchange, Journal
from sandbox.twilio.settings import Account

EXCHANGE: Final = web.RequestKey("exchange", Exchange)
"""Where a handler finds the journal's note of the request it serves."""

_MEDIA_HANDLERS: Final = frozenset({"media", "media_wav", "media_mp3"})


def frame(account: Account, journal: Journal, media_needs_auth: bool) -> list[Middleware]:
    """Returns the middlewares around every handler, outermost first."""
    return [
        _noting(journal),
        _answering_errors,
        _limiting(account.api_concurrency),
        _authenticating(account, media_needs_auth),
    ]


def _noting(journal: Journal) -> Middleware:
    @web.middleware
    async def note(request: web.Request, handler: Handler) -> web.StreamResponse:
        form = await form_of(request) if request.method == "POST" else request.query
        headers = {name: value for name, value in request.headers.items() if name != "Authorization"}
        exchange = request[EXCHANGE] = journal.add(
            Exchange(
                direction="to_twilio", purpose="rest", method=request.method, url=str(request.url), headers=headers,
                parameters={name: list(form.getall(name)) for name in form}, failure="no answer",
            )
        )  # fmt: skip
        with exchange.timed():
            response = await handler(request)
        exchange.status, exchange.failure = response.status, None
        return response

    return note


@web.middleware
async def _answering_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPNotFound:
        error = ApiError(20404, request.path)
    except web.HTTPMethodNotAllowed:
        error = ApiError(20004)
    except ApiError as raised:
        error = raised
    headers = {"Retry-After": "1"} if error.status == 429 else {}
    return web.json_response(error.to_json(), status=error.status, headers=headers)


def _limiting(most: int) -> Middleware:
    under_way = 0

    @web.middleware
    async def limit(request: web.Request, handler: Handler) -> web.StreamResponse:
        nonlocal under_way
        if under_way >= most:
            raise ApiError(20429)
        under_way += 1
        try:
            return await handler(request)
        finally:
            under_way -= 1

    return limit


def _authenticating(account: Account, media_needs_auth: bool) -> Middleware:
    @web.middleware
    async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
        is_media = request.match_info.route.name in _MEDIA_HANDLERS
        if not (is_media and not media_needs_auth) and not _may_enter(request, account):
            raise ApiError(20003)
        if request.match_info.get("account", account.sid) != account.sid:
            raise ApiError(20404, request.path)
        return await handler(request)

    return authenticate


def _may_enter(request: web.Request, account: Account) -> bool:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    expected = {account.sid: account.auth_token, **account.api_keys}.get(user)
    return (
        scheme.lower() == "basic" and expected is not None and hmac.compare_digest(password.encode(), expected.encode())
    )


async def form_of(request: web.Request) -> MultiDict[str]:
    """Returns the fields of a form, arrays as repeated keys; none if the body is no form in UTF-8."""
    try:
        form = await request.post()
    except ValueError:
        return MultiDict()
    return MultiDict((name, value) for name, value in form.items() if isinstance(value, str))
