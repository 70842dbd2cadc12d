"""The HTTP API of the backend and of operators. Errors are JSON (`gateway.errors`), shapes are in `gateway.views`."""

import json
import re
from collections.abc import Mapping
from functools import partial

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from gateway.backend_fields import in_backend_words
from gateway.errors import InvalidArgumentError, InvalidRequestError
from gateway.orchestrator_client import OrchestratorClient
from gateway.receive import ReceivePayload, derived_request_id
from gateway.request_body import read_json
from gateway.views import AcknowledgedView, DeliveredView, StartedView

_PRINTABLE = re.compile(r"[\x21-\x7e]{1,200}")
_PAGE_SIZE = re.compile(r"[0-9]{1,6}", re.ASCII)


_readable = partial(json.dumps, ensure_ascii=False)


class DeliverBody(BaseModel):
    """The body of `POST /api/send_llm_result`."""

    model_config = ConfigDict(strict=True, extra="ignore")

    consultation_id: str


class AcknowledgeBody(BaseModel):
    """The body of `POST /api/consultations/{consultation_id}/alarms/{number}/acknowledge`."""

    model_config = ConfigDict(strict=True, extra="ignore")

    acknowledged_by: str


def json_response(view: Mapping[str, object], status: int = 200) -> web.Response:
    """Returns a view as JSON that nothing on the way may keep: it holds what people said."""
    return web.json_response(view, status=status, headers={"Cache-Control": "no-store"}, dumps=_readable)


class BackendApi:
    """Handlers, one a path."""

    def __init__(self, orchestrator: OrchestratorClient) -> None:
        self._orchestrator = orchestrator

    async def receive(self, request: web.Request) -> web.Response:
        """`POST /api/receive`: starts a consultation. 202; the phone rings after.

        The same `Idempotency-Key` starts it once; without that header the same `vulnerable_id`, `s_index`, `q_id` do.
        """
        key = idempotency_key(request)
        payload = await read_json(request, ReceivePayload)
        try:
            started = await self._orchestrator.start_consultation(payload, key or derived_request_id(payload))
        except InvalidArgumentError as error:
            raise in_backend_words(error) from error
        view = StartedView(consultation_id=started["consultation_id"], state=started["state"])
        return json_response(view, status=202)

    async def send_llm_result(self, request: web.Request) -> web.Response:
        """`POST /api/send_llm_result`: delivers a result to the backend now; says what came of the try."""
        body = await read_json(request, DeliverBody)
        attempt = await self._orchestrator.deliver_result(body.consultation_id)
        return json_response(DeliveredView(consultation_id=body.consultation_id, attempt=attempt))

    async def undelivered_results(self, request: web.Request) -> web.Response:
        """`GET /api/undelivered_results?page_size=&page_token=`: what was given up, and why; longest waiting first."""
        return json_response(await self._orchestrator.undelivered_results(*_page(request)))

    async def consultations(self, request: web.Request) -> web.Response:
        """`GET /api/consultations?page_size=&page_token=`: newest first."""
        return json_response(await self._orchestrator.consultations(*_page(request)))

    async def consultation(self, request: web.Request) -> web.Response:
        """`GET /api/consultations/{consultation_id}`."""
        return json_response(await self._orchestrator.consultation(request.match_info["consultation_id"]))

    async def transcript(self, request: web.Request) -> web.Response:
        """`GET /api/consultations/{consultation_id}/transcript?page_size=&page_token=`: turns in order."""
        consultation_id = request.match_info["consultation_id"]
        return json_response(await self._orchestrator.transcript(consultation_id, *_page(request)))

    async def summary(self, request: web.Request) -> web.Response:
        """`GET /api/consultations/{consultation_id}/summary`: 409 while the call lasts."""
        return json_response(await self._orchestrator.summary(request.match_info["consultation_id"]))

    async def acknowledge(self, request: web.Request) -> web.Response:
        """`POST /api/consultations/{consultation_id}/alarms/{number}/acknowledge`: a person takes an alarm over."""
        body = await read_json(request, AcknowledgeBody)
        consultation_id, number = request.match_info["consultation_id"], int(request.match_info["number"])
        alarm = await self._orchestrator.acknowledge_alarm(consultation_id, number, body.acknowledged_by)
        return json_response(AcknowledgedView(consultation_id=consultation_id, alarm=alarm))


def idempotency_key(request: web.Request) -> str | None:
    """Returns the request's `Idempotency-Key`; None if it has none."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _PRINTABLE.fullmatch(key):
        raise InvalidRequestError(
            "The Idempotency-Key must be 1 to 200 printable ASCII characters.", field="Idempotency-Key"
        )
    return key


def _page(request: web.Request) -> tuple[int, str]:
    size = request.query.get("page_size", "0")
    if not _PAGE_SIZE.fullmatch(size):
        raise InvalidRequestError("page_size must be a number from 0 to 999999.", field="page_size")
    return int(size), request.query.get("page_token", "")
