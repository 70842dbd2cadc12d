"""How long a person was listened to, remembered."""

from __future__ import annotations

from typing import Protocol


class PauseMemory(Protocol):
    """Remembers from call to call how long a person's pauses are, in seconds of silence that end a turn."""

    async def pause(self, person_id: str) -> float | None:
        """Returns what proved right in the person's last call; None if nothing is known.

        Raises:
            StoreUnavailable
        """
        ...

    async def remember(self, person_id: str, pause: float) -> None:
        """Remembers a pause.

        Raises:
            StoreUnavailable
        """
        ...

    async def forget(self, person_id: str) -> None:
        """Erases what is known of a person.

        Raises:
            StoreUnavailable
        """
        ...
