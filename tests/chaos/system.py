"""Everything that runs: two of each program behind balancers, Redis under sentinels, and the sandbox's world."""

from __future__ import annotations

import os
import random
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cli import probes
from cli.child_process import Program
from sandbox.twilio.settings import Account, TwilioSettings
from sandbox.world import World, WorldSettings
from tests.chaos.balancer import Balancer
from tests.chaos.plan import REPLICAS, Role
from tests.chaos.redis_servers import DATA_SERVERS, SENTINELS, WatchedServers
from tests.chaos.replica import Replica

if TYPE_CHECKING:
    from cli.child_process import WriteLog

_PUBLIC_URL: Final = "https://gateway.example"
"""Twilio opens streams to wss URLs only; the sandbox's Twilio knows where this host really is."""

# A program that listens nowhere has a module and no setting for its port.
_MODULES: Final[dict[Role, str]] = {
    "speech": "tests.chaos.ill_speech", "orchestrator": "orchestrator", "worker": "orchestrator", "gateway": "gateway",
}  # fmt: skip
_SETTINGS: Final[dict[Role, dict[str, str]]] = {"orchestrator": {"ROLE": "api"}, "worker": {"ROLE": "worker"}}
COUNTED: Final = frozenset[Role]({"gateway", "orchestrator", "worker"})
"""Whose tasks can be counted."""
_PORT_SETTINGS: Final[dict[Role, str]] = {
    "speech": "SPEECH_PORT", "orchestrator": "GRPC_PORT", "gateway": "HTTP_PORT",
}  # fmt: skip
HAND_OVER_PHONE: Final = "+821039990000"
_FIXED_PORTS: Final = range(20_000, 32_000)
_CALLS_PER_SECOND: Final = 50.0
_REPOSITORY: Final = Path(__file__).parents[2]


@dataclass(frozen=True)
class ChaosSystem:
    """Holds what runs.

    Attributes:
        world: Twilio, callees and the backend.
        gateway_url: where the backend finds the gateways.
        replicas: the programs.
        balancers: what stands in front of them.
    """

    world: World
    gateway_url: str
    replicas: dict[Role, list[Replica]]
    balancers: dict[Role, Balancer]


@asynccontextmanager
async def running(folder: Path, write_log: WriteLog, *, counted: bool = False) -> AsyncIterator[ChaosSystem]:
    """Starts everything; nothing of it is left at the end.

    Args:
        folder: for Redis' data; the programs run in it.
        write_log: takes a program's name and a line of its log.
        counted: whether the programs of `COUNTED` write to `NAME.tasks` in the folder, at each SIGUSR1, how many
            tasks they have.
    """
    async with AsyncExitStack() as stack:
        free = _free_ports(sum(REPLICAS[role] for role in _PORT_SETTINGS) + DATA_SERVERS + SENTINELS)
        redis = WatchedServers(folder, [free.pop() for _ in range(DATA_SERVERS + SENTINELS)])
        ports = {role: [free.pop() for _ in range(REPLICAS[role])] for role in _PORT_SETTINGS}
        balancers = {role: await stack.enter_async_context(Balancer(ports[role])) for role in ports}
        gateway_url = f"http://127.0.0.1:{balancers['gateway'].port}"
        twilio = TwilioSettings(
            public_urls={_PUBLIC_URL: gateway_url}, account=Account(cps=_CALLS_PER_SECOND, api_concurrency=1000)
        )
        world = await stack.enter_async_context(World(WorldSettings(twilio=twilio)))
        system = ChaosSystem(world, gateway_url, {role: [] for role in REPLICAS}, balancers)
        environment = _environment(world, balancers, redis.url)
        for program in redis.data_servers():
            await _start(system, "redis", program, write_log, stack)
        for program in redis.sentinels():
            await _keep(program, write_log, stack)
        await redis.until_watched()
        for role, module in _MODULES.items():
            for number in range(REPLICAS[role]):
                name, port = f"{role}-{number}", ports[role][number] if role in ports else None
                counting = [f"{__package__}.counted", f"{name}.tasks"] if counted and role in COUNTED else []
                settings = {**environment, **_SETTINGS.get(role, {})}
                program = Program(
                    name=name,
                    command=[sys.executable, "-m", *counting, module],
                    is_ready=_probe(role, port),
                    environment=settings if port is None else {**settings, _PORT_SETTINGS[role]: str(port)},
                    working_dir=folder,
                    stop_timeout=15.0,
                )
                await _start(system, role, program, write_log, stack)
        yield system


