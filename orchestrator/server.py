"""The gRPC server: options, interceptors, health, reflection, drain. Knows servicers, not what they are made of."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from observability import log
from orchestrator.domain.errors import StoreUnavailable
from orchestrator.rpc import services
from orchestrator.rpc.call_servicer import CallServicer
from orchestrator.rpc.campaign_servicer import CampaignServicer
from orchestrator.rpc.consultation_servicer import ConsultationServicer
from orchestrator.rpc.interceptors import RequestInterceptor

logger = log.get(__name__)

# Every reason stands in the gRPC guides on keepalive and performance.
OPTIONS = (
    ("grpc.so_reuseport", 0),  # a taken port is an error, not a silent second server
    ("grpc.max_receive_message_length", 4 * 1024 * 1024),
    ("grpc.max_concurrent_streams", 1000),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 500),  # the gateway asks whether we stand still
    ("grpc.keepalive_permit_without_calls", 1),
    # Streams of audio: a server that does not read takes 2 s of it instead of minutes, so that the gateway notices.
    ("grpc.http2.bdp_probe", 0),
    ("grpc.http2.lookahead_bytes", 16_384),
)
HEALTH_INTERVAL = 1.0
ALIVE = "alive"
"""A name for probes that ask whether the process lives: healthy from start to stop, with or without the store."""
CONNECTION_AGE = 120.0
"""Seconds after which a client is to connect anew: it looks the name up and finds new replicas. What runs over the old
connection, a call of an hour too, goes on over it to its end."""


class PortTaken(Exception):
    """Another process listens on the port."""


class OrchestratorServer:
    """Serves the API until stopped."""

    def __init__(
        self,
        consultations: ConsultationServicer,
        calls: CallServicer,
        campaigns: CampaignServicer,
        ping: Callable[[], Awaitable[None]],
    ) -> None:
        """Makes it.

        Args:
            consultations: serves ConsultationService.
            calls: serves CallService.
            campaigns: serves CampaignService.
            ping: returns if the store answers, raises StoreUnavailable if not.
        """
        self._ping = ping
        self._health = health.aio.HealthServicer()
        self._consultations = consultations
        self._calls = calls
        self._campaigns = campaigns
        self._server = grpc.aio.server(options=(*OPTIONS, ("grpc.max_connection_age_ms", round(CONNECTION_AGE * 1000))))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        listed = (*services.NAMES, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(listed, self._server)
        self._serving: bool | None = None

    async def start(self, host: str, port: int) -> int:
        """Listens and returns the port (the one chosen, if `port` is 0).

        Raises:
            PortTaken
        """
        await services.add_to_server(
            self._server, self._consultations, self._calls, self._campaigns, RequestInterceptor()
        )
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
        for service in ("", *services.NAMES):
            await self._health.set(service, status)
        if self._serving is not None or serving:
            logger.info("health_changed", serving=serving)
        self._serving = serving
