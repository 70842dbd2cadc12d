"""Docket as the port `AlarmClock`: work that is due at once goes into its queue, in the same Redis as the records."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from datetime import timedelta

from docket import Docket
from redis.exceptions import RedisClusterException, RedisError

from observability import log
from orchestrator.adapters.docket.of_any_node import DocketOfAnyNode
from orchestrator.adapters.redis.client import was_closed_while_writing
from orchestrator.adapters.redis.keys import JOBS
from orchestrator.dialogue.ports.store import Due
from orchestrator.domain.errors import StoreUnavailable

logger = log.get(__name__)
# Tasks that fail are reported by who attends to them.
logging.getLogger("docket.dependencies").setLevel(logging.CRITICAL)

_PATIENCE = 1.0  # seconds that a wake may hold up who made something due
_GONE = (RedisError, RedisClusterException, OSError, TimeoutError)


def open_docket(url: str) -> Docket:
    """Returns the queue, still to be entered.

    Args:
        url: as `redis.client.open_client` takes it. Docket pickles arguments: whoever may write to this Redis may run
            code in the workers, so it is to be reached by nobody else.
    """
    return DocketOfAnyNode(name=JOBS, url=url, execution_ttl=timedelta(0))  # the records say what became of it


def means_gone(error: Exception) -> bool:
    """Whether docket's error says no more than that Redis is not there; several tasks of it may say so at once."""
    if isinstance(error, ExceptionGroup):
        return all(map(means_gone, error.exceptions))
    return isinstance(error, _GONE) or was_closed_while_writing(error)


async def attend(kind: str, consultation_id: str) -> None:
    """Names the task; a worker puts what it does in its place."""


class DocketAlarmClock:
    """Puts work into the queue, under the work's name: while it waits or is done, the same again is nothing new."""

    def __init__(self, url: str) -> None:
        """Makes it.

        Args:
            url: of Redis, as `REDIS_URL` has it.
        """
        self._url = url
        self._docket: Docket | None = None
        self._stack = AsyncExitStack()

    async def open(self) -> None:
        """Connects; until then, and after `close`, wakes are lost.

        Raises:
            StoreUnavailable
        """
        if self._docket is not None:
            return
        try:
            self._docket = await self._stack.enter_async_context(open_docket(self._url))
        except Exception as error:
            if not means_gone(error):
                raise
            raise StoreUnavailable from error

    async def close(self) -> None:
        """Disconnects."""
        self._docket = None
        await self._stack.aclose()

    async def wake(self, due: Due) -> None:
        """Has a worker attend to a piece of work."""
        if self._docket is None:
            return
        try:
            async with asyncio.timeout(_PATIENCE):
                add = self._docket.add(attend, key=f"{due.kind}:{due.consultation_id}")
                await add(due.kind.value, due.consultation_id)
        except Exception as error:
            if not means_gone(error):
                raise
            logger.warning("wake_lost", kind=due.kind, error=type(error).__name__)