def _free_ports(count: int) -> list[int]:
    """Returns ports that nothing else will take while a program that is started again is away.

    They lie below those that the kernel gives to connections and to whoever asks for any port.
    """
    free: set[int] = set()
    while len(free) < count:
        port = random.SystemRandom().choice(_FIXED_PORTS)
        with socket.socket() as candidate, suppress(OSError):
            candidate.bind(("127.0.0.1", port))
            free.add(port)
    return list(free)


async def _start(system: ChaosSystem, role: Role, program: Program, write_log: WriteLog, stack: AsyncExitStack) -> None:
    replicas, balancer = system.replicas[role], system.balancers.get(role)
    backend = balancer.backends[len(replicas)] if balancer else None

    def up() -> None:
        if backend:
            backend.up = True

    def down() -> None:
        if backend:
            backend.take_down()

    replicas.append(await _keep(program, write_log, stack, on_up=up, on_down=down))


async def _keep(
    program: Program,
    write_log: WriteLog,
    stack: AsyncExitStack,
    *,
    on_up: Callable[[], None] = lambda: None,
    on_down: Callable[[], None] = lambda: None,
) -> Replica:
    replica = Replica(program, write_log, on_up=on_up, on_down=on_down)
    stack.push_async_callback(replica.end)
    await replica.start()
    return replica


def _probe(role: Role, port: int | None) -> Callable[[], Awaitable[bool]]:
    match role:
        case _ if port is None:
            return _at_once
        case "orchestrator":
            return partial(probes.orchestrator_serves, f"127.0.0.1:{port}")
        case "gateway":
            return partial(probes.gateway_is_healthy, f"http://127.0.0.1:{port}")
        case _:
            return partial(probes.accepts, "127.0.0.1", port)


async def _at_once() -> bool:
    return True


def _environment(world: World, balancers: dict[Role, Balancer], redis_url: str) -> dict[str, str]:
    account, speech = world.settings.twilio.account, f"127.0.0.1:{balancers['speech'].port}"
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(_REPOSITORY),
        "NO_PROXY": "127.0.0.1,localhost",
        "TWILIO_ACCOUNT_SID": account.sid,
        "TWILIO_AUTH_TOKEN": account.auth_token,
        "TWILIO_FROM_PHONE": min(account.numbers),
        "TWILIO_API_BASE_URL": world.twilio_url,
        "SPRING_BOOT_URL": world.result_url,
        "ALARM_URLS": world.alarm_url,
        "HAND_OVER_PHONE": HAND_OVER_PHONE,
        "PUBLIC_BASE_URL": _PUBLIC_URL,
        "REDIS_URL": redis_url,
        "REDIS_WAIT_REPLICAS": "1",
        "CALLS_PER_SECOND": f"{_CALLS_PER_SECOND:g}",
        "ORCHESTRATOR_URL": f"127.0.0.1:{balancers['orchestrator'].port}",
        "GRPC_STT_URL": speech,
        "GRPC_TTS_URL": speech,
        "EMBEDDINGS": "off",  # a replica is back in a second, as it must be when it is killed that often
        "FILLER_AFTER_SECONDS": "4",
        "ESPEAK_SPEED": "320",  # short sentences make short calls, and these are the more of them
        "SILENCE_TIMEOUT_SECONDS": "2",
        "LAST_WORDS_SECONDS": "2",
        "DRAIN_SECONDS": "2",
        "SPEECH_DRAIN_SECONDS": "1",
        "LOG_LEVEL": "INFO",
    }
