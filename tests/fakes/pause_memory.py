"""A memory of pauses in a dictionary."""

from __future__ import annotations


class InMemoryPauseMemory:
    """Remembers for ever.

    Attributes:
        pauses: in seconds, by person.
        error: raised by every method.
    """

    def __init__(self) -> None:
        self.pauses: dict[str, float] = {}
        self.error: Exception | None = None

    async def pause(self, person_id: str) -> float | None:
        self._fail()
        return self.pauses.get(person_id)

    async def remember(self, person_id: str, pause: float) -> None:
        self._fail()
        self.pauses[person_id] = pause

    async def forget(self, person_id: str) -> None:
        self._fail()
        self.pauses.pop(person_id, None)

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error
