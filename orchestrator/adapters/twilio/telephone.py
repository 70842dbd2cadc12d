"""The telephone network is Twilio, through its official client: the port `Telephone`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from prometheus_client import CollectorRegistry
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from orchestrator.adapters.circuit import Guards
from orchestrator.adapters.twilio.errors import CALL_IS_OVER, NOT_FOUND, TOO_MANY_REQUESTS, dial_error
from orchestrator.adapters.twilio.recordings import RecordingFetcher
from orchestrator.adapters.twilio.transport import TwilioTransport, basic_authorization
from orchestrator.adapters.twilio.webhooks import Webhooks
from orchestrator.dialogue.ports.telephone import CallOrder, CallReport, CallStatus
from orchestrator.domain.errors import RecordingNotReady, TelephoneUnavailable

_EVENTS = ["initiated", "ringing", "answered", "completed"]
# Milliseconds of speech in one piece that make a machine; Twilio's 2400 would take the notice for one that Korean
# carriers play when a call from abroad is answered. A machine's greeting is longer.
_MACHINE_SPEECH = 5000
_TRIES = 4
_LATEST_CALLS = 20
_DELETED_AT_ONCE = 8
# Twilio's times are whole seconds by Twilio's clock.
_CLOCK_TOLERANCE = timedelta(seconds=10)


class TwilioTelephone:
    """Calls people by Twilio."""

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        from_phone: str,
        public_base_url: str,
        fallback_base_url: str = "",
        carrier_notice: int = 0,
        api_base_url: str = "https://api.twilio.com",
        timeout: float = 10.0,
        backoff: float = 0.5,
        guards: Guards | None = None,
    ) -> None:
        """Makes it; where the event loop runs.

        Args:
            account_sid: the account, and its user name.
            auth_token: its password.
            from_phone: the caller's number, E.164.
            public_base_url: the gateway's, as Twilio reaches it.
            fallback_base_url: the gateway's by another host name, for when it is not reached by that one.
            carrier_notice: seconds for which a carrier speaks to the callee before the agent can be heard.
            api_base_url: of the REST API, or of a server like it.
            timeout: seconds that one request to the REST API may take.
            backoff: seconds before a request that came too fast is repeated, first time.
            guards: leave Twilio alone while it does not answer, and show that; None: they show it nowhere.
        """
        self._from_phone = from_phone
        self._public_base_url = public_base_url
        self._fallback_base_url = fallback_base_url
        self._carrier_notice = carrier_notice
        self._backoff = backoff
        self._session = aiohttp.ClientSession()
        guards = guards or Guards(CollectorRegistry())
        self._recordings_guard = guards.of("twilio_recordings")
        transport = TwilioTransport(self._session, api_base_url, timeout=timeout, guard=guards.of("twilio"))
        # An environment of its own: the library would read TWILIO_* from ours.
        self._client = Client(account_sid, auth_token, http_client=transport, environment={"TWILIO_EDGE": ""})
        self._recordings = RecordingFetcher(
            self._session,
            account_url=f"{api_base_url.rstrip('/')}/2010-04-01/Accounts/{account_sid}",
            authorization=basic_authorization(account_sid, auth_token),
        )

    async def close(self) -> None:
        """Closes all connections."""
        await self._session.close()

    async def dial(self, order: CallOrder) -> str:
        """Rings a phone, at most once: only what Twilio certainly did not process is repeated."""
        webhooks = Webhooks(self._public_base_url, order.consultation_id, self._fallback_base_url, self._carrier_notice)

        async def create() -> Any:  # noqa: ANN401
            return await self._client.calls.create_async(
                to=order.phone,
                from_=self._from_phone,
                url=webhooks.voice,
                method="POST",
                fallback_url=webhooks.fallback,
                fallback_method="POST",
                status_callback=webhooks.status,
                status_callback_method="POST",
                status_callback_event=_EVENTS,
                timeout=order.ring_timeout,
                time_limit=order.time_limit,
                machine_detection="Enable",
                machine_detection_speech_threshold=_MACHINE_SPEECH,
                async_amd="true",  # so that a person need not wait for the greeting
                async_amd_status_callback=webhooks.answered_by,
                async_amd_status_callback_method="POST",
            )

        try:
            call = await self._patiently(create)
        except TwilioException as error:
            raise dial_error(_status(error), _code(error)) from None  # its text names the number
        if not call.sid:
            raise TelephoneUnavailable
        return str(call.sid)

    async def hang_up(self, call_sid: str) -> None:
        """Ends a call, also one that does not ring yet; one that is over or unknown is no error."""
        try:
            await self._ask(lambda: self._client.calls(call_sid).update_async(status="completed"))
        except TelephoneUnavailable as error:
            if error.provider_code not in {CALL_IS_OVER, NOT_FOUND, 404}:
                raise

    async def find_call(self, phone: str, since: datetime) -> CallReport | None:
        """Looks for the newest call to a number since a time.

        The list is not filtered by start time, which a call that is still queued does not have: it would be
        overlooked, and the phone rung once more.
        """
        calls = await self._ask(
            lambda: self._client.calls.list_async(to=phone, from_=self._from_phone, limit=_LATEST_CALLS)
        )
        earliest = since - _CLOCK_TOLERANCE
        return next((_report(call) for call in calls if _made_since(call, earliest)), None)

    async def call_report(self, call_sid: str) -> CallReport | None:
        """Returns where a call stands."""
        try:
            return _report(await self._ask(lambda: self._client.calls(call_sid).fetch_async()))
        except TelephoneUnavailable as error:
            if error.provider_code in {NOT_FOUND, 404}:
                return None
            raise

    async def fetch_recording(self, recording_sid: str, *, timeout: float) -> bytes:
        """Returns a recording's WAV file."""
        with self._recordings_guard.use(TelephoneUnavailable, timeout=timeout, answers=(RecordingNotReady,)):
            return await self._recordings.fetch(recording_sid, timeout=timeout)

    async def delete_recording(self, recording_sid: str) -> None:
        """Erases one recording."""
        try:
            await self._ask(lambda: self._client.recordings(recording_sid).delete_async())
        except TelephoneUnavailable as error:
            if error.provider_code not in {NOT_FOUND, 404}:
                raise

    async def delete_recordings(self, call_sid: str) -> None:
        """Erases everything recorded of a call."""
        recordings = await self._ask(lambda: self._client.recordings.list_async(call_sid=call_sid))
        sids = [str(recording.sid) for recording in recordings]
        for start in range(0, len(sids), _DELETED_AT_ONCE):
            batch = map(self.delete_recording, sids[start : start + _DELETED_AT_ONCE])
            for outcome in await asyncio.gather(*batch, return_exceptions=True):
                if outcome is not None:
                    raise outcome

    async def _ask(self, request: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 - the library is not typed
        """Makes a request that may be made twice without harm."""
        try:
            return await self._patiently(request)
        except TwilioException as error:
            raise TelephoneUnavailable(provider_code=_code(error)) from None

    async def _patiently(self, request: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401
        """Repeats what came too fast: it "is never processed and always safe to retry" (Twilio docs, error 20429)."""
        retrying = AsyncRetrying(
            stop=stop_after_attempt(_TRIES),
            wait=wait_exponential_jitter(multiplier=self._backoff, max=8 * self._backoff, jitter=self._backoff),
            retry=retry_if_exception(_came_too_fast),
            reraise=True,
        )
        try:
            async for attempt in retrying:
                with attempt:
                    return await request()
        except (ValueError, TypeError, KeyError, AttributeError) as error:  # an answer that is no JSON of Twilio's
            raise TelephoneUnavailable from error


def _came_too_fast(error: BaseException) -> bool:
    return isinstance(error, TwilioException) and (_status(error) == 429 or _code(error) == TOO_MANY_REQUESTS)


def _status(error: TwilioException) -> int:
    return int(getattr(error, "status", 500))


def _code(error: TwilioException) -> int | None:
    code = getattr(error, "code", None)
    return code if isinstance(code, int) else None


def _made_since(call: Any, earliest: datetime) -> bool:  # noqa: ANN401
    """Whether a call was made since a time; one that is not over and has no time yet counts."""
    made_at = call.start_time or call.date_created
    if isinstance(made_at, datetime):
        return made_at >= earliest
    return not _call_status(call).final


def _report(call: Any) -> CallReport:  # noqa: ANN401
    status = _call_status(call)
    happened_at = call.end_time if status.final else call.start_time if status is CallStatus.IN_PROGRESS else None
    return CallReport(
        call_sid=str(call.sid),
        status=status,
        happened_at=happened_at if isinstance(happened_at, datetime) else None,
        duration=float(call.duration) if call.duration else None,
    )


def _call_status(call: Any) -> CallStatus:  # noqa: ANN401
    try:
        return CallStatus(call.status)
    except ValueError:
        raise TelephoneUnavailable from None
