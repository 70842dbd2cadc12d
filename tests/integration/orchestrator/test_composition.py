"""The program as it is put together: over a real Redis that comes, goes and comes back."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from redis.asyncio import Redis

from calling.v1 import consultation_service_pb2, consultation_service_pb2_grpc
from cli.embedded_redis import EmbeddedRedis
from orchestrator.bootstrap import Orchestrator, SchemaMismatch
from orchestrator.config import Settings

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
SERVICES = ("", "calling.v1.ConsultationService", "calling.v1.CallService", "calling.v1.CampaignService")


def _settings(redis_url: str, **changes: object) -> Settings:
    settings = {"grpc_port": 0, "redis_url": redis_url, "drain_seconds": 1, "grpc_tts_url": "127.0.0.1:9"}
    return Settings(_env_file=None, **(settings | changes))


async def _becomes(port: int, status: int) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel, asyncio.timeout(10):
        stub = health_pb2_grpc.HealthStub(channel)
        for service in SERVICES:
            watch = stub.Watch(health_pb2.HealthCheckRequest(service=service))
            try:
                async for answer in watch:
                    if answer.status == status:
                        break
            finally:
                watch.cancel()


async def test_it_serves_when_redis_answers_and_only_then(tmp_path: Path) -> None:
    redis = EmbeddedRedis(tmp_path)
    redis.open()
    url = redis.url
    redis.close()
    async with Orchestrator(_settings(url)) as orchestrator:
        await _becomes(orchestrator.port, NOT_SERVING)
        with EmbeddedRedis(tmp_path) as first:
            assert first.url == url
            await _becomes(orchestrator.port, SERVING)
        await _becomes(orchestrator.port, NOT_SERVING)
        with EmbeddedRedis(tmp_path):
            await _becomes(orchestrator.port, SERVING)


async def test_a_store_of_another_version_is_left_alone(redis_url: str) -> None:
    client = Redis.from_url(redis_url, protocol=2)
    await client.set("calling:schema", "0:7")
    await client.aclose()
    async with Orchestrator(_settings(redis_url)) as orchestrator:
        with pytest.raises(SchemaMismatch):
            async with asyncio.timeout(5):
                await orchestrator.serving


async def test_it_calls_itself_unhealthy_before_it_stops_listening(redis_url: str) -> None:
    async with AsyncExitStack() as running:
        orchestrator = await running.enter_async_context(Orchestrator(_settings(redis_url, drain_delay_seconds=0.7)))
        await _becomes(orchestrator.port, SERVING)
        stopping = asyncio.create_task(running.aclose())
        await _becomes(orchestrator.port, NOT_SERVING)
        async with grpc.aio.insecure_channel(f"127.0.0.1:{orchestrator.port}") as channel:
            stub = consultation_service_pb2_grpc.ConsultationServiceStub(channel)
            await stub.ListConsultations(consultation_service_pb2.ListConsultationsRequest())
        assert not stopping.done()
        await stopping
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", orchestrator.port)
