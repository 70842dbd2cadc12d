"""Two of each program that talks, behind a load balancer: what a call needs to outlive the death of any of them."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from cli.embedded_redis import EmbeddedRedis
from cli.ports import free_ports
from cli.system import Ports, System
from sandbox.twilio.settings import Network, TwilioSettings
from sandbox.world import World, WorldSettings
from tests.e2e.balancer import Balancer
from tests.fakes.openai_server import ScriptedOpenAi, ScriptedReply
from tests.running_programs import programs_in

PUBLIC_URL = "https://gateway.example"
FALLBACK_URL = "https://fallback.example"
THINKING_SECONDS = 1.2


class Replica(System):
    """A system whose gateway knows the orchestrators of the others, too."""

    orchestrators: tuple[int, ...] = ()

    def _wiring(self) -> dict[str, str]:
        addresses = ",".join(f"127.0.0.1:{port}" for port in self.orchestrators)
        return {**super()._wiring(), "ORCHESTRATOR_URL": addresses}


@dataclass(frozen=True)
class Place:
    """Where one of the two runs.

    Attributes:
        folder: its programs' working directory.
        metrics: port of the orchestrator's metrics.
        model: the language model that only its orchestrator asks.
    """

    folder: Path
    ports: Ports
    metrics: int
    model: ScriptedOpenAi

    def signal(self, program: str, number: signal.Signals) -> None:
        """Sends a signal to a program and to what it has started."""
        os.killpg(os.getpgid(programs_in(self.folder)[program]), number)

    @property
    def questions(self) -> int:
        """How often the language model was asked for an answer."""
        return sum("response_format" not in request for request in self.model.requests)

    async def open_streams(self) -> float:
        """How many streams its orchestrator has open."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{self.metrics}/metrics") as response,
        ):
            lines = (await response.text()).splitlines()
        return sum(float(line.split()[1]) for line in lines if line.startswith("calling_streams_open "))


@dataclass(frozen=True)
class Fleet:
    """What is running.

    Attributes:
        twilio: what the telephone network comes through, if anything.
        url: where the backend finds the gateways, by a way of its own.
    """

    world: World
    places: tuple[Place, Place]
    twilio: Balancer
    url: str

    async def streaming(self) -> Place:
        """Whose orchestrator has the stream open."""
        first, second = self.places
        return first if await first.open_streams() else second

    @property
    def connected(self) -> Place:
        """Whose gateway the telephone network is connected to."""
        return max(self.places, key=lambda place: self.twilio.open[place.ports.gateway])

    async def thinking(self) -> Place:
        """Waits until a language model is asked; returns whose orchestrator does."""
        before = [place.questions for place in self.places]
        while True:
            for place, questions in zip(self.places, before, strict=True):
                if place.questions > questions:
                    return place
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running_fleet(folder: Path, *, balanced: bool = True, **environment: str) -> AsyncIterator[Fleet]:
    """Starts everything, and again what was killed. Phone time is real time.

    Args:
        folder: where everything is kept.
        balanced: the telephone network's way to the gateways is a load balancer; else each has a host name of its own.
        environment: of the programs.
    """
    *numbers, speech = free_ports(7)
    first = Ports(numbers[0], numbers[1], speech)
    second = Ports(numbers[2], numbers[3], None)
    async with AsyncExitStack() as stack:
        backend = await stack.enter_async_context(Balancer(first.gateway, second.gateway))
        both = (first.gateway, second.gateway)
        twilio = await stack.enter_async_context(Balancer(*both))
        public = {
            PUBLIC_URL: f"http://127.0.0.1:{twilio.port if balanced else first.gateway}",
            FALLBACK_URL: f"http://127.0.0.1:{second.gateway}",
        }
        twilio_settings = TwilioSettings(public_urls=public, network=Network(dial_s=0.1, ring_s=0.2))
        world = await stack.enter_async_context(World(WorldSettings(twilio=twilio_settings)))
        redis = EmbeddedRedis(folder / "redis")
        places = []
        for number, (ports, metrics) in enumerate(zip((first, second), numbers[4:], strict=True)):
            answer = ScriptedReply(pieces=("그건 제가 알지 못해요.",), delay=THINKING_SECONDS)
            model = await stack.enter_async_context(ScriptedOpenAi(answer, by_schema={}))
            place = Place(folder / str(number), ports, metrics, model)
            place.folder.mkdir()
            wired = {**_environment(world, place), "GRPC_STT_URL": f"127.0.0.1:{speech}",
                     "GRPC_TTS_URL": f"127.0.0.1:{speech}", **environment}  # fmt: skip
            if number:
                wired["REDIS_URL"] = redis.url
            system = Replica(
                ports,
                wired,
                redis=None if number else redis,
                working_dir=place.folder,
                write_log=_log(folder / f"{number}.log"),
                on_ready=lambda _name, _seconds: None,
                restarts_per_minute=9,
            )
            system.orchestrators = (first.orchestrator, second.orchestrator)
            await stack.enter_async_context(system)
            places.append(place)
        yield Fleet(world, (places[0], places[1]), twilio, f"http://127.0.0.1:{backend.port}")


def _environment(world: World, place: Place) -> dict[str, str]:
    account = world.settings.twilio.account
    return {
        "PATH": os.environ["PATH"],
        "TWILIO_ACCOUNT_SID": account.sid,
        "TWILIO_AUTH_TOKEN": account.auth_token,
        "TWILIO_FROM_PHONE": min(account.numbers),
        "TWILIO_API_BASE_URL": world.twilio_url,
        "SPRING_BOOT_URL": world.result_url,
        "PUBLIC_BASE_URL": PUBLIC_URL,
        "FALLBACK_BASE_URL": FALLBACK_URL,
        "OPENAI_API_KEY": "key",
        "OPENAI_BASE_URL": place.model.base_url,
        "METRICS_PORT": str(place.metrics),
        "LAST_WORDS_SECONDS": "1",
        "DRAIN_SECONDS": "1",
        "SPEECH_DRAIN_SECONDS": "1",
    }


def _log(path: Path) -> Callable[[str, str], None]:
    def write(name: str, line: str) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{name} {line}\n")

    return write
