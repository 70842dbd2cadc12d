"""The whole system together with the sandbox's world: its telephone network, its callees and its backend."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.embedded_redis import EmbeddedRedis
from cli.errors import CommandError, UsageError
from cli.system import Ports, System
from sandbox.twilio.settings import TwilioSettings
from sandbox.world import World, WorldSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cli.child_process import WriteLog
    from cli.settings import Settings
    from cli.system import OnReady
    from sandbox.gateway_client import ConsultationRefused

# Of this environment the programs get only what a machine needs: a real account's settings must not reach the sandbox.
_INHERITED = {
    "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LOG_LEVEL", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "HTTPS_PROXY", "https_proxy", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX",
}  # fmt: skip

# Twilio opens streams to wss URLs only; the sandbox's Twilio knows where this host really is.
_PUBLIC_URL = "https://gateway.example"


@dataclass(frozen=True)
class SandboxSystem:
    """Holds what is running."""

    world: World
    system: System


@asynccontextmanager
async def sandbox_system(
    ports: Ports, speed: float, chosen: Settings, *, write_log: WriteLog, on_ready: OnReady
) -> AsyncIterator[SandboxSystem]:
    """Starts a fresh system that knows nobody but the sandbox; nothing of it is left at the end.

    Args:
        ports: Where the programs listen.
        speed: Phone seconds a real second.
        chosen: The settings; only the language model's are used.
        write_log: Called with a program's name and a line of its log.
        on_ready: Called with a program's name, and the seconds since the start, when it is ready.

    Raises:
        CommandError: The system did not start.
    """
    with tempfile.TemporaryDirectory(prefix="calling-orchestrator-") as folder:
        twilio = TwilioSettings(public_urls={_PUBLIC_URL: f"http://127.0.0.1:{ports.gateway}"})
        async with World(WorldSettings(speed=speed, twilio=twilio)) as world:
            system = System(
                ports,
                _environment(world, chosen),
                redis=EmbeddedRedis(Path(folder, "redis")),
                working_dir=Path(folder),
                write_log=write_log,
                on_ready=on_ready,
            )
            async with system:
                yield SandboxSystem(world, system)


def refusal(error: ConsultationRefused) -> CommandError:
    """Returns the one line for a payload that the gateway did not accept: its own message, if it gave one."""
    try:
        message = json.loads(str(error))["error"]["message"]
    except (ValueError, KeyError, TypeError):
        message = str(error)
    kind = UsageError if error.status and error.status < 500 else CommandError
    return kind(f"the gateway refused the payload: {message}")


def _environment(world: World, chosen: Settings) -> dict[str, str]:
    account = world.settings.twilio.account
    model = {
        "OPENAI_API_KEY": chosen.openai_api_key,
        "OPENAI_MODEL": chosen.openai_model,
        "OPENAI_BASE_URL": chosen.openai_base_url,
    }
    return {
        **{name: value for name, value in os.environ.items() if name in _INHERITED},
        **{name: value for name, value in model.items() if value},
        "NO_PROXY": "127.0.0.1,localhost",
        "LOG_FORMAT": "console",
        "TWILIO_ACCOUNT_SID": account.sid,
        "TWILIO_AUTH_TOKEN": account.auth_token,
        "TWILIO_FROM_PHONE": min(account.numbers),
        "TWILIO_API_BASE_URL": world.twilio_url,
        "SPRING_BOOT_URL": world.result_url,
        "ALARM_URLS": world.alarm_url,
        "PUBLIC_BASE_URL": _PUBLIC_URL,
        "STT_ENGINE": "sandbox-voice",
        "TTS_ENGINE": "sandbox-voice",
        "INSTITUTION_NAME": "은평구청 복지과",
        "CALLS_PER_SECOND": "0",  # the phone's clock runs faster than this one
        "LAST_WORDS_SECONDS": "2",
        "DRAIN_SECONDS": "2",
        "SPEECH_DRAIN_SECONDS": "2",
    }
