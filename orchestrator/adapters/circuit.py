"""A circuit breaker: who keeps failing is left alone for a short while."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge

from orchestrator.domain.errors import CallingError, Unavailable

# Seconds under which whoever did not answer in time is not to blame.
FAIR_TIME = 1.0


class Circuit:
    """Opens after some failures in a row; then lets one through every `pause` seconds, until one succeeds."""

    def __init__(self, *, failures: int = 3, pause: float = 20.0) -> None:
        """Makes it.

        Args:
            failures: in a row, after which it opens.
            pause: seconds.
        """
        self._most = failures
        self._pause = pause
        self._failures = 0
        self._next_trial = 0.0

    @property
    def open(self) -> bool:
        """Whether it is left alone."""
        return self._failures >= self._most

    @property
    def ready(self) -> bool:
        """Whether asking now has a chance: it is closed, or its next trial is due."""
        return not self.open or asyncio.get_running_loop().time() >= self._next_trial

    def admits(self) -> bool:
        """Whether to ask now. Whoever is told so while it is open is the trial of this pause."""
        if not self.ready:
            return False
        if self.open:
            self._next_trial = asyncio.get_running_loop().time() + self._pause
        return True

    def succeeded(self) -> None:
        """Closes it."""
        self._failures = 0

    def failed(self) -> None:
        """Counts a failure."""
        self._failures += 1
        self._next_trial = asyncio.get_running_loop().time() + self._pause


class Guard:
    """A circuit around one dependency: it learns from what the uses of that raise."""

    def __init__(self, circuit: Circuit, skipped: Counter) -> None:
        self._circuit = circuit
        self._skipped = skipped

    @property
    def ready(self) -> bool:
        """Whether asking now has a chance."""
        return self._circuit.ready

    def admits(self) -> bool:
        """Whether to ask now; if not, that is counted."""
        admitted = self._circuit.admits()
        if not admitted:
            self._skipped.inc()
        return admitted

    def answered(self, well: bool) -> None:
        """Takes note of an answer, or that there was none."""
        if well:
            self._circuit.succeeded()
        else:
            self._circuit.failed()

    @contextmanager
    def use(
        self,
        unavailable: type[Unavailable],
        *,
        timeout: float = FAIR_TIME,
        answers: tuple[type[CallingError], ...] = (),
    ) -> Iterator[None]:
        """Surrounds one use. An error that is not `Unavailable` is an answer, too.

        Args:
            unavailable: what is raised instead of asking while the circuit is open.
            answers: what else is an answer.
            timeout: seconds that the use is given; one that was too short for anybody counts for nothing.

        Raises:
            Unavailable: it is left alone; or what the use raised.
        """
        if not self.admits():
            raise unavailable
        try:
            yield
        except CallingError as error:
            well = isinstance(error, answers) or not isinstance(error, Unavailable)
            if well or timeout >= FAIR_TIME:
                self.answered(well)
            raise
        self.answered(True)


class Guards:
    """Makes guards, and shows them in one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._open = Gauge(
            "calling_circuit_open",
            "1 while a dependency that keeps failing is left alone.",
            ["dependency"],
            registry=registry,
        )
        self._skipped = Counter(
            "calling_circuit_skipped", "Uses that were not tried.", ["dependency"], registry=registry
        )

    def of(self, dependency: str, *, failures: int = 3, pause: float = 5.0) -> Guard:
        """Returns a new guard of a dependency.

        Args:
            dependency: its name in the metrics.
            failures: in a row, after which it is left alone.
            pause: seconds between two trials.
        """
        circuit = Circuit(failures=failures, pause=pause)
        self.show(dependency, circuit)
        return Guard(circuit, self._skipped.labels(dependency))

    def show(self, dependency: str, circuit: Circuit) -> None:
        """Shows the state of a circuit that somebody else uses."""
        self._open.labels(dependency).set_function(lambda: circuit.open)
