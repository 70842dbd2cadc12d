"""What will happen in a run: who is called when, and what breaks when. Drawn from one seed before anything starts."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

Mode = Literal["turn_by_turn", "stream"]
Role = Literal["gateway", "orchestrator", "worker", "speech", "redis"]
Kind = Literal[
    "kill", "kill_for_long", "stop", "cut_connections", "lose_requests", "lose_answers", "delay_requests",
    "engines_fail", "engines_hang", "backend_500", "backend_hangs", "backend_down", "create_answer_lost",
]  # fmt: skip

REPLICAS: Final[dict[Role, int]] = {"gateway": 2, "orchestrator": 2, "worker": 2, "speech": 2, "redis": 3}
"""How many of each program run. The first Redis is the master at the start; three sentinels watch over them."""

STOP_SECONDS: Final = 10.0
BACKEND_DOWN_SECONDS: Final = 60.0
ILL_SECONDS: Final = 4.0

REDIS_AWAY_SECONDS: Final = 6.0
"""Long enough for the replica to take the place of the master. Killed otherwise, it is back at once with its file."""

CALLEES: Final = {
    "cooperative": 20, "asks": 5, "in_danger": 2, "refuses": 3, "silent": 2, "hangs_up": 4, "busy": 2, "no_answer": 2,
}  # fmt: skip
DANGER: Final = "부엌에 불이 났어요. 연기가 차요."
"""What the callee in danger says, once."""

MISHAPS: Final[dict[Mode, tuple[str, ...]]] = {
    "turn_by_turn": ("webhooks_twice", "status_twice", "status_swapped", "status_late"),
    "stream": ("status_twice", "status_swapped", "status_late", "stream_breaks", "handshake_lost", "stream_stalls"),
}
_MISHAP_SHARE: Final = 0.25
_STREAM_SHARE: Final = 0.12
_NO_STREAM_SECONDS: Final = 15.0
"""At a plan's end no stream begins any more: it goes in real time, and a short run ends soon after its plan."""

_WEIGHTS: Final[dict[tuple[Kind, Role | None], int]] = {
    ("kill", "gateway"): 4,
    ("kill", "orchestrator"): 5,
    ("kill", "worker"): 3,
    ("kill", "speech"): 3,
    ("kill", "redis"): 2,
    ("kill_for_long", "redis"): 2,
    ("stop", "gateway"): 1,
    ("stop", "orchestrator"): 2,
    ("stop", "worker"): 1,
    ("stop", "speech"): 1,
    ("stop", "redis"): 1,
    ("cut_connections", "gateway"): 2,
    ("cut_connections", "orchestrator"): 2,
    ("cut_connections", "speech"): 2,
    ("lose_requests", None): 4,
    ("lose_answers", None): 4,
    ("delay_requests", None): 4,
    ("engines_fail", "speech"): 2,
    ("engines_hang", "speech"): 2,
    ("backend_500", None): 3,
    ("backend_hangs", None): 1,
    ("create_answer_lost", None): 1,
}
_LONG_RUN: Final = 300.0  # seconds from which on everything must have happened
_BETWEEN_FAULTS: Final = 1.6
_RECOVERY: Final[dict[Kind, float]] = {
    "kill": 8.0, "stop": STOP_SECONDS + 5.0, "engines_fail": ILL_SECONDS + 2.0, "engines_hang": ILL_SECONDS + 2.0,
    "lose_requests": 2.0, "lose_answers": 2.0, "backend_hangs": 15.0, "create_answer_lost": 10.0,
}  # fmt: skip
_REDIS_RECOVERY: Final = 25.0
"""Seconds within which nothing else befalls the same part: what has no replica left is down, not faulty. A Redis that
was away has to copy everything before it can stand in for the other: what both lose, nobody has. Nor do two programs
stand still at once: that each is found out takes health checks their time, and a callee waits for the sum."""


@dataclass(frozen=True)
class PlannedCall:
    """Says whom to call.

    Attributes:
        number: from 0; the telephone number and the person's id follow from it.
        at: seconds after the start.
        callee: who answers, a key of `CALLEES`.
        mode: how the sound travels.
        mishap: what goes wrong in this call alone, of `MISHAPS`; empty: nothing.
    """

    number: int
    at: float
    callee: str
    mode: Mode
    mishap: str = ""

    @property
    def phone(self) -> str:
        """The number that is called, E.164."""
        return f"+8210{20_000_000 + self.number}"

    @property
    def person_id(self) -> str:
        """Names the person, and so the consultation, in what the backend receives."""
        return f"chaos-{self.number}"


@dataclass(frozen=True)
class Fault:
    """Says what breaks.

    Attributes:
        at: seconds after the start.
        kind: what happens.
        role: to which program; None: to the network or the backend.
        replica: to which of its replicas.
        size: how much: connections, answers, or seconds.
    """

    at: float
    kind: Kind
    role: Role | None = None
    replica: int = 0
    size: float = 0.0

    def __str__(self) -> str:
        where = f" {self.role} {self.replica}" if self.role else ""
        return f"{self.at:6.1f} s  {self.kind}{where}{f' ({self.size:g})' if self.size else ''}"


