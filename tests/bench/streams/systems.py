"""What is loaded: our programs, a Pipecat bot, and the floor under both; each alone on the system's core."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from audio import TELEPHONE_HZ, mulaw
from cli.embedded_redis import EmbeddedRedis
from cli.ports import free_ports
from cli.system import Ports, System
from tests.bench.phone_stub import ACCOUNT, TOKEN
from tests.bench.streams.decision import decided_after
from tests.bench.streams.engines import AT_ONCE, Delays
from tests.bench.streams.measurement import SYSTEM_CORE, WORLD_CORE, Target
from tests.bench.streams.phone_network import phone_network
from tests.bench.streams.pipecat_environment import pipecat_python
from tests.bench.streams.programs import on_cores, started
from tests.bench.streams.reference_server import SENTENCE_SECONDS, STOP_SECONDS
from tests.bench.streams.utterances import INTERRUPTION_SECONDS, WAIT_A_MOMENT, speech
from tests.running_programs import programs_in

_QUESTIONS: Final = 40
_PIPECAT_STOP_SECONDS: Final = 0.2
"""`VADParams.stop_secs`, Pipecat's default."""


@asynccontextmanager
async def reference() -> AsyncIterator[Target]:
    """The least that answers."""
    async with started("-m", "tests.bench.streams.reference_server", core=SYSTEM_CORE) as program:
        yield Target("floor", program.said, (program.pid,), STOP_SECONDS)


@asynccontextmanager
async def pipecat(folder: Path, delays: Delays = AT_ONCE) -> AsyncIterator[Target]:
    """A minimal Pipecat bot with engines of its own that take as long as is said.

    Raises:
        NoPipecat: it cannot be installed here.
    """
    sentence = folder / "sentence.raw"
    sentence.write_bytes(mulaw.decode(speech()[: round(SENTENCE_SECONDS * TELEPHONE_HZ)]).tobytes())
    bot = str(Path(__file__).with_name("pipecat_bot.py"))
    arguments = (bot, str(sentence), *delays.arguments)
    async with started(*arguments, python=pipecat_python(), core=SYSTEM_CORE) as program:
        yield Target("Pipecat 1.14", program.said, (program.pid,), _PIPECAT_STOP_SECONDS)


@asynccontextmanager
async def ours(folder: Path, delays: Delays = AT_ONCE, name: str = "ours", **settings: str) -> AsyncIterator[Target]:
    """Gateway, orchestrator and Redis, with the simulated engines on the world's core."""
    gateway, orchestrator = free_ports(2)
    async with (
        phone_network() as phone,
        started("-m", "tests.bench.streams.engines", *delays.arguments, core=WORLD_CORE) as engines,
    ):
        system = System(
            Ports(gateway, orchestrator, None),
            _environment(f"http://127.0.0.1:{gateway}", phone, json.loads(engines.said)) | settings,
            redis=EmbeddedRedis(folder / "redis"),
            working_dir=folder,
            write_log=lambda _name, _line: None,
            on_ready=lambda _name, _seconds: None,
        )
        with on_cores(SYSTEM_CORE):
            await system.__aenter__()
        try:
            pids = tuple(programs_in(folder).values())
            yield Target(
                name,
                system.gateway_url,
                pids,
                order=_order(),
                decides_after=decided_after(WAIT_A_MOMENT, INTERRUPTION_SECONDS),
            )
        finally:
            await system.__aexit__(None, None, None)


def _environment(public_url: str, phone: str, engines: dict[str, str]) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM_PHONE": "+15005550006",
        "TWILIO_API_BASE_URL": phone,
        "CALLS_PER_SECOND": "0",
        "PUBLIC_BASE_URL": public_url,
        "GRPC_STT_URL": engines["speech"],
        "GRPC_TTS_URL": engines["speech"],
        "OPENAI_API_KEY": "bench",
        "OPENAI_BASE_URL": engines["language_model"],
        "DRAIN_SECONDS": "1",
        "LOG_LEVEL": "WARNING",
    }


def _order() -> dict[str, Any]:
    """Returns a consultation with more questions than are reached."""
    return {
        "vulnerable_id": "",
        "s_index": 1,
        "q_id": "",
        "name": "홍길동",
        "phone": "010-1234-5678",
        "gender": "M",
        "birth_date": "1941-03-02",
        "address": {"state": "", "city": "", "address1": "", "address2": ""},
        "question_list": [
            {"text": f"{n}번째로, 요즘 식사는 잘 하고 계세요?", "expected_answer": []} for n in range(_QUESTIONS)
        ],
        "vulnerabilities": {"risk_list": [], "desire_list": []},
        "conversation_mode": "stream",
    }
