"""A worker of docket: attends to what is woken, and sweeps for what was not.

The sweep is the worker's own and no task of docket's: what is due is done though docket may have lost all it knew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Final

from docket import Docket, ExponentialRetry, Retry, Worker

from observability import log
from orchestrator.adapters.docket.alarm_clock import means_gone, open_docket
from orchestrator.dialogue.due_work import DueWork
from orchestrator.dialogue.ports.alarm_clock import AlarmClock
from orchestrator.dialogue.ports.store import Due, DueKind

logger = log.get(__name__)

SWEEP_EVERY: Final = timedelta(seconds=1)
"""Between two looks for overdue work: by so much, work that waited for its time is late."""

REDELIVERED_AFTER: Final = timedelta(seconds=5)
"""After which another worker takes what a dead one was doing; the living renew their leases."""

_TRIED_AGAIN = ExponentialRetry(attempts=None, minimum_delay=timedelta(seconds=1), maximum_delay=timedelta(seconds=60))
_RECONNECT = timedelta(seconds=0.5)


class _Failed(Exception):
    """The work is still due."""


class DocketWorker:
    """Works until stopped."""

    def __init__(self, url: str, work: DueWork, alarm_clock: AlarmClock, *, at_once: int = 50) -> None:
        """Makes it.

        Args:
            url: of Redis, as `REDIS_URL` has it.
            work: what is due.
            alarm_clock: is told of what is overdue.
            at_once: pieces of work done at the same time.
        """
        self._url = url
        self._work = work
        self._alarm_clock = alarm_clock
        self._at_once = at_once
        self._stop = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    async def stop(self, grace: float) -> None:
        """Takes no more work, and waits for what was taken, `grace` seconds at most."""
        self._stop.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self._idle.wait()

    async def run(self) -> None:
        """Works until stopped, also through outages of Redis; what is not done when cancelled, another worker does."""
        self._idle.clear()
        try:
            async with asyncio.TaskGroup() as group:
                sweeping = group.create_task(self._sweep(), name="sweep")
                while not self._stop.is_set():
                    await self._connected(self._with_docket)
                sweeping.cancel()
        finally:
            self._idle.set()

    async def _sweep(self) -> None:
        """Wakes what is overdue, again and again; what is awake already is not woken twice."""
        while True:
            await self._work.sweep(self._alarm_clock)
            await asyncio.sleep(SWEEP_EVERY.total_seconds())

    async def _connected(self, use: Callable[[], Awaitable[None]]) -> None:
        """Does something with Redis; returns a little after Redis was lost."""
        try:
            await use()
        except Exception as error:
            if not means_gone(error):
                raise
            logger.warning("worker_interrupted", error=type(error).__name__)
            await asyncio.sleep(_RECONNECT.total_seconds())

    async def _with_docket(self) -> None:
        """Works until stopped. The docket outlives its worker: it knows nodes of a cluster that its URL does not."""
        async with open_docket(self._url) as docket:
            docket.register(self.attend)
            while not self._stop.is_set():
                await self._connected(partial(self._with_worker, docket))

    async def _with_worker(self, docket: Docket) -> None:
        async with Worker(
            docket,
            concurrency=self._at_once,
            redelivery_timeout=REDELIVERED_AFTER,
            reconnection_delay=_RECONNECT,
        ) as worker:
            running = asyncio.create_task(worker.run_forever(), name="docket-worker")
            stopping = asyncio.create_task(self._stop.wait(), name="docket-stop")
            try:
                await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                stopping.cancel()
                running.cancel()  # docket takes this as the wish to finish what runs
                (outcome, _) = await asyncio.gather(running, stopping, return_exceptions=True)
            if isinstance(outcome, Exception):
                raise outcome

    # Docket knows it by its name.

    async def attend(self, kind: str, consultation_id: str, _retry: Retry = _TRIED_AGAIN) -> None:
        """Attends to a piece of work; docket tries it again if it failed."""
        if not await self._work.attend(Due(DueKind(kind), consultation_id)):
            raise _Failed
