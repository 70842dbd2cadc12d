"""What a load of calls noted, as it goes from the client's process to the table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final

from tests.bench.table import percentile

LATEST: Final = 0.02
"""Seconds: a client one in a hundred of whose frames came later measured itself, and its run is void."""


@dataclass(frozen=True)
class CallFigures:
    """What one callee noted; times in seconds.

    Attributes:
        gaps: from the last sound of each line to the first of the reply.
        numbers: which utterance each gap followed.
        pauses: the longest silence within each reply that a gap led to.
        yields: from the first sound of each interruption to silence.
        unyielding: interruptions that the agent talked over.
        cut_ins: replies that began before the line was over.
        lost: lines without a reply.
        stutters: holes in the agent's voice.
        failure: why the call did not come about or broke off; empty: neither.
        next_verb: what the call was told after the stream.
        waits: the silence that the system waited through on purpose at the end of each line, as it says itself.
    """

    gaps: list[float] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    yields: list[float] = field(default_factory=list)
    unyielding: int = 0
    cut_ins: int = 0
    lost: int = 0
    stutters: int = 0
    failure: str = ""
    next_verb: str = ""
    waits: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class LoadFigures:
    """What a client noted of all its calls.

    Attributes:
        calls: one by one.
        late: the client's own lateness that one in a hundred frames exceeded, in seconds.
        latest: the longest, in seconds.
        core: the share of a core that the client took.
        seconds: how long the load lasted.
    """

    calls: list[CallFigures]
    late: float
    latest: float
    core: float
    seconds: float

    @property
    def void(self) -> bool:
        """Whether the client was late itself."""
        return self.late > LATEST

    @property
    def gaps(self) -> list[float]:
        """All gaps, in seconds."""
        return [gap for call in self.calls for gap in call.gaps]

    @property
    def yields(self) -> list[float]:
        """All times until an interrupted agent was silent, in seconds."""
        return [value for call in self.calls for value in call.yields]

    def total(self, name: str) -> int:
        """Returns the sum of one of the calls' counts."""
        return sum(getattr(call, name) for call in self.calls)

    @property
    def failures(self) -> list[str]:
        """Why calls failed."""
        return [call.failure for call in self.calls if call.failure]

    def to_json(self) -> str:
        """Returns one line."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(line: str) -> LoadFigures:
        """Reads what `to_json` wrote."""
        fields = json.loads(line)
        return LoadFigures(**{**fields, "calls": [CallFigures(**call) for call in fields["calls"]]})


def joined(parts: Sequence[LoadFigures]) -> LoadFigures:
    """Returns the figures of clients that ran side by side."""
    return LoadFigures(
        calls=[call for part in parts for call in part.calls],
        late=max(part.late for part in parts),
        latest=max(part.latest for part in parts),
        core=sum(part.core for part in parts),
        seconds=max(part.seconds for part in parts),
    )


def milliseconds(values: Iterable[float], share: float) -> str:
    """Returns a percentile of seconds, in milliseconds; a dash if there is none."""
    ordered = list(values)
    return f"{percentile(ordered, share) * 1000:.0f}" if ordered else "-"
