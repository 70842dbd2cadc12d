"""How much of the processor is spoken for: what is measured, and what streams that have just begun will take yet.

A callee who is being greeted costs little, and seconds later, in conversation, several times as much. Whoever looks at
the measured load alone takes more than can be carried, and notices when they all talk. So each stream is expected to
cost what a stream costs here, which is learned from the load and those that are under way.
"""

from __future__ import annotations

from collections import deque

# A stream shows what it costs after so many measurements (20 s), and until then evenly more of it.
SHOWN_AFTER = 40
# What a stream is thought to take of a processor until it is known here: twice what tests/bench/test_streams.py finds.
USUAL_SHARE = 0.006
# It is learned from so many streams and more, a little by each measurement, while hardly any begin: the work of
# beginning, for those too that are not taken, is no stream's, nor what follows on those that have ended.
SEEN = 25
FEW = 0.1
LEARNED = 0.05


class Headroom:
    """Sums up what is spoken for."""

    def __init__(self) -> None:
        self._busy = 0.0
        self._share = USUAL_SHARE
        self._begun: deque[int] = deque([0], maxlen=SHOWN_AFTER)  # the latest measurement's last

    @property
    def spoken_for(self) -> float:
        """The share of a processor that is taken soon, 0 to more than 1."""
        return self._busy + self._share * self._unshown

    def begun(self) -> None:
        """A stream begins, and takes its share from now on."""
        self._begun[-1] += 1

    def measured(self, busy: float, streams: int) -> None:
        """Takes a measurement.

        Args:
            busy: the share of a processor that is taken now, 0 to 1.
            streams: how many are open.
        """
        self._busy = busy
        if streams >= SEEN and self._unshown <= FEW * streams:
            self._share += LEARNED * (busy / streams - self._share)
        self._begun.append(0)

    @property
    def _unshown(self) -> float:
        """How many streams' shares are not in the load yet."""
        return sum(begun * (1 - age / SHOWN_AFTER) for age, begun in enumerate(reversed(self._begun)))
