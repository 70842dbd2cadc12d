"""What every request passes through: its id and its measure, and the answer when something goes wrong."""

import asyncio
import hmac
import math
from http import HTTPStatus

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from gateway import errors, request_id, twiml
from gateway.errors import GatewayError, OrchestratorError, UnauthenticatedError
from gateway.metrics import Metrics
from gateway.surface import Surface, route_of, surface_of
from observability import log

_REASONS = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE"}
_KNOWN_METHODS = hdrs.METH_ALL
_OWN_ID = web.RequestKey("request_id", str)

logger = log.get(__name__)


def observation(metrics: Metrics) -> Middleware:
    """Makes the outermost middleware: binds the request id, then counts, measures and logs the request."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        own_id = request[_OWN_ID] = request_id.accepted_or_new(request.headers.get(request_id.HEADER))
        request_id.current.set(own_id)
        started = asyncio.get_running_loop().time()
        with structlog.contextvars.bound_contextvars(request_id=own_id):
            response = await handler(request)
            _observe(metrics, request, response.status, asyncio.get_running_loop().time() - started)
            return response

    return middleware


def _observe(metrics: Metrics, request: web.Request, status: int, seconds: float) -> None:
    route = route_of(request) or "none"
    method = request.method if request.method in _KNOWN_METHODS else "OTHER"
    metrics.requests.labels(route=route, method=method, status=str(status)).inc()
    surface = surface_of(request)
    if surface is Surface.TWILIO and status != HTTPStatus.SWITCHING_PROTOCOLS:
        metrics.webhook_duration.labels(route=route).observe(seconds)
    write = logger.debug if surface is Surface.OPEN else logger.info
    write("request", route=route, method=method, status=status, duration_ms=round(seconds * 1000, 1))


async def show_request_id(request: web.Request, response: web.StreamResponse) -> None:
    """Puts the request id on a response, just before it is sent (an `on_response_prepare` signal)."""
    response.headers[request_id.HEADER] = request[_OWN_ID]


@web.middleware
async def error_answers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns every error into its answer: JSON, or words in the call for a bug in a webhook."""
    try:
        return await handler(request)
    except GatewayError as error:
        return _answer(error)
    except web.HTTPException as error:
        reason = _REASONS.get(error.status, "INVALID_REQUEST")
        allow = {hdrs.ALLOW: error.headers[hdrs.ALLOW]} if hdrs.ALLOW in error.headers else {}
        return web.json_response(errors.body(reason, f"{error.reason}."), status=error.status, headers=allow)
    except Exception:
        logger.exception("unexpected_error", route=route_of(request))
        if surface_of(request) is Surface.TWILIO:
            return web.Response(text=twiml.apology(), content_type="text/xml", charset="utf-8")
        message = f"An internal error; the log has it under {request_id.current.get()}."
        return web.json_response(errors.body("INTERNAL", message), status=500)


def _answer(error: GatewayError) -> web.Response:
    response = web.json_response(errors.body(error.reason, error.message, error.field), status=error.http_status)
    if isinstance(error, UnauthenticatedError):
        response.headers[hdrs.WWW_AUTHENTICATE] = "Bearer"
    if isinstance(error, OrchestratorError) and error.retry_delay_seconds is not None:
        response.headers[hdrs.RETRY_AFTER] = str(math.ceil(error.retry_delay_seconds))
    return response


def token_check(api_token: str | None) -> Middleware:
    """Makes the middleware that asks for `Authorization: Bearer <api_token>` on the API; none: it asks for nothing."""
    expected = f"Bearer {api_token}".encode() if api_token else None

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if expected is not None and surface_of(request) is Surface.API:
            given = request.headers.get(hdrs.AUTHORIZATION, "").encode("utf-8", "surrogateescape")
            if not hmac.compare_digest(given, expected):
                raise UnauthenticatedError("The Authorization header must carry the API token.")
        return await handler(request)

    return middleware
