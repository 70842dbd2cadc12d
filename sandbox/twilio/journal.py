"""Everything that went over the wire between Twilio and the application, and what was wrong with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, Literal

Direction = Literal["to_twilio", "from_twilio"]
Purpose = Literal[
    "rest", "voice", "action", "redirect", "fallback", "play", "status", "recording_status", "machine_detection",
    "stream", "stream_status",
]  # fmt: skip
Level = Literal["error", "warning"]


@dataclass(kw_only=True)
class Exchange:
    """Describes one HTTP request, or WebSocket handshake, and what was answered.

    Attributes:
        direction: who asked: the application (`to_twilio`, the REST API) or Twilio.
        purpose: what for.
        method: GET, POST or DELETE.
        url: as given, before any mapping to a local address.
        call_sid: which call it belongs to; None if to none.
        parameters: form fields, each with all its values.
        headers: of the request, without credentials.
        attempt: 1 for the first try, 2 for Twilio's first retry, and so on.
        at: real time at which it began (UTC).
        line_s: phone seconds since the call was answered at which it began; None before, and for REST.
        status: of the answer; None if there was none.
        real_ms: real milliseconds until the answer was complete.
        failure: why there was no usable answer; None if there was one.
        answer: body of the answer, for webhooks; None for audio and REST.
    """

    direction: Direction
    purpose: Purpose
    method: str
    url: str
    call_sid: str | None = None
    parameters: dict[str, list[str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    attempt: int = 1
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    line_s: float | None = None
    status: int | None = None
    real_ms: float | None = None
    failure: str | None = None
    answer: str | None = None

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Measures how long the exchange takes."""
        began = perf_counter()
        try:
            yield
        finally:
            self.real_ms = round((perf_counter() - began) * 1000, 3)


@dataclass(frozen=True, kw_only=True)
class Breach:
    """Describes a breach of Twilio's rules by the application.

    Attributes:
        code: Twilio's error code; None for a limit of this sandbox.
        level: an error ends or diverts the call; a warning is shown in Twilio's debugger only.
        message: what is wrong.
        call_sid: in which call.
        url: of the document or request at fault, if there is one.
        at: real time (UTC).
    """

    code: int | None
    level: Level
    message: str
    call_sid: str | None
    url: str | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(kw_only=True)
class ExecutedVerb:
    """Describes a TwiML verb that was executed.

    Attributes:
        call_sid: in which call.
        verb: its name.
        attributes: as the document gave them, defaults included.
        document: URL of the document it stood in.
        started_s: phone seconds since the answer.
        ended_s: likewise; None if it was cut short by a command of the REST API.
        outcome: what came of it, by name: `heard` words, `recording_sid`, `digits` and so on.
    """

    call_sid: str
    verb: str
    attributes: dict[str, Any]
    document: str
    started_s: float
    ended_s: float | None = None
    outcome: dict[str, Any] = field(default_factory=dict)


class Journal:
    """Keeps exchanges, breaches and verbs in the order in which they began."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.breaches: list[Breach] = []
        self.verbs: list[ExecutedVerb] = []

    def add(self, exchange: Exchange) -> Exchange:
        """Adds an exchange that begins; its answer is filled in later."""
        self.exchanges.append(exchange)
        return exchange

    def error(self, code: int | None, message: str, call_sid: str | None, url: str | None = None) -> None:
        """Adds a breach that ends or diverts the call."""
        self.breaches.append(Breach(code=code, level="error", message=message, call_sid=call_sid, url=url))

    def warn(self, code: int | None, message: str, call_sid: str | None, url: str | None = None) -> None:
        """Adds a breach without consequence for the call."""
        self.breaches.append(Breach(code=code, level="warning", message=message, call_sid=call_sid, url=url))

    def of_call(self, call_sid: str) -> "Journal":
        """Returns what belongs to one call."""
        part = Journal()
        part.exchanges = [each for each in self.exchanges if each.call_sid == call_sid]
        part.breaches = [each for each in self.breaches if each.call_sid == call_sid]
        part.verbs = [each for each in self.verbs if each.call_sid == call_sid]
        return part
