"""CallService over `dialogue.call.live_calls`: checks, converts, calls. The .proto documents the methods."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import grpc

from calling.v1 import audio_pb2, call_service_pb2_grpc
from calling.v1 import call_service_pb2 as pb
from orchestrator.dialogue.call.call_status import CallStatusReports
from orchestrator.dialogue.call.live_calls import LiveCalls
from orchestrator.dialogue.ports.audio import AudioStore
from orchestrator.dialogue.stream.stream_calls import StreamCalls
from orchestrator.rpc import validation
from orchestrator.rpc.conversion.calls import call_report, callee_input, reply_message
from orchestrator.rpc.conversion.streams import agent_message, callee_events, stream_start

Context = grpc.aio.ServicerContext[Any, Any]

_LONGEST_TOKEN = 200


class CallServicer(call_service_pb2_grpc.CallServiceServicer):
    """Serves CallService."""

    def __init__(
        self, live_calls: LiveCalls, streams: StreamCalls, reports: CallStatusReports, audio: AudioStore
    ) -> None:
        self._live_calls = live_calls
        self._streams = streams
        self._reports = reports
        self._audio = audio

    async def AnswerCall(self, request: pb.AnswerCallRequest, context: Context) -> pb.AnswerCallResponse:
        consultation_id = validation.consultation_id(request.consultation_id)
        check = validation.Check()
        validation.call_sid(request.call_sid, check)
        check.done()
        reply = await self._streams.answer(consultation_id, request.call_sid, time_left=context.time_remaining())
        return pb.AnswerCallResponse(reply=reply_message(reply))

    async def TakeTurn(self, request: pb.TakeTurnRequest, context: Context) -> pb.TakeTurnResponse:
        consultation_id = validation.consultation_id(request.consultation_id)
        check = validation.Check()
        validation.call_sid(request.call_sid, check)
        check.that(request.turn_number > 0, "turn_number", "is required and must be positive")
        if request.HasField("recording"):
            validation.recording_sid(request.recording.recording_sid, check)
            check.duration(request.recording.duration, "recording.duration", least=0, most=validation.LONGEST_CALL)
        if request.HasField("digits"):
            validation.digits(request.digits, check)
        check.done()
        reply = await self._live_calls.take_turn(
            consultation_id,
            request.call_sid,
            request.turn_number,
            callee_input(request),
            time_left=context.time_remaining(),
            waited=request.waited,
        )
        return pb.TakeTurnResponse(reply=reply_message(reply))

    async def ReportCallStatus(
        self, request: pb.ReportCallStatusRequest, context: Context
    ) -> pb.ReportCallStatusResponse:
        consultation_id = validation.consultation_id(request.consultation_id)
        check = validation.Check()
        validation.call_sid(request.call_sid, check)
        known = request.call_status in pb.ReportCallStatusRequest.CallStatus.values() and request.call_status > 0
        check.that(known, "call_status", "is required and must be a known status")
        validation.event_time(request.event_time, check)
        check.duration(request.call_duration, "call_duration", least=0, most=validation.LONGEST_CALL)
        check.done()
        report = call_report(request)
        await self._reports.report(consultation_id, report)
        if report.status.final:
            self._streams.hung_up(consultation_id)
        return pb.ReportCallStatusResponse()

    async def ReportAnsweredBy(
        self, request: pb.ReportAnsweredByRequest, context: Context
    ) -> pb.ReportAnsweredByResponse:
        consultation_id = validation.consultation_id(request.consultation_id)
        check = validation.Check()
        validation.call_sid(request.call_sid, check)
        known = request.answered_by in pb.ReportAnsweredByRequest.AnsweredBy.values() and request.answered_by > 0
        check.that(known, "answered_by", "is required and must be a known value")
        check.done()
        machine = request.answered_by == pb.ReportAnsweredByRequest.ANSWERED_BY_MACHINE
        if await self._reports.answered_by(consultation_id, request.call_sid, machine=machine):
            self._streams.hung_up(consultation_id)
        return pb.ReportAnsweredByResponse()

    async def GetAudio(self, request: pb.GetAudioRequest, context: Context) -> pb.GetAudioResponse:
        check = validation.Check()
        check.text(request.audio_token, "audio_token", most=_LONGEST_TOKEN)
        check.done()
        audio = await self._audio.get(request.audio_token)
        return pb.GetAudioResponse(
            audio=audio.content,
            format=audio_pb2.AudioFormat(encoding=audio_pb2.AudioFormat.ENCODING_WAV, sample_rate_hertz=8000),
            etag=audio.etag,
        )

    async def StreamCall(
        self, request_iterator: AsyncIterator[pb.StreamCallRequest], context: Context
    ) -> AsyncGenerator[pb.StreamCallResponse, None]:
        first = await context.read()
        call = stream_start(first)

        async def redeemed() -> None:
            await context.send_initial_metadata(())  # so the gateway knows at once that it may wait for a voice

        events = callee_events(context)
        async with aclosing(self._streams.run(call, first.start.stream_token, events, redeemed)) as agent:
            async for event in agent:
                yield agent_message(event)
