"""A gRPC server that answers health checks: all that a worker serves, and what the API's server begins with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from observability import log
from orchestrator.domain.errors import StoreUnavailable

logger = log.get(__name__)

Options = Sequence[tuple[str, int]]

ALONE: Options = (("grpc.so_reuseport", 0),)
"""A taken port is an error, not a silent second server."""
HEALTH_INTERVAL = 1.0
ALIVE = "alive"
"""A name for probes that ask whether the process lives: healthy from start to stop, with or without the store."""


class PortTaken(Exception):
    """Another process listens on the port."""


class HealthServer:
    """Tells, until stopped, whether this process lives and has its store."""

    def __init__(
        self, ping: Callable[[], Awaitable[None]], *, services: Sequence[str] = (), options: Options = ALONE
    ) -> None:
        """Makes it.

        Args:
            ping: returns if the store answers, raises StoreUnavailable if not.
            services: the names that are answered for, beside that of the whole server.
            options: of the server.
        """
        self._ping = ping
        self._names = ("", *services)
        self._health = health.aio.HealthServicer()
        self._server = grpc.aio.server(options=options)
        self._serving: bool | None = None
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)

    async def start(self, host: str, port: int) -> int:
        """Listens and returns the port (the one chosen, if `port` is 0).

        Raises:
            PortTaken
        """
        await self._set_serving(serving=False)
        await self._health.set(ALIVE, health_pb2.HealthCheckResponse.SERVING)
        try:
            bound = self._server.add_insecure_port(f"{host}:{port}")
        except RuntimeError as error:
            raise PortTaken from error
        await self._server.start()
        return bound

    async def watch_store(self) -> None:
        """Keeps the health of every service at what the store allows, until cancelled."""
        while True:
            try:
                await self._ping()
            except StoreUnavailable:
                await self._set_serving(serving=False)
            else:
                await self._set_serving(serving=True)
            # Nobody is sent here meanwhile: the end of an absence is looked for more often than its beginning.
            await asyncio.sleep(HEALTH_INTERVAL if self._serving else HEALTH_INTERVAL / 10)

    async def leave(self, delay: float) -> None:
        """Calls every service unhealthy, for good, and goes on serving for `delay` seconds: balancers take notice."""
        await self._health.enter_graceful_shutdown()
        await asyncio.sleep(delay)

    async def stop(self, grace: float) -> None:
        """Takes no new calls, and gives the running ones `grace` seconds to end."""
        await self._health.enter_graceful_shutdown()
        await self._server.stop(grace)

    async def _set_serving(self, *, serving: bool) -> None:
        if serving is self._serving:
            return
        status = health_pb2.HealthCheckResponse.SERVING if serving else health_pb2.HealthCheckResponse.NOT_SERVING
        for name in self._names:
            await self._health.set(name, status)
        if self._serving is not None or serving:
            logger.info("health_changed", serving=serving)
        self._serving = serving
