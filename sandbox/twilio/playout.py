"""What a stream has been told to play: in order, in real time, with marks in between.

Its time is that of frames: one is taken every 20 ms and has been played when the next is taken.
"""

from collections import deque
from typing import Final

from audio.samples import TELEPHONE_HZ

FRAME_SECONDS: Final = 0.02
FRAME_BYTES: Final = round(FRAME_SECONDS * TELEPHONE_HZ)
MOST_BYTES: Final = 600 * TELEPHONE_HZ
"""Ten minutes; what comes beyond is discarded (Twilio error 31931)."""


class Playout:
    """Holds mu-law that waits to be played, and marks."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._taken = 0
        self._played = 0
        self._marks: deque[tuple[int, str]] = deque()

    @property
    def empty(self) -> bool:
        """Whether everything was taken to be played."""
        return not self._waiting

    def add(self, mulaw: bytes) -> bool:
        """Queues sound. Returns whether there was room for all of it."""
        room = MOST_BYTES - len(self._waiting)
        self._waiting += mulaw[:room]
        return len(mulaw) <= room

    def mark(self, name: str) -> list[str]:
        """Queues a mark. Returns it if nothing is before it: then it is reached at once."""
        position = self._taken + len(self._waiting)
        if position <= self._played:
            return [name]
        self._marks.append((position, name))
        return []

    def clear(self) -> list[str]:
        """Forgets what was not taken yet. Returns all marks that were not reached: they count as such now."""
        self._waiting.clear()
        names = [name for _, name in self._marks]
        self._marks.clear()
        return names

    def next_frame(self) -> tuple[bytes, list[str]]:
        """Takes the next frame; the one before has been played.

        Returns:
            Up to a frame of mu-law, empty if nothing waits, and the marks that the frame before has reached.
        """
        self._played = self._taken
        reached = []
        while self._marks and self._marks[0][0] <= self._played:
            reached.append(self._marks.popleft()[1])
        frame = bytes(self._waiting[:FRAME_BYTES])
        del self._waiting[:FRAME_BYTES]
        self._taken += len(frame)
        return frame, reached
