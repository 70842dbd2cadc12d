"""A process that is the API, and one that is a worker."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.adapters.system_clock import SystemClock
from orchestrator.bootstrap import Orchestrator
from orchestrator.config import Embeddings, Role, Settings
from orchestrator.dialogue.ports.store import Change, DueKind
from orchestrator.domain.consultation import Delivery, DeliveryState, State
from tests.fakes.consultations import brief, consultation
from tests.fakes.results_server import ScriptedBackend
from tests.fakes.waiting import until


async def test_due_work_is_left_to_the_worker(redis_url: str) -> None:
    client = open_client(redis_url)
    store = RedisConsultationStore(client, SystemClock())
    record = replace(consultation(), state=State.COMPLETED, delivery=Delivery(DeliveryState.PENDING))
    await store.create(brief(), Change(record, due={DueKind.DELIVER: datetime.now(UTC)}, result=b"{}"))
    async with ScriptedBackend() as backend:
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            redis_url=redis_url,
            grpc_port=0,
            spring_boot_url=backend.result_url,
            embeddings=Embeddings.OFF,
            twilio_account_sid="AC" + "0" * 32,
        )
        async with Orchestrator(settings.model_copy(update={"role": Role.API})) as api:
            assert api.port
            await asyncio.sleep(1.5)
            assert backend.posted == []
            async with Orchestrator(settings.model_copy(update={"role": Role.WORKER})) as worker:
                assert not worker.port
                await until(lambda: len(backend.posted) == 1, seconds=5)
    assert (await store.get(record.consultation_id)).delivery.state is DeliveryState.DELIVERED
    await store.close()
    await client.aclose()
