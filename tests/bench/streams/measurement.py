"""One system under one load: what callees heard, and what it cost on the system's core."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.bench.streams.callee import Line
from tests.bench.streams.figures import CallFigures, LoadFigures, milliseconds
from tests.bench.streams.load import Load
from tests.bench.streams.programs import cpu_seconds, load, memory

SYSTEM_CORE: Final = 0
"""What is measured runs here alone."""
WORLD_CORE: Final = 1
"""Callees and engines run here."""

COLUMNS: Final = (
    "", "calls", "turns", "gap", "own", "silent", "clear", "lost", "cuts", "deaf", "holes", "core", "MB", "late",
)  # fmt: skip
"""Times are p50/p95 in milliseconds.

`gap`: from the callee's last sound to the reply. `own`: what is left of it without the silence that is waited for on
purpose. `silent`: from the first sound of an interruption to silence. `clear`: what is left of that from the moment on
at which the sound alone is enough to decide; words may decide sooner. `lost`: lines without a reply. `cuts`: replies
before the line was over. `deaf`: interruptions that did not silence the agent. `holes`: in the agent's voice. `core`:
the share of one core. `MB`: what each call took beyond the first. `late`: the client's own lateness, exceeded by one
frame in a hundred.
"""

_SAMPLE_SECONDS: Final = 1.0
_LEAST_RAMP: Final = 5.0
_LONGEST: Final = 180.0
_TOLERABLE: Final = 0.1


@dataclass(frozen=True)
class Target:
    """A system that takes calls.

    Attributes:
        name: in the table.
        url: of the WebSocket that takes every call, or of the gateway if there is an order.
        pids: its processes.
        waits: seconds of silence that the system waits for on purpose before it replies, unless it says itself how
            long it waited.
        order: the body of `POST /api/receive`; None: calls are opened plainly.
        decides_after: seconds of an interruption's sound that the system needs to decide on it; None: unknown.
    """

    name: str
    url: str
    pids: tuple[int, ...]
    waits: float = 0.0
    order: Mapping[str, Any] | None = None
    decides_after: float | None = None


@dataclass(frozen=True)
class Measured:
    """What came of a load.

    Attributes:
        target: what was loaded.
        calls: with how many calls at once.
        figures: what the callees noted.
        core: the share of a core that the system took while all calls were live.
        memory: the most bytes that the system held.
    """

    target: Target
    calls: int
    figures: LoadFigures
    core: float
    memory: int

    @property
    def own(self) -> list[float]:
        """The system's own share of each gap, in seconds."""
        return [
            gap - wait for call in self.figures.calls for gap, wait in zip(call.gaps, self._waits(call), strict=True)
        ]

    @property
    def clears(self) -> list[float]:
        """From each decision that the agent was interrupted to its silence at the callee's ear, in seconds."""
        needed = self.target.decides_after
        return [] if needed is None else [each - needed for each in self.figures.yields]

    def _waits(self, call: CallFigures) -> Sequence[float]:
        return call.waits if len(call.waits) == len(call.gaps) else [self.target.waits] * len(call.gaps)

    @property
    def tolerable(self) -> bool:
        """Whether callees did not notice that there were others."""
        figures = self.figures
        if figures.void or figures.failures or figures.total("lost") or not self.own:
            return False
        return float(milliseconds(self.own, 0.95)) <= _TOLERABLE * 1000

    def row(self, first: Measured) -> tuple[str, ...]:
        """Returns its row of the table, under COLUMNS.

        Args:
            first: the first load of the same system, with which its memory is compared.
        """
        figures = self.figures
        failed = f" ({len(figures.failures)} failed)" if figures.failures else ""
        beyond = (self.memory - first.memory) / (self.calls - first.calls) / 1e6 if self.calls > first.calls else None
        return (
            self.target.name + (" VOID" if figures.void else ""),
            f"{self.calls}{failed}",
            str(len(figures.gaps)),
            *map(_percentiles, (figures.gaps, self.own, figures.yields, self.clears)),
            *(str(figures.total(name)) for name in ("lost", "cut_ins", "unyielding", "stutters")),
            f"{self.core:.2f}",
            "-" if beyond is None else f"{beyond:.1f}",
            f"{figures.late * 1000:.1f}",
        )


def _percentiles(seconds: Sequence[float]) -> str:
    return f"{milliseconds(seconds, 0.5)}/{milliseconds(seconds, 0.95)}"


async def measure(
    target: Target, calls: int, script: tuple[Line, ...], *, ramp: float | None = None, insists: bool = True
) -> Measured:
    """Puts a load on a system, from the world's core.

    Args:
        target: the system.
        calls: how many.
        script: what each callee says.
        ramp: seconds over which they begin; None: one after the other, ten a second at most.
        insists: whether a call that is answered turn by turn asks for a stream again.
    """
    ramp = max(_LEAST_RAMP, calls / 10) if ramp is None else ramp
    what = Load(target.url, calls, script, ramp=ramp, longest=_LONGEST, order=target.order, insists=insists)
    sampler = _Sampler(target.pids)
    sampling = asyncio.create_task(sampler.run())
    try:
        figures = await load(what, core=WORLD_CORE)
    finally:
        sampling.cancel()
        await asyncio.gather(sampling, return_exceptions=True)
    return Measured(target, calls, figures, sampler.core, sampler.most_memory)


class _Sampler:
    """Looks at processes every second: the middle of what they take of a core, and the most memory."""

    def __init__(self, pids: tuple[int, ...]) -> None:
        self.most_memory = 0
        self._pids = pids
        self._shares: list[float] = []

    @property
    def core(self) -> float:
        return statistics.median(self._shares) if self._shares else 0.0

    async def run(self) -> None:
        """Samples until cancelled."""
        then, worked = time.monotonic(), cpu_seconds(self._pids)
        while True:
            await asyncio.sleep(_SAMPLE_SECONDS)
            now, work = time.monotonic(), cpu_seconds(self._pids)
            self._shares.append((work - worked) / (now - then))
            then, worked = now, work
            self.most_memory = max(self.most_memory, memory(self._pids))
