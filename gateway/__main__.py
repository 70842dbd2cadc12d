"""`python -m gateway`: reads the settings, serves until SIGTERM or SIGINT, then drains."""

import asyncio
import signal
import sys

from pydantic import ValidationError

from gateway.app import start
from gateway.config import Settings, complaint
from observability import log
from observability.collector import spare_what_is_loaded


def main() -> int:
    """Runs the gateway; returns the exit status: 2 for a wrong setting, 1 if it cannot listen."""
    try:
        settings = Settings()
    except ValidationError as error:
        sys.stderr.write(f"gateway: {complaint(error)}\n")
        return 2
    log.configure(settings.log_format, settings.log_level)
    try:
        asyncio.run(serve(settings))
    except OSError as error:
        place = f"{settings.http_host}:{settings.http_port}"
        sys.stderr.write(f"gateway: HTTP_HOST, HTTP_PORT: cannot listen on {place} ({error.strerror})\n")
        return 1
    return 0


async def serve(settings: Settings) -> None:
    """Serves until the process is told to stop."""
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_stop.set)
    gateway = await start(settings)
    spare_what_is_loaded()
    await told_to_stop.wait()
    await gateway.stop()


if __name__ == "__main__":
    sys.exit(main())
