"""The running program."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from prometheus_client import CollectorRegistry, start_http_server

from observability import log
from orchestrator.adapters.docket.worker import DocketWorker
from orchestrator.adapters.redis.consultation_store import SchemaMismatch
from orchestrator.bootstrap.inside import make_inside
from orchestrator.bootstrap.outside import Outside, open_outside
from orchestrator.bootstrap.warm_up import WarmUp
from orchestrator.config import Role, Settings
from orchestrator.dialogue.background import Background
from orchestrator.domain.errors import CallTakenOver, StoreUnavailable
from orchestrator.health_server import HealthServer, PortTaken
from orchestrator.rpc.call_servicer import CallServicer
from orchestrator.rpc.campaign_servicer import CampaignServicer
from orchestrator.rpc.consultation_servicer import ConsultationServicer
from orchestrator.server import OrchestratorServer

logger = log.get(__name__)

Task = Callable[[], Coroutine[None, None, None]]

__all__ = ["Orchestrator", "SchemaMismatch"]


class Orchestrator:
    """The running program. Enter it to start, leave it to stop: what runs is drained, then everything is closed.

    Attributes:
        port: where it listens; 0: nowhere.
        serving: runs as long as the program can serve; fails with `SchemaMismatch` if the store is not ours to write.
    """

    port: int = 0
    serving: asyncio.Task[None]

    def __init__(self, settings: Settings, *, on_warm: Callable[[], None] = lambda: None) -> None:
        """Makes it.

        Args:
            settings: of the program.
            on_warm: called once all that stays is in memory, before the first call.
        """
        self._settings = settings
        self._on_warm = on_warm
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Starts.

        Raises:
            PortTaken
        """
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops."""
        await self._stack.aclose()

    async def _start(self) -> None:
        settings = self._settings
        registry = CollectorRegistry()
        outside = open_outside(settings, registry, self._stack)
        exchanges, loops = Background(_task_failed), Background(_task_failed)
        self._stack.push_async_callback(exchanges.close)
        self._stack.push_async_callback(loops.close)
        inside = make_inside(settings, outside, exchanges, loops)
        tasks: list[Task] = []
        server: HealthServer | None = None
        if settings.role is not Role.WORKER:
            server = OrchestratorServer(
                ConsultationServicer(inside.consultations, inside.deliveries, inside.alarms),
                CallServicer(inside.live_calls, inside.streams, inside.reports, outside.audio),
                CampaignServicer(inside.campaigns, shortest_retry=settings.shortest_retry_seconds),
                outside.store.ping,
            )
            self.port = await server.start(settings.grpc_host, settings.grpc_port)
            loops.start(inside.warm_up.after(), name="warm_up")
        elif settings.health_port:
            server = HealthServer(outside.store.ping)
            self.port = await server.start(settings.grpc_host, settings.health_port)
        if server is not None:
            tasks.append(server.watch_store)
        worker: DocketWorker | None = None
        if settings.role is not Role.API:
            worker = DocketWorker(settings.redis_url, inside.work, outside.alarm_clock)
            tasks += [worker.run, outside.backlog.run]
        self.serving = loops.start(_serve(outside, inside.warm_up, tasks, self._on_warm), name="serve")
        if settings.metrics_port:
            self._serve_metrics(registry)
        # Undone from the last to the first: not healthy, no new calls, no new work, then the end of what runs.
        self._stack.push_async_callback(exchanges.drain, settings.drain_seconds)
        if worker is not None:
            self._stack.push_async_callback(worker.stop, settings.drain_seconds)
        if server is not None:
            self._stack.push_async_callback(server.stop, settings.drain_seconds)
        self._stack.callback(inside.streams.drain)
        if server is not None:
            self._stack.push_async_callback(server.leave, settings.drain_delay_seconds)
        logger.info(
            "started",
            role=settings.role,
            port=self.port,
            language_model=settings.openai_model if outside.model else "none",
            sentence_encoder=outside.sentences.name if outside.sentences else "none",
            wording=outside.institution.wording.version,
        )

    def _serve_metrics(self, registry: CollectorRegistry) -> None:
        """Serves /metrics on a port of its own.

        Raises:
            PortTaken
        """
        try:
            metrics, _ = start_http_server(self._settings.metrics_port, self._settings.grpc_host, registry)
        except OSError as error:
            raise PortTaken from error
        self._stack.callback(metrics.shutdown)


async def _serve(outside: Outside, warm_up: WarmUp, tasks: Sequence[Task], on_warm: Callable[[], None]) -> None:
    """Runs the tasks from the moment that the store answers and is known to be ours, and callees will be understood."""
    await warm_up.before()
    while True:
        try:
            await outside.store.prepare()
            await outside.alarm_clock.open()
            break
        except StoreUnavailable:
            await asyncio.sleep(1.0)
    on_warm()
    async with outside.load, asyncio.TaskGroup() as group:  # the start's own load says nothing of calls
        for task in tasks:
            group.create_task(task())


def _task_failed(name: str, error: BaseException) -> None:
    if isinstance(error, CallTakenOver):
        logger.info("call_taken_over", task=name, consultation_id=error.consultation_id)
    else:
        logger.error("task_failed", task=name, exc_info=error)
