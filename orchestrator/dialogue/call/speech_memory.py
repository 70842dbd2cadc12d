"""Speech that one process has at hand, and nothing in place of what all replicas share."""

from __future__ import annotations

from collections import OrderedDict


class SpeechMemory:
    """Speech by key, the latest used, within a number of bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def __contains__(self, key: str) -> bool:
        return key in self._kept

    def drop(self, key: str) -> None:
        """Forgets one."""
        self._size -= len(self._kept.pop(key, b""))

    def get(self, key: str) -> bytes | None:
        """Returns one; None: it is not here (any more)."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def put(self, key: str, speech: bytes) -> None:
        """Keeps one; what was used longest ago may have to go."""
        self._size += len(speech) - len(self._kept.pop(key, b""))
        self._kept[key] = speech
        while self._size > self._limit:
            _, dropped = self._kept.popitem(last=False)
            self._size -= len(dropped)


class NotShared:
    """Stands where the cache that replicas share stands, where they share none."""

    async def get(self, key: str) -> bytes | None:
        """Has nothing."""
        del key
        return None

    async def put(self, key: str, speech: bytes) -> None:
        """Keeps nothing."""
        del key, speech
