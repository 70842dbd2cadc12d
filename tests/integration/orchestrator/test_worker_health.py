"""A worker's health checks: what probes ask it, though it serves no API."""

from __future__ import annotations

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from calling.v1 import consultation_service_pb2, consultation_service_pb2_grpc
from cli.ports import free_ports
from orchestrator.bootstrap import Orchestrator
from orchestrator.config import Embeddings, Role, Settings
from orchestrator.health_server import ALIVE

SERVING = health_pb2.HealthCheckResponse.SERVING


async def test_a_worker_answers_health_checks_and_nothing_else(redis_url: str) -> None:
    (port,) = free_ports(1)
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        role=Role.WORKER,
        redis_url=redis_url,
        health_port=port,
        embeddings=Embeddings.OFF,
    )
    async with Orchestrator(settings) as worker, grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        assert worker.port == port
        health = health_pb2_grpc.HealthStub(channel)
        watch = health.Watch(health_pb2.HealthCheckRequest())
        while (await watch.read()).status != SERVING:
            pass
        assert (await health.Check(health_pb2.HealthCheckRequest(service=ALIVE))).status == SERVING
        consultations = consultation_service_pb2_grpc.ConsultationServiceStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await consultations.GetConsultation(consultation_service_pb2.GetConsultationRequest())
        assert error.value.code() is grpc.StatusCode.UNIMPLEMENTED
