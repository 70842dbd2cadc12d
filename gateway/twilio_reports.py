"""How the reports that Twilio does not wait for are answered: with 204, or 503 to be tried again."""

from collections.abc import Awaitable

from aiohttp import web

from gateway.errors import GatewayError, TransientError
from observability import log

logger = log.get(__name__)


async def answer(kind: str, passing_on: Awaitable[None]) -> web.Response:
    """Passes a report on. Only what may pass is worth another try of Twilio's; the rest is noted and done with.

    Args:
        kind: Names the report in the log.
        passing_on: Reads the report and tells the orchestrator.
    """
    try:
        await passing_on
    except TransientError as error:
        logger.warning(f"{kind}_postponed", reason=error.reason)
        return web.Response(status=503)
    except GatewayError as error:
        logger.warning(f"{kind}_dropped", reason=error.reason, field=error.field)
    except Exception:
        logger.exception(f"{kind}_failed")
        return web.Response(status=503)
    return web.Response(status=204)
