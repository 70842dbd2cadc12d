"""The whole system on one machine: Redis, speech server, orchestrator and gateway, wired together."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar

from cli import probes
from cli.child_process import Program
from cli.ports import ensure_free
from cli.processes import ProcessGroup

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping
    from pathlib import Path
    from types import TracebackType

    from cli.child_process import WriteLog
    from cli.embedded_redis import EmbeddedRedis

    IsReady = Callable[[], Awaitable[bool]]
    OnReady = Callable[[str, float], None]

Result = TypeVar("Result")

_STOP_SECONDS = 35.0  # longer than the programs drain unless told otherwise


@dataclass(frozen=True)
class Ports:
    """Where the programs listen on this machine; `speech` None: somebody else's speech servers are used."""

    gateway: int
    orchestrator: int
    speech: int | None


class System:
    """The programs, running. Use it in an `async with` block: it ends when all of them have ended.

    Attributes:
        gateway_url: Base URL of the gateway.
        orchestrator_address: The orchestrator's `host:port`.
    """

    def __init__(
        self,
        ports: Ports,
        environment: Mapping[str, str],
        *,
        redis: EmbeddedRedis | None,
        working_dir: Path,
        write_log: WriteLog,
        on_ready: OnReady,
        restarts_per_minute: int = 0,
    ) -> None:
        """Starts nothing yet.

        Args:
            ports: Where to listen.
            environment: The programs' environment; how they find one another is added to it.
            redis: The server to start; None if the environment names one.
            working_dir: Where the programs run, and look for `.env`.
            write_log: Called with a program's name and a line of its log.
            on_ready: Called with a program's name, and the seconds since the start, when it is ready.
            restarts_per_minute: How often a program that ended by itself is started again.
        """
        self.gateway_url = f"http://127.0.0.1:{ports.gateway}"
        self.orchestrator_address = f"127.0.0.1:{ports.orchestrator}"
        self._ports = ports
        self._environment = environment
        self._redis = redis
        self._working_dir = working_dir
        self._on_ready = on_ready
        self._processes = ProcessGroup(write_log, restarts_per_minute=restarts_per_minute)
        self._stack = AsyncExitStack()

    async def wait(self) -> NoReturn:
        """Waits until a program has ended for good.

        Raises:
            ProgramFailedError: Always.
        """
        await self._processes.wait()

    async def guard(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Does some work that needs all programs; gives it up when one of them has ended.

        Raises:
            ProgramFailedError: One has ended.
        """
        watch, job = asyncio.create_task(self.wait()), asyncio.create_task(work)
        try:
            await asyncio.wait({watch, job}, return_when=asyncio.FIRST_COMPLETED)
            return await (watch if watch.done() else job)
        finally:
            watch.cancel()
            job.cancel()
            await asyncio.gather(watch, job, return_exceptions=True)

    async def __aenter__(self) -> Self:
        """Starts all programs at once and waits until each is ready.

        Raises:
            CommandError: A port is taken, the data directory is in use, the disk is full, or a program failed.
        """
        self._ensure_ports_are_free()
        async with AsyncExitStack() as stack:
            if self._redis is not None:
                self._redis.open()
                stack.callback(self._redis.close)
            await stack.enter_async_context(self._processes)
            await self._processes.start(*self._programs())
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def _ensure_ports_are_free(self) -> None:
        ensure_free(self._ports.gateway, "HTTP_PORT")
        ensure_free(self._ports.orchestrator, "GRPC_PORT")
        if self._ports.speech is not None:
            ensure_free(self._ports.speech, "SPEECH_PORT")

    def _programs(self) -> list[Program]:
        """Returns what to start: first what the others need longest when all are stopped."""
        began = time.monotonic()
        programs = [self._redis_program(self._redis, began)] if self._redis else []
        if self._ports.speech is not None:
            programs.append(self._program("speech", partial(probes.accepts, "127.0.0.1", self._ports.speech), began))
        orchestrator_serves = partial(probes.orchestrator_serves, self.orchestrator_address)
        gateway_is_healthy = partial(probes.gateway_is_healthy, self.gateway_url)
        return [
            *programs,
            self._program("orchestrator", orchestrator_serves, began),
            self._program("gateway", gateway_is_healthy, began),
        ]

    def _program(self, name: str, is_ready: IsReady, began: float) -> Program:
        return Program(
            name=name,
            command=[sys.executable, "-P", "-m", name],
            is_ready=self._telling(name, is_ready, began),
            environment={**self._environment, **self._wiring()},
            working_dir=self._working_dir,
            stop_timeout=_STOP_SECONDS,
        )

    def _redis_program(self, redis: EmbeddedRedis, began: float) -> Program:
        return Program(
            name="redis",
            command=redis.command,
            is_ready=self._telling("redis", partial(asyncio.to_thread, redis.answers), began),
            environment={},
            working_dir=redis.data_dir,
            inherited_fds=redis.inherited_fds,
            start_timeout=redis.start_timeout,
        )

    def _wiring(self) -> dict[str, str]:
        """Returns how the programs find one another."""
        wiring = {
            "HTTP_PORT": str(self._ports.gateway),
            "GRPC_PORT": str(self._ports.orchestrator),
            "ORCHESTRATOR_URL": self.orchestrator_address,
        }
        if self._redis is not None:
            wiring["REDIS_URL"] = self._redis.url
        if self._ports.speech is not None:
            wiring["SPEECH_PORT"] = str(self._ports.speech)
            for name in ("GRPC_STT_URL", "GRPC_TTS_URL"):
                wiring[name] = self._environment.get(name) or f"127.0.0.1:{self._ports.speech}"
        return wiring

    def _telling(self, name: str, is_ready: IsReady, began: float) -> IsReady:
        async def told() -> bool:
            ready = await is_ready()
            if ready:
                self._on_ready(name, time.monotonic() - began)
            return ready

        return told
