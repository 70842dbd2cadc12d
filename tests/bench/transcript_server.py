"""`python -m tests.bench.transcript_server empty|GetTranscript REDIS_URL`: prints its port and serves until killed."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from typing import Any

import grpc

from calling.v1 import consultation_service_pb2, consultation_service_pb2_grpc
from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.adapters.system_clock import SystemClock
from orchestrator.dialogue.alarms import Alarms
from orchestrator.dialogue.consultations import Consultations
from orchestrator.dialogue.delivery import Deliveries
from orchestrator.dialogue.ports.store import Change
from orchestrator.rpc.call_servicer import CallServicer
from orchestrator.rpc.campaign_servicer import CampaignServicer
from orchestrator.rpc.consultation_servicer import ConsultationServicer
from orchestrator.server import OrchestratorServer
from tests.fakes.alarm_receivers import ScriptedAlarmReceivers
from tests.fakes.audio_store import InMemoryAudioStore
from tests.fakes.consultations import brief, consultation, next_change, turn
from tests.fakes.institution import institution
from tests.fakes.pause_memory import InMemoryPauseMemory
from tests.fakes.result_receiver import ScriptedResultReceiver
from tests.fakes.telephone import ScriptedTelephone

CONSULTATION_ID = "11111111-1111-4111-8111-111111111111"
TURNS = 30
_RETENTION = timedelta(days=1)


class Empty(consultation_service_pb2_grpc.ConsultationServiceServicer):
    """Answers nothing at once."""

    async def GetTranscript(
        self, request: consultation_service_pb2.GetTranscriptRequest, context: Any
    ) -> consultation_service_pb2.GetTranscriptResponse:
        return consultation_service_pb2.GetTranscriptResponse()


async def _serve_nothing() -> tuple[int, object]:
    server = grpc.aio.server()
    consultation_service_pb2_grpc.add_ConsultationServiceServicer_to_server(Empty(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return port, server


async def _serve_transcript(redis_url: str) -> tuple[int, object]:
    clock = SystemClock()
    store = RedisConsultationStore(open_client(redis_url), clock)
    await store.prepare()
    new = consultation(CONSULTATION_ID)
    await store.create(brief(), Change(new))
    await store.commit(next_change(new, turns=tuple(turn(number) for number in range(1, TURNS + 1))))
    alarms = Alarms(store, ScriptedAlarmReceivers(), clock)
    consultations = Consultations(
        store=store,
        audio=InMemoryAudioStore(),
        telephone=ScriptedTelephone(),
        clock=clock,
        institution=institution(),
        pauses=InMemoryPauseMemory(),
        alarms=alarms,
    )
    deliveries = Deliveries(store, ScriptedResultReceiver(), clock, retention=_RETENTION)
    server = OrchestratorServer(
        ConsultationServicer(consultations, deliveries, alarms),
        CallServicer(None, None, None, InMemoryAudioStore()),  # type: ignore[arg-type] # no call is made
        CampaignServicer(None),  # type: ignore[arg-type] # nor a campaign
        store.ping,
    )
    return await server.start("127.0.0.1", 0), server


async def main() -> None:
    kind, redis_url = sys.argv[1:]
    port, _server = await (_serve_nothing() if kind == "empty" else _serve_transcript(redis_url))
    print(port, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
