"""`python -m orchestrator`: serves the gRPC API until SIGTERM or SIGINT, then drains."""

from __future__ import annotations

import asyncio
import signal
import sys

from pydantic import ValidationError

from observability import log
from observability.collector import spare_what_is_loaded
from orchestrator.bootstrap import InvalidInstitution, Orchestrator, SchemaMismatch
from orchestrator.config import Role, Settings
from orchestrator.health_server import PortTaken


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with Orchestrator(settings, on_warm=spare_what_is_loaded) as orchestrator:
        stopping = loop.create_task(stop.wait())
        try:
            await asyncio.wait({stopping, orchestrator.serving}, return_when=asyncio.FIRST_COMPLETED)
            if orchestrator.serving.done():
                await orchestrator.serving
        finally:
            stopping.cancel()


def main() -> int:
    """Runs the program and returns its exit status: 2 for a setting that is wrong or a port that is taken."""
    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            name = str(problem["loc"][0]).upper() if problem["loc"] else "settings"
            sys.stderr.write(f"orchestrator: {name}: {problem['msg']}\n")
        return 2
    log.configure(settings.log_format, settings.log_level)
    try:
        asyncio.run(_serve(settings))
    except InvalidInstitution as error:
        sys.stderr.write(f"orchestrator: INSTITUTION_FILE: {error}\n")
        return 2
    except PortTaken:
        name = "HEALTH_PORT" if settings.role is Role.WORKER else "GRPC_PORT"
        port = getattr(settings, name.lower())
        sys.stderr.write(f"orchestrator: port {port} is taken; set {name} to another one\n")
        return 2
    except SchemaMismatch:
        sys.stderr.write("orchestrator: REDIS_URL names a store that another version wrote; it is left alone\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
