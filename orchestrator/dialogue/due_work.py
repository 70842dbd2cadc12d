"""Does what is due: dialling, checking, concluding, delivering, erasing. Records in the store say what is due and when.

Work is claimed with a lease: what a dead replica left undone, another one does when the lease has run out. So every
handler may be called twice for the same work and must find out by the record whether anything is left to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from orchestrator.dialogue.ports.store import ConsultationStore, Due, DueKind
from orchestrator.domain.errors import ConsultationNotFound, StoreUnavailable

Handler = Callable[[str], Awaitable[object]]
OnFailure = Callable[[Due, BaseException], None]


class DueWork:
    """Claims due work and hands it to its handlers.

    Attributes:
        stopping: nothing more is claimed.
    """

    def __init__(
        self,
        store: ConsultationStore,
        handlers: Mapping[DueKind, Handler],
        on_failure: OnFailure,
        *,
        poll: float = 1.0,
        lease: float = 60.0,
        at_once: int = 50,
    ) -> None:
        """Makes it.

        Args:
            store: says what is due.
            handlers: one a kind; called with the consultation's id.
            on_failure: told about work that failed; it is due again when its lease has run out.
            poll: seconds between two looks, if nobody nudges.
            lease: seconds a piece of work may take.
            at_once: pieces of work done at the same time.
        """
        self._store = store
        self._handlers = handlers
        self._on_failure = on_failure
        self._poll = poll
        self._lease = lease
        self._slots = asyncio.Semaphore(at_once)
        self._at_once = at_once
        self._nudged = asyncio.Event()
        self._running = 0
        self.stopping = False

    def nudge(self) -> None:
        """Says that something may have become due just now."""
        self._nudged.set()

    def stop(self) -> None:
        """Claims nothing more; `run` returns when what was claimed is done."""
        self.stopping = True
        self._nudged.set()

    async def run(self) -> None:
        """Works until stopped; if cancelled, what is not done is due again when its lease has run out."""
        async with asyncio.TaskGroup() as group:
            while not self.stopping:
                self._nudged.clear()
                for due in await self._claim():
                    await self._slots.acquire()
                    group.create_task(self._do(due), name=f"due:{due.kind}")
                if not self.stopping:
                    await self._rest()

    async def _claim(self) -> tuple[Due, ...]:
        free = self._at_once - self._running
        if free <= 0:
            return ()
        try:
            return await self._store.claim_due(limit=free, lease=self._lease)
        except StoreUnavailable:
            return ()

    async def _do(self, due: Due) -> None:
        self._running += 1
        try:
            async with asyncio.timeout(self._lease):
                await self._handlers[due.kind](due.consultation_id)
        except ConsultationNotFound:
            pass  # erased meanwhile
        except Exception as error:  # noqa: BLE001 - one broken record must not stop the others
            self._on_failure(due, error)
        finally:
            self._running -= 1
            self._slots.release()
            if self._running == self._at_once - 1:
                self._nudged.set()  # what did not find a place is looked for again

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._poll):
                await self._nudged.wait()
        except TimeoutError:
            pass
