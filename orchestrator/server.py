"""The API's gRPC server: options, interceptors, reflection. Knows servers, not what they are made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from grpc_health.v1 import health
from grpc_reflection.v1alpha import reflection

from orchestrator.health_server import ALIVE, ALONE, HealthServer, PortTaken
from orchestrator.rpc import services
from orchestrator.rpc.call_servicer import CallServicer
from orchestrator.rpc.campaign_servicer import CampaignServicer
from orchestrator.rpc.consultation_servicer import ConsultationServicer
from orchestrator.rpc.interceptors import RequestInterceptor

__all__ = ["ALIVE", "CONNECTION_AGE", "OPTIONS", "OrchestratorServer", "PortTaken"]

# Every reason stands in the gRPC guides on keepalive and performance.
OPTIONS = (
    *ALONE,
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
CONNECTION_AGE = 120.0
"""Seconds after which a client is to connect anew: it looks the name up and finds new replicas. What runs over the old
connection, a call of an hour too, goes on over it to its end."""


class OrchestratorServer(HealthServer):
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
        options = (*OPTIONS, ("grpc.max_connection_age_ms", round(CONNECTION_AGE * 1000)))
        super().__init__(ping, services=services.NAMES, options=options)
        self._consultations = consultations
        self._calls = calls
        self._campaigns = campaigns
        listed = (*services.NAMES, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(listed, self._server)

    async def start(self, host: str, port: int) -> int:
        """Listens and returns the port (the one chosen, if `port` is 0).

        Raises:
            PortTaken
        """
        await services.add_to_server(
            self._server, self._consultations, self._calls, self._campaigns, RequestInterceptor()
        )
        return await super().start(host, port)