@dataclass(frozen=True)
class Plan:
    """Holds a run.

    Attributes:
        seed: what it was drawn from.
        seconds: how long calls are started and things break.
        calls: in order.
        faults: in order.
    """

    seed: int
    seconds: float
    calls: tuple[PlannedCall, ...]
    faults: tuple[Fault, ...]

    def counts(self) -> dict[str, int]:
        """Counts faults and mishaps by what they are."""
        faults = Counter(f"{fault.kind} {fault.role}" if fault.role else fault.kind for fault in self.faults)
        mishaps = Counter(call.mishap for call in self.calls if call.mishap)
        return {**dict(sorted(faults.items())), **dict(sorted(mishaps.items()))}


def draw(seed: int, seconds: float, calls: int, *, faults: bool = True) -> Plan:
    """Draws a plan; the same arguments give the same plan.

    Args:
        seed: of the random generator.
        seconds: within which calls are started and things break.
        calls: how many.
        faults: whether anything breaks at all.
    """
    chance = random.Random(seed)
    planned = tuple(
        _call(chance, number, at, streams=at < seconds - _NO_STREAM_SECONDS, faults=faults)
        for number, at in enumerate(seconds * number / calls for number in range(calls))
    )
    return Plan(seed, seconds, planned, _Faults(chance, seconds).drawn() if faults else ())


def _call(chance: random.Random, number: int, at: float, *, streams: bool, faults: bool) -> PlannedCall:
    (callee,) = chance.choices(tuple(CALLEES), tuple(CALLEES.values()))
    mode: Mode = "stream" if chance.random() < _STREAM_SHARE and streams else "turn_by_turn"
    mishap = chance.choice(MISHAPS[mode])
    suffers = faults and chance.random() < _MISHAP_SHARE
    return PlannedCall(number, round(at, 2), callee, mode, mishap if suffers else "")


@dataclass
class _Faults:
    """Draws faults so that of each program one replica is always there."""

    chance: random.Random
    seconds: float
    free_at: dict[str, float] = field(default_factory=dict)

    def drawn(self) -> tuple[Fault, ...]:
        faults, now = [], 3.0
        while now < self.seconds:
            possible = {each: weight for each, weight in _WEIGHTS.items() if self._possible(now, *each)}
            (chosen,) = self.chance.choices(tuple(possible), tuple(possible.values()))
            fault = self._fault(now, *chosen)
            recovery = _REDIS_RECOVERY if fault.role == "redis" else _RECOVERY.get(fault.kind, 1.0)
            self.free_at[self._part(*chosen)] = now + recovery
            if fault.kind == "stop":
                self.free_at["stop"] = now + STOP_SECONDS
            faults.append(fault)
            now += self.chance.uniform(0.2, 2 * _BETWEEN_FAULTS - 0.2)
        if self.seconds >= _LONG_RUN:
            faults = _with_a_failover(faults)
        return tuple(sorted([*faults, *self._backend_down()], key=lambda fault: fault.at))

    def _possible(self, now: float, kind: Kind, role: Role | None) -> bool:
        parts = {self._part(kind, role), kind}
        return all(self.free_at.get(part, 0.0) <= now for part in parts)

    @staticmethod
    def _part(kind: Kind, role: Role | None) -> str:
        return role or ("requests" if kind in {"lose_requests", "lose_answers"} else kind)

    def _fault(self, at: float, kind: Kind, role: Role | None) -> Fault:
        replica = self.chance.randrange(REPLICAS[role]) if role else 0
        return Fault(round(at, 2), kind, role, replica, self._size(kind))

    def _size(self, kind: Kind) -> float:
        match kind:
            case "lose_requests" | "lose_answers":
                return self.chance.randint(1, 2)  # Twilio tries three times
            case "delay_requests":
                return round(self.chance.uniform(0.5, 3.0), 1)
            case "backend_500":
                return self.chance.randint(1, 6)
            case "kill_for_long":
                return REDIS_AWAY_SECONDS
            case "stop":
                return STOP_SECONDS
            case "engines_fail" | "engines_hang":
                return ILL_SECONDS
            case "backend_hangs" | "create_answer_lost":
                return 1
            case _:
                return 0.0

    def _backend_down(self) -> Sequence[Fault]:
        """Returns one for each five minutes; in a short run it is down for a sixth of it."""
        length = min(BACKEND_DOWN_SECONDS, self.seconds / 6)
        parts = max(1, round(self.seconds / 300))
        part = self.seconds / parts
        starts = (part * number + self.chance.uniform(0.1, 0.9) * (part - length) for number in range(parts))
        return [Fault(round(at, 2), "backend_down", size=round(length, 1)) for at in starts]


def _with_a_failover(faults: list[Fault]) -> list[Fault]:
    """Returns faults of which one at least has Redis replaced: the first of Redis, if none is."""
    if any(fault.kind == "kill_for_long" for fault in faults):
        return faults
    first = next((fault for fault in faults if fault.role == "redis"), None)
    longer = {first: replace(first, kind="kill_for_long", size=REDIS_AWAY_SECONDS)} if first else {}
    return [longer.get(fault, fault) for fault in faults]
