"""The whole system with two orchestrators, in both ways in which they can be split, and phones that many people own."""

import asyncio
import json
import os
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from cli import probes
from cli.child_process import Program
from cli.embedded_redis import EmbeddedRedis
from cli.ports import free_ports
from cli.processes import ProcessGroup
from cli.system import Ports, System
from sandbox.twilio.call import Call
from sandbox.twilio.settings import Account, TwilioSettings
from sandbox.twilio.subscriber import Subscriber
from sandbox.world import World, WorldSettings
from tests.running_programs import programs_in

PUBLIC_URL = "https://gateway.example"
MOST_CALLS = 6

Split = tuple[tuple[str, ...], ...]
SPLITS: dict[str, Split] = {"all": (("all",), ("all",)), "api and worker": (("api",), ("worker", "worker"))}
"""Roles of the orchestrators: those that serve the first gateway's calls, and the others, which are killed too."""


class Phones(dict[str, Subscriber]):
    """Who takes the calls to each number, one after the other; the last one takes all that follow."""

    def __init__(self) -> None:
        super().__init__()
        self._next: dict[str, deque[Subscriber]] = {}

    def belongs(self, number: str, people: Iterable[Subscriber]) -> None:
        """Names who takes the calls to a number."""
        self._next[number] = deque(people)

    def get(self, number: str, default: Any = None) -> Any:
        """Returns who takes the next call."""
        people = self._next.get(number)
        if not people:
            return default
        return people.popleft() if len(people) > 1 else people[0]


@dataclass(frozen=True)
class CampaignSystem:
    """What is running.

    Attributes:
        folders: where an orchestrator runs each.
        session: for requests to the gateway.
        phones: who takes calls.
    """

    world: World
    folders: tuple[Path, ...]
    session: aiohttp.ClientSession
    phones: Phones

    def kill_orchestrator(self, number: int) -> None:
        """Kills one of the orchestrators at once; it is started again."""
        os.killpg(os.getpgid(programs_in(self.folders[number])["orchestrator"]), signal.SIGKILL)

    def calls_to(self, number: str) -> list[Call]:
        """All calls to a number, in order: the telephone network's own record."""
        return [call for call in reversed(self.world.twilio.newest_first()) if call.request.to == number]

    async def post(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        """Asks for something until it is answered, as the backend does."""
        while True:
            async with self.session.post(path, json=body or {}, headers=headers) as answer:
                if answer.status < 300:
                    return dict(await answer.json())
                assert answer.status in {429, 503, 504}, await answer.text()
            await asyncio.sleep(0.2)

    async def follow(self, campaign_id: str, events: list[dict[str, Any]]) -> None:
        """Collects what happens until the campaign is over; resumes a watch that breaks."""
        path = f"/api/campaigns/{campaign_id}/events"
        while not (events and events[-1].get("campaign", {}).get("end_time")):
            resuming = {"Last-Event-ID": events[-1]["cursor"]} if events else {}
            async with self.session.get(path, headers=resuming) as stream:
                async for line in stream.content:
                    events += _events(line)


def _events(line: bytes) -> list[dict[str, Any]]:
    """Returns the event whose data a line of server-sent events holds, if it does."""
    holds = line.startswith(b"data: {") and b'"cursor"' in line
    return [json.loads(line.removeprefix(b"data: "))] if holds else []


@asynccontextmanager
async def running_campaigns(folder: Path, split: Split) -> AsyncIterator[CampaignSystem]:
    """Starts everything, and again what was killed."""
    first, others = split
    gateway, speech, *ports = free_ports(2 + len(first) + len(others))
    public = {PUBLIC_URL: f"http://127.0.0.1:{gateway}"}
    twilio = TwilioSettings(public_urls=public, account=Account(cps=100, api_concurrency=1000))
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(World(WorldSettings(twilio=twilio)))
        world.twilio.subscribers = phones = Phones()
        redis = EmbeddedRedis(folder / "redis")
        places = [folder / str(number) for number in range(1 + len(others))]
        for place in places:
            place.mkdir()
        serving = [port for port, role in zip(ports, (*first, *others), strict=True) if role != "worker"]
        system = _ServedByAll(
            Ports(gateway, ports[0], speech),
            {**_environment(world), "ROLE": first[0]},
            redis=redis,
            working_dir=places[0],
            write_log=_log(folder / "log"),
            on_ready=lambda _name, _seconds: None,
            restarts_per_minute=5,
        )
        system.orchestrators = serving
        await stack.enter_async_context(system)
        group = await stack.enter_async_context(ProcessGroup(_log(folder / "log"), restarts_per_minute=5))
        wiring = {"REDIS_URL": redis.url} | dict.fromkeys(("GRPC_STT_URL", "GRPC_TTS_URL"), f"127.0.0.1:{speech}")
        for place, role, port in zip(places[1:], others, ports[len(first) :], strict=True):
            own = {"ROLE": role, "GRPC_PORT": str(port), "HEALTH_PORT": str(port)}
            await group.start(_orchestrator(place, port, {**_environment(world), **wiring, **own}))
        session = aiohttp.ClientSession(system.gateway_url, timeout=aiohttp.ClientTimeout(total=120))
        await stack.enter_async_context(session)
        yield CampaignSystem(world, tuple(places), session, phones)


class _ServedByAll(System):
    """A system whose gateway knows all orchestrators that serve."""

    orchestrators: Iterable[int] = ()

    def _wiring(self) -> dict[str, str]:
        addresses = ",".join(f"127.0.0.1:{port}" for port in self.orchestrators)
        return {**super()._wiring(), "ORCHESTRATOR_URL": addresses}


def _orchestrator(place: Path, port: int, environment: dict[str, str]) -> Program:
    return Program(
        name=f"orchestrator-{place.name}",
        command=[sys.executable, "-P", "-m", "orchestrator"],
        is_ready=partial(probes.accepts, "127.0.0.1", port),
        environment=environment,
        working_dir=place,
    )


def _environment(world: World) -> dict[str, str]:
    account = world.settings.twilio.account
    return {
        "PATH": os.environ["PATH"],
        "TWILIO_ACCOUNT_SID": account.sid,
        "TWILIO_AUTH_TOKEN": account.auth_token,
        "TWILIO_FROM_PHONE": min(account.numbers),
        "TWILIO_API_BASE_URL": world.twilio_url,
        "SPRING_BOOT_URL": world.result_url,
        "PUBLIC_BASE_URL": PUBLIC_URL,
        "EMBEDDINGS": "off",
        "LAST_WORDS_SECONDS": "1",
        "DRAIN_SECONDS": "1",
        "SPEECH_DRAIN_SECONDS": "1",
        "CALLS_PER_SECOND": "20",
        "MOST_CALLS": str(MOST_CALLS),
        "SHORTEST_RETRY_SECONDS": "1",
    }


def _log(path: Path) -> Callable[[str, str], None]:
    def write(name: str, line: str) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{name} {line}\n")

    return write
