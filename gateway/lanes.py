"""How much the gateway asks of the orchestrator at once. Live calls have a lane of their own: no read slows them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gateway.errors import OverloadedError

RETRY_SECONDS = 1.0


class Lane:
    """Requests under way; one more than may be is refused at once, since a queue would only make all of them late."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._under_way = 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Takes a place for one request.

        Raises:
            OverloadedError: There is none.
        """
        if self._under_way >= self._most:
            raise OverloadedError("The gateway is busy. Try again later.", retry_delay_seconds=RETRY_SECONDS)
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1


@dataclass(frozen=True)
class LaneWidths:
    """How many requests may be under way in each lane."""

    calls: int = 1000
    """Twilio's webhooks, and the audio it fetches."""
    api: int = 64
    """What the backend and operators ask."""
    watches: int = 256
    """Event streams, each open for as long as its consultation lasts."""
