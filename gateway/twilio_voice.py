"""The webhooks of a live call: answered, spoken, silent, put through. Each answers TwiML with status 200, always.

A failure that may pass keeps the callee on the line: "one moment please", a pause, and the same question again, so a
call outlives a restart of the orchestrator or of its store. If the orchestrator lost a turn (its store failed over),
or another one talks in the call since, it is asked how the call goes on: what was said last is said again. Any other
failure is an apology and a hang-up.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import asdict

from aiohttp import web

from gateway import twiml
from gateway.call import Heard, PressedKeys, Reply
from gateway.call_step import CallStep, hand_over_ended, heard, more_keys_may_follow
from gateway.errors import ConflictError, GatewayError, InvalidRequestError, TransientError
from gateway.metrics import Metrics
from gateway.orchestrator_client import OrchestratorClient
from gateway.surface import route_of
from gateway.twilio_signature import WEBHOOK
from gateway.webhook_urls import WebhookUrls
from observability import log

MAX_RETRIES = 16
SPOKEN_EVERY = 2
"""The callee is asked for patience on the first and then every second try: neither silence nor nagging."""
LONG_SECONDS = 0.5
"""A try that took longer was silence enough: the callee is asked for patience again."""
ASK_AGAIN = {"TURN_OUT_OF_ORDER", "CALL_TAKEN_OVER"}

logger = log.get(__name__)


def twiml_response(document: str) -> web.Response:
    """Returns TwiML over HTTP."""
    return web.Response(text=document, content_type="text/xml", charset="utf-8")


class TwilioVoice:
    """Answers `/twilio/voice`, `/twilio/recording` and `/twilio/handover`."""

    def __init__(self, orchestrator: OrchestratorClient, metrics: Metrics) -> None:
        self._orchestrator = orchestrator
        self._metrics = metrics

    async def voice(self, request: web.Request) -> web.Response:
        """What to do now: after the answer, or (with `turn`) when a filler or a goodbye was played."""
        try:
            step = CallStep.of(request[WEBHOOK])
        except InvalidRequestError as error:
            return self._given_up(request, error)
        if step.pause:  # the carrier speaks first, and who listens to it does not hear who calls
            return twiml_response(twiml.pause(step.pause, _urls(request).voice(step.consultation_id)))
        if step.turn_number is None:
            asked = self._orchestrator.answer_call(step.consultation_id, step.call_sid)
        else:
            asked = self._orchestrator.take_turn(step.consultation_id, step.call_sid, step.turn_number, None)
        again = _urls(request).voice(step.consultation_id, step.turn_number, retry=step.retry + 1)
        return await self._answered(request, step, asked, again)

    async def recording(self, request: web.Request) -> web.Response:
        """What to do after the callee spoke, pressed keys, said nothing, or hung up."""
        try:
            step = CallStep.of(request[WEBHOOK])
            turn_number = _required(step.turn_number)
        except InvalidRequestError as error:
            return self._given_up(request, error)
        said = heard(request[WEBHOOK])
        if said is None:
            return twiml_response(twiml.hang_up())
        if isinstance(said, PressedKeys) and more_keys_may_follow(request[WEBHOOK], said):
            return twiml_response(twiml.more_keys(step.consultation_id, turn_number, said, _urls(request)))
        asked = self._orchestrator.take_turn(step.consultation_id, step.call_sid, turn_number, said, waited=step.waited)
        again = _urls(request).recording(
            step.consultation_id, turn_number, said, retry=step.retry + 1, waited=step.waited
        )
        return await self._answered(request, step, asked, again, said)

    async def handover(self, request: web.Request) -> web.Response:
        """What to do after the callee was put through to a person, or nobody answered there."""
        try:
            step = CallStep.of(request[WEBHOOK])
            turn_number = _required(step.turn_number)
        except InvalidRequestError as error:
            return self._given_up(request, error)
        ended = hand_over_ended(request[WEBHOOK])
        if ended is None:
            return twiml_response(twiml.hang_up())
        asked = self._orchestrator.take_turn(
            step.consultation_id, step.call_sid, turn_number, ended, waited=step.waited
        )
        again = _urls(request).handover(
            step.consultation_id, turn_number, ended, retry=step.retry + 1, waited=step.waited
        )
        return await self._answered(request, step, asked, again, ended)

    async def _answered(
        self,
        request: web.Request,
        step: CallStep,
        asked: Awaitable[Reply],
        again: str,
        said: Heard | None = None,
    ) -> web.Response:
        """Returns the orchestrator's reply as TwiML, or what stands in for it when there is none."""
        began = asyncio.get_running_loop().time()
        try:
            reply = await asked
        except TransientError as error:
            if step.retry >= MAX_RETRIES:
                return self._given_up(request, error, step)
            self._note("webhook_postponed", request, error, step)
            was_long = asyncio.get_running_loop().time() - began > LONG_SECONDS
            return twiml_response(twiml.one_moment(again, spoken=was_long or step.retry % SPOKEN_EVERY == 0))
        except ConflictError as error:
            if error.reason not in ASK_AGAIN or step.retry >= MAX_RETRIES:
                return self._given_up(request, error, step)
            self._note("webhook_resumed", request, error, step)
            return twiml_response(twiml.redirect(_urls(request).voice(step.consultation_id, retry=step.retry + 1)))
        except GatewayError as error:
            return self._given_up(request, error, step)
        return twiml_response(twiml.reply(reply, step.consultation_id, _urls(request), said))

    def _given_up(self, request: web.Request, error: GatewayError, step: CallStep | None = None) -> web.Response:
        self._note("webhook_given_up", request, error, step)
        return twiml_response(twiml.apology())

    def _note(self, event: str, request: web.Request, error: GatewayError, step: CallStep | None) -> None:
        route = route_of(request)
        self._metrics.webhook_failures.labels(route=route, answer=event.removeprefix("webhook_")).inc()
        place = asdict(step) if step else {}
        logger.warning(event, route=route, reason=error.reason, field=error.field, **place)


def _urls(request: web.Request) -> WebhookUrls:
    """Returns the URLs for what follows: Twilio stays with the host name that it has reached."""
    return WebhookUrls(request[WEBHOOK].base)


def _required(turn_number: int | None) -> int:
    if turn_number is None:
        raise InvalidRequestError("The URL names no turn.", field="turn")
    return turn_number
