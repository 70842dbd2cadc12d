"""What happens in the sandbox, as it happens: for displays."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal, Self

EventKind = Literal[
    "dialling",
    "ringing",
    "answered",
    "announced",
    "agent_said",
    "callee_said",
    "keys_pressed",
    "recorded",
    "put_through",
    "alarmed",
    "ended",
    "delivered",
]


@dataclass(frozen=True, slots=True)
class Event:
    """Describes one thing that happened.

    Attributes:
        kind: what happened.
        call_sid: in which call; None for a delivery to the backend.
        line_s: phone seconds since the call was answered; None before, and outside of calls.
        text: the words said or the keys pressed, else empty.
        details: more, by name: `seconds` of speech, `status` of a call that ended, and so on.
    """

    kind: EventKind
    call_sid: str | None
    line_s: float | None = None
    text: str = ""
    details: dict[str, Any] = field(default_factory=dict)


class Subscription:
    """Iterates over events from the moment of its making on; ends with its `with` block, or when the sandbox closes."""

    def __init__(self, subscriptions: "set[Subscription]") -> None:
        self._subscriptions = subscriptions
        self._waiting: asyncio.Queue[Event | None] = asyncio.Queue()
        subscriptions.add(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._subscriptions.discard(self)
        self.offer(None)

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        event = await self._waiting.get()
        if event is None:
            self._waiting.put_nowait(None)
            raise StopAsyncIteration
        return event

    def offer(self, event: Event | None) -> None:
        """Takes an event; None is the end."""
        self._waiting.put_nowait(event)


class Events:
    """Hands every event to every subscriber."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self._closed = False

    def publish(self, event: Event) -> None:
        """Tells all subscribers."""
        for subscription in self._subscriptions:
            subscription.offer(event)

    def subscribe(self) -> Subscription:
        """Returns the events from now on; use it in a `with` block."""
        subscription = Subscription(self._subscriptions)
        if self._closed:
            subscription.offer(None)
        return subscription

    def close(self) -> None:
        """Ends all subscriptions after what they have not read yet."""
        self._closed = True
        for subscription in self._subscriptions:
            subscription.offer(None)
