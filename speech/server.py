"""The gRPC server: options, health, reflection, start and drain."""

from dataclasses import dataclass
from typing import Final

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from speech import bootstrap
from speech.bootstrap import Engines
from speech.config import Settings
from speech.rpc import services

_OPTIONS: Final = (
    ("grpc.so_reuseport", 0),  # a second server on the port is an error, not a silent sharer
    ("grpc.max_receive_message_length", 32 * 1024 * 1024),  # audio over 16 MiB is refused by us, with details
    ("grpc.max_send_message_length", -1),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 30_000),
    ("grpc.max_connection_age_ms", 300_000),  # clients look up anew and find new replicas; running RPCs end in peace
)
_HEALTH_NAMES: Final = ("", *services.NAMES)


class PortTakenError(Exception):
    """Raised when the address cannot be listened on."""


@dataclass(frozen=True)
class RunningServer:
    """A server that answers.

    Attributes:
        port: Where it listens.
    """

    port: int
    _server: grpc.aio.Server
    _health: health.aio.HealthServicer
    _engines: Engines

    async def stop(self, grace: float = 0.0) -> None:
        """Says NOT_SERVING, takes no new RPC, lets running ones go on for `grace` seconds, then closes the engines."""
        await self._health.enter_graceful_shutdown()
        await self._server.stop(grace)
        await self._engines.close()


async def start(settings: Settings, engines: Engines | None = None) -> RunningServer:
    """Starts a server; it answers once its engines are ready.

    Args:
        settings: Address and limits, and which engines.
        engines: Taken instead of those; closed with the server.

    Raises:
        PortTakenError: The address cannot be listened on.
        EngineFailedError: An engine cannot work here.
    """
    engines = engines or bootstrap.engines(settings)
    server = grpc.aio.server(options=_OPTIONS)
    services.add(server, engines.speech_to_text, engines.text_to_speech, settings.speech_max_rpcs)
    health_servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health_servicer, server)
    reflection.enable_server_reflection((*services.NAMES, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    try:
        port = _bind(server, settings)
        await engines.prepare()
        await server.start()
        for name in _HEALTH_NAMES:
            await health_servicer.set(name, health_pb2.HealthCheckResponse.SERVING)
    except BaseException:
        await server.stop(0)
        await engines.close()
        raise
    return RunningServer(port, server, health_servicer, engines)


def _bind(server: grpc.aio.Server, settings: Settings) -> int:
    host = f"[{settings.speech_host}]" if ":" in settings.speech_host else settings.speech_host
    try:
        return int(server.add_insecure_port(f"{host}:{settings.speech_port}"))
    except RuntimeError as error:
        raise PortTakenError(f"cannot listen on {host}:{settings.speech_port}; is another program there?") from error
