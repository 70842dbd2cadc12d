"""The command `serve`: everything in one process group, for one machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cli import program_logs, settings
from cli.embedded_redis import EmbeddedRedis
from cli.event_loop import run_until_stopped
from cli.settings import Settings
from cli.system import Ports, System

_RESTARTS_PER_MINUTE = 5


def serve() -> None:
    """Run gateway and orchestrator on this machine, with a Redis and a speech server of their own where none is set.

    Settings come from the environment or `.env`. What crashes is started again, up to five times a minute.
    """
    run_until_stopped(_serve(settings.read()))


async def _serve(chosen: Settings) -> None:
    for_people = sys.stderr.isatty()
    own_redis = None if chosen.external_redis_url else EmbeddedRedis(chosen.data_dir / "redis")
    system = System(
        Ports(chosen.http_port, chosen.grpc_port, chosen.speech_port if chosen.needs_speech_server else None),
        _environment(chosen, for_people=for_people),
        redis=own_redis,
        working_dir=Path.cwd(),
        write_log=program_logs.write_named if for_people else program_logs.write_plain,
        on_ready=lambda name, seconds: print(f"{name} is ready ({seconds:.1f} s)", file=sys.stderr, flush=True),
        restarts_per_minute=_RESTARTS_PER_MINUTE,
    )
    async with system:
        print(f"serving: HTTP {system.gateway_url}, gRPC {system.orchestrator_address}", file=sys.stderr, flush=True)
        await system.wait()


def _environment(chosen: Settings, *, for_people: bool) -> dict[str, str]:
    """Returns the programs' environment: this one, and what follows from the settings as they are."""
    given = {"GRPC_STT_URL": chosen.grpc_stt_url, "GRPC_TTS_URL": chosen.grpc_tts_url}
    environment = os.environ | {name: value for name, value in given.items() if value}
    if for_people:
        environment.setdefault("LOG_FORMAT", "console")
    if not (chosen.public_base_url or chosen.twilio_webhook_url):
        environment["PUBLIC_BASE_URL"] = f"http://127.0.0.1:{chosen.http_port}"
    return environment
