"""The orchestrator, as the gateway sees it: one channel, a deadline on every call, typed errors.

With `campaign_client`, `orchestrator_rpc`, `orchestrator_stream` and `gateway.conversion` the only code here that knows
gRPC and the generated messages.
"""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_random

from calling.v1 import (
    call_service_pb2,
    call_service_pb2_grpc,
    consultation_service_pb2,
    consultation_service_pb2_grpc,
)
from gateway import views
from gateway.call import AnsweredBy, Heard, Reply, SpokenAudio, StatusReport
from gateway.campaign_client import CampaignClient
from gateway.conversion import calls, consultations, outcomes
from gateway.conversion import views as to_view
from gateway.errors import UnavailableError
from gateway.lanes import Lane, LaneWidths
from gateway.orchestrator_rpc import call, metadata, watched
from gateway.orchestrator_stream import OrchestratorStream
from gateway.orchestrator_target import BALANCING, OPTIONS, target
from gateway.receive import ReceivePayload

# Only what may be repeated: what starts something has its request id, and what CallService's RPCs do they do once.
# DeliverResult is not among them: a repeated POST is a double entry for the backend. Nor is StreamCall: its token is
# good for one stream, and a call that cannot have it goes on turn by turn at once.
_REPEATABLE = [
    {"service": "calling.v1.CallService"},
    {"service": "calling.v1.CampaignService"},
    *(
        {"service": "calling.v1.ConsultationService", "method": method}
        for method in (
            "StartConsultation",
            "GetConsultation",
            "ListConsultations",
            "GetTranscript",
            "Summary",
            "ListUndeliveredResults",
            "AcknowledgeAlarm",
        )
    ),
]
_SERVICE_CONFIG = {
    **BALANCING,
    "methodConfig": [
        {
            "name": _REPEATABLE,
            "retryPolicy": {
                "maxAttempts": 3,
                "initialBackoff": "0.1s",
                "maxBackoff": "1s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        },
        {"name": [{"service": "calling.v1.CallService", "method": "StreamCall"}]},
    ],
    "retryThrottling": {"maxTokens": 200, "tokenRatio": 0.5},  # all calls of a process that was killed are repeated
}
_CHANNEL_OPTIONS = [
    ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
    # A process that stands still is known by the ping it does not answer: after 2.5 s its calls fail, and are repeated
    # elsewhere, so that the person on the line waits less than 5 s. Its audio alone would not tell for 8 s.
    ("grpc.keepalive_time_ms", 1_000),
    ("grpc.keepalive_timeout_ms", 1_500),
    ("grpc.http2.ping_timeout_ms", 1_500),  # this is what counts; the other one alone is ignored (seen in grpcio 1.85)
    ("grpc.http2.max_pings_without_data", 0),
    *OPTIONS,
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
    ("grpc.enable_http_proxy", 0),  # the orchestrator is inside; a proxy for the outside must not see this
]
_SOONEST_AGAIN, _LATEST_AGAIN = 0.1, 0.5
"""Seconds after which audio that could not be had is asked for again."""


@dataclass(frozen=True)
class Deadlines:
    """How long each kind of call may take, repeats included, in seconds."""

    turn: float = 4.5
    """The callee hears nothing meanwhile; the orchestrator says a filler after 3. Twilio would wait 15."""
    start: float = 10.0
    read: float = 5.0
    deliver: float = 30.0
    """The backend is asked meanwhile."""
    watch: float = 3600.0
    """A watch that lasts longer ends, and is resumed by its client."""
    health: float = 2.0
    stream_opening: float = 2.0
    """A person on the line hears nothing meanwhile."""
    stream: float = 4 * 3600.0 + 60.0
    """No call may last longer."""


class OrchestratorClient:
    """The orchestrator's RPCs as methods. Each raises a `gateway.errors.OrchestratorError` when it fails.

    Attributes:
        campaigns: those of CampaignService.
    """

    def __init__(self, address: str, deadlines: Deadlines | None = None, widths: LaneWidths | None = None) -> None:
        """Opens the channel; needs the running loop it will be used in.

        Args:
            address: `host:port`, or what else `orchestrator_target` takes.
            deadlines: Other than the usual ones.
            widths: How much may be under way at once, if other than usual.
        """
        widths = widths or LaneWidths()
        self._live, self._api, self._watches = Lane(widths.calls), Lane(widths.api), Lane(widths.watches)
        self._deadlines = deadlines or Deadlines()
        self._channel = grpc.aio.insecure_channel(target(address), options=_CHANNEL_OPTIONS)
        self._calls = call_service_pb2_grpc.CallServiceStub(self._channel)
        self._consultations = consultation_service_pb2_grpc.ConsultationServiceStub(self._channel)
        self.campaigns = CampaignClient(
            self._channel,
            self._api,
            self._watches,
            start=self._deadlines.start,
            read=self._deadlines.read,
            watch=self._deadlines.watch,
        )
        self._health: Any = health_pb2_grpc.HealthStub(self._channel)

    async def close(self) -> None:
        """Closes the channel."""
        await self._channel.close()

    async def start_consultation(self, payload: ReceivePayload, start_id: str) -> views.ConsultationView:
        """Starts a consultation, once for each `start_id`."""
        request = consultations.start_request(payload, start_id)
        response = await call(self._api, self._consultations.StartConsultation, request, self._deadlines.start)
        return to_view.consultation(response.consultation)

    async def consultation(self, consultation_id: str) -> views.ConsultationView:
        """Returns a consultation as it stands."""
        request = consultation_service_pb2.GetConsultationRequest(consultation_id=consultation_id)
        response = await call(self._api, self._consultations.GetConsultation, request, self._deadlines.read)
        return to_view.consultation(response.consultation)

    async def consultations(self, page_size: int, page_token: str) -> views.ConsultationPage:
        """Returns a page of consultations, newest first."""
        request = consultation_service_pb2.ListConsultationsRequest(page_size=page_size, page_token=page_token)
        response = await call(self._api, self._consultations.ListConsultations, request, self._deadlines.read)
        return views.ConsultationPage(
            consultations=[to_view.consultation(consultation) for consultation in response.consultations],
            next_page_token=response.next_page_token,
        )

    async def transcript(self, consultation_id: str, page_size: int, page_token: str) -> views.TranscriptPage:
        """Returns a page of a consultation's turns."""
        request = consultation_service_pb2.GetTranscriptRequest(
            consultation_id=consultation_id, page_size=page_size, page_token=page_token
        )
        response = await call(self._api, self._consultations.GetTranscript, request, self._deadlines.read)
        return views.TranscriptPage(
            turns=[to_view.turn(turn) for turn in response.turns], next_page_token=response.next_page_token
        )

    async def summary(self, consultation_id: str) -> views.SummaryView:
        """Returns summary and outcome of a consultation that is over."""
        request = consultation_service_pb2.SummaryRequest(consultation_id=consultation_id)
        return outcomes.summary(await call(self._api, self._consultations.Summary, request, self._deadlines.read))

    async def deliver_result(self, consultation_id: str) -> views.AttemptView:
        """Delivers a result to the backend, now."""
        request = consultation_service_pb2.DeliverResultRequest(consultation_id=consultation_id)
        response = await call(self._api, self._consultations.DeliverResult, request, self._deadlines.deliver)
        return to_view.attempt(response.attempt)

    async def undelivered_results(self, page_size: int, page_token: str) -> views.UndeliveredPage:
        """Returns a page of the results that were given up, longest waiting first."""
        request = consultation_service_pb2.ListUndeliveredResultsRequest(page_size=page_size, page_token=page_token)
        response = await call(self._api, self._consultations.ListUndeliveredResults, request, self._deadlines.read)
        return views.UndeliveredPage(
            results=[to_view.undelivered(result) for result in response.results],
            next_page_token=response.next_page_token,
        )

    async def acknowledge_alarm(self, consultation_id: str, number: int, acknowledged_by: str) -> views.AlarmView:
        """Takes an alarm over in somebody's name; again, it stays as it is."""
        request = consultation_service_pb2.AcknowledgeAlarmRequest(
            consultation_id=consultation_id, alarm_number=number, acknowledged_by=acknowledged_by
        )
        response = await call(self._api, self._consultations.AcknowledgeAlarm, request, self._deadlines.read)
        return to_view.alarm(response.alarm)

    async def watch(self, consultation_id: str, cursor: str) -> AsyncGenerator[views.EventView, None]:
        """Yields what happened since the cursor, then what happens, until nothing more will."""
        request = consultation_service_pb2.WatchConsultationRequest(consultation_id=consultation_id, cursor=cursor)
        with self._watches.taken():
            stream = self._consultations.WatchConsultation(request, timeout=self._deadlines.watch, metadata=metadata())
            async with aclosing(watched(stream)) as responses:
                async for response in responses:
                    yield to_view.event(response)

    async def answer_call(self, consultation_id: str, call_sid: str) -> Reply:
        """Returns what is said when the person answers."""
        request = call_service_pb2.AnswerCallRequest(consultation_id=consultation_id, call_sid=call_sid)
        response = await call(self._live, self._calls.AnswerCall, request, self._deadlines.turn)
        return calls.reply(response.reply)

    async def take_turn(
        self, consultation_id: str, call_sid: str, turn_number: int, heard: Heard | None, *, waited: bool = False
    ) -> Reply:
        """Returns what is said to what was heard; None: a wait is over, or a goodbye was played.

        Args:
            consultation_id: The consultation.
            call_sid: The call.
            turn_number: The callee's turn.
            heard: What was heard.
            waited: A wait is over, and `heard` is what it was for.
        """
        request = calls.take_turn_request(consultation_id, call_sid, turn_number, heard, waited=waited)
        response = await call(self._live, self._calls.TakeTurn, request, self._deadlines.turn)
        return calls.reply(response.reply)

    def stream_call(self) -> OrchestratorStream:
        """Begins to carry a call as two streams; what fails shows when the stream is read."""
        call = self._calls.StreamCall(timeout=self._deadlines.stream, metadata=metadata())
        return OrchestratorStream(call, self._deadlines.stream_opening)

    async def report_call_status(self, report: StatusReport) -> None:
        """Passes on what became of a call."""
        await call(self._live, self._calls.ReportCallStatus, calls.status_request(report), self._deadlines.read)

    async def report_answered_by(self, consultation_id: str, call_sid: str, answered_by: AnsweredBy) -> None:
        """Passes on who answered a call."""
        request = calls.answered_by_request(consultation_id, call_sid, answered_by)
        await call(self._live, self._calls.ReportAnsweredBy, request, self._deadlines.read)

    async def audio(self, audio_token: str) -> SpokenAudio:
        """Returns the audio of a prompt; waits out a short absence of the orchestrator, or of its store.

        Without it Twilio would ask its fallback, and the callee would hear the whole reply from its beginning.
        """
        request = call_service_pb2.GetAudioRequest(audio_token=audio_token)

        async def fetch() -> SpokenAudio:
            audio = await call(self._live, self._calls.GetAudio, request, self._deadlines.read, wait_for_ready=True)
            return calls.spoken_audio(audio)

        return await AsyncRetrying(
            retry=retry_if_exception_type(UnavailableError),
            stop=stop_after_delay(self._deadlines.read),
            wait=wait_random(_SOONEST_AGAIN, _LATEST_AGAIN),
            reraise=True,
        )(fetch)

    async def is_serving(self) -> bool:
        """Tells whether the orchestrator answers and calls itself healthy."""
        try:
            response = await self._health.Check(health_pb2.HealthCheckRequest(), timeout=self._deadlines.health)
        except grpc.aio.AioRpcError:
            return False
        return bool(response.status == health_pb2.HealthCheckResponse.SERVING)
