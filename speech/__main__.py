"""`python -m speech`: reads the settings, serves until SIGTERM or SIGINT, then drains."""

import asyncio
import os
import signal
import sys

os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # before grpc is imported: a port that is taken is told once, by us

from pydantic import ValidationError

from observability import log
from speech.config import Settings, complaint
from speech.errors import EngineFailedError
from speech.server import PortTakenError, start

_INSTRUMENT = "speech: sandbox-voice is a test instrument, not speech recognition: it understands only its own voice.\n"


def main() -> int:
    """Runs the server; returns the exit status: 2 for a wrong setting, a taken port or an engine that cannot work."""
    try:
        settings = Settings()
    except ValidationError as error:
        sys.stderr.write(f"speech: {complaint(error)}\n")
        return 2
    log.configure(settings.log_format, settings.log_level)
    try:
        asyncio.run(serve(settings))
    except PortTakenError as error:
        sys.stderr.write(f"speech: SPEECH_HOST, SPEECH_PORT: {error}\n")
        return 2
    except EngineFailedError as error:
        sys.stderr.write(f"speech: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


async def serve(settings: Settings) -> None:
    """Serves until the process is told to stop."""
    server = await start(settings)  # until it is there, a signal simply ends the process
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_stop.set)
    sys.stdout.write(
        f"speech: listening on {settings.speech_host}:{server.port}"
        f" (recognition: {settings.stt_engine}, synthesis: {settings.tts_engine})\n"
    )
    if "sandbox-voice" in {settings.stt_engine, settings.tts_engine}:
        sys.stdout.write(_INSTRUMENT)
    sys.stdout.flush()
    await told_to_stop.wait()
    await server.stop(settings.speech_drain_seconds)


if __name__ == "__main__":
    sys.exit(main())
