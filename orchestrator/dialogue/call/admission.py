"""Whether this process takes more calls, by what it measures of itself. Calls that it has are never asked.

A process that is late, or whose processor is used up, takes nothing new until it has been calm again. A calm one takes
more step by step, like TCP in its slow start: a cold process shows at each step that it carries what it took before.
And it takes no more than it will carry when all of them talk (`headroom`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from orchestrator.dialogue.call.headroom import Headroom

# Measurements come this often, in seconds.
PERIOD = 0.5
# What is not taken now is worth another try after so many seconds.
RETRY_AFTER = 2.0


@dataclass(frozen=True, slots=True)
class Load:
    """What a process measures of itself.

    Attributes:
        lag: seconds by which its event loop was late; all but 5 % of the last seconds' samples are below.
        busy: the share of the time that the loop computed, or waited for the processor to, 0 to 1.
    """

    lag: float
    busy: float


@dataclass(frozen=True, slots=True)
class LoadLimits:
    """From where on nothing new is taken, and below which it is taken again: in between it stays as it is.

    What is taken is bounded by the headroom too: it is never more than keeps it below `most_expected` when all talk.
    """

    most_lag: float = 0.1
    calm_lag: float = 0.04
    most_busy: float = 0.9
    calm_busy: float = 0.75
    most_expected: float = 0.85

    @classmethod
    def of_lag(cls, most_lag: float) -> LoadLimits:
        """Returns limits with another lag, in seconds."""
        return cls(most_lag=most_lag, calm_lag=0.4 * most_lag)


class Newcomer(StrEnum):
    """What asks to be taken."""

    STREAM = "stream"
    CALL = "call"


class _Ramp:
    """How many may begin between two measurements: twice as many each time that all of them were carried calmly."""

    def __init__(self, first: int, most: int) -> None:
        self._first = self._step = first
        self._most = most
        self._begun = 0

    def measured(self, *, full: bool) -> None:
        if full:
            self._step = self._first
        elif self._begun >= self._step:
            self._step = min(2 * self._step, self._most)
        self._begun = 0

    def takes(self) -> bool:
        if self._begun >= self._step:
            return False
        self._begun += 1
        return True


class Admission:
    """Decides what is taken.

    Attributes:
        full: the process has enough to do with what it has.
        streams: how many are open; whoever opens and ends them counts them here.
    """

    def __init__(
        self,
        limits: LoadLimits | None = None,
        *,
        first: int = 4,
        most: int = 16,
        on_decision: Callable[[Newcomer, bool], None] = lambda _newcomer, _taken: None,
    ) -> None:
        """Makes it: calm, and with nothing proven yet.

        Args:
            limits: of the load.
            first: streams, and calls, that may begin in the first period, and in the first after having been full.
            most: that may begin in any period.
            on_decision: told who was taken or not.
        """
        self._limits = limits or LoadLimits()
        self._ramps = {newcomer: _Ramp(first, most) for newcomer in Newcomer}
        self._on_decision = on_decision
        self._headroom = Headroom()
        self.full = False
        self.streams = 0

    def measured(self, load: Load) -> None:
        """Takes a measurement, one a `PERIOD`."""
        limits = self._limits
        if load.lag >= limits.most_lag or load.busy >= limits.most_busy:
            self.full = True
        elif load.lag <= limits.calm_lag and load.busy <= limits.calm_busy:
            self.full = False
        for ramp in self._ramps.values():
            ramp.measured(full=self.full)
        self._headroom.measured(load.busy, self.streams)

    def takes(self, newcomer: Newcomer) -> bool:
        """Returns whether a newcomer is taken; who is, is counted as begun."""
        taken = self._takes(newcomer)
        self._on_decision(newcomer, taken)
        return taken

    async def takes_within(self, newcomer: Newcomer, seconds: float) -> bool:
        """Returns whether a newcomer is taken, now or when the ramp allows; without room nobody has to wait.

        Args:
            newcomer: what asks.
            seconds: how long it may wait.
        """
        until = asyncio.get_running_loop().time() + seconds
        while not (taken := self._takes(newcomer)):
            if not self._has_room or asyncio.get_running_loop().time() >= until:
                break
            await asyncio.sleep(PERIOD / 2)
        self._on_decision(newcomer, taken)
        return taken

    @property
    def _has_room(self) -> bool:
        return not self.full and self._headroom.spoken_for <= self._limits.most_expected

    def _takes(self, newcomer: Newcomer) -> bool:
        taken = self._has_room and self._ramps[newcomer].takes()
        if taken and newcomer is Newcomer.STREAM:
            self._headroom.begun()
        return taken
