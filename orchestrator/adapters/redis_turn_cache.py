"""Decoded turns, so that a transcript that is read again and again is decoded once.

What is cached is only used for the very bytes it was decoded from, so it cannot be out of date.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from orchestrator.adapters import redis_codec as codec
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.turn import Turn


class _Decoded:
    __slots__ = ("consultation", "record", "turns")

    def __init__(self, record: bytes) -> None:
        self.record = record
        self.consultation = codec.CONSULTATION.decode(record)
        self.turns: dict[int, tuple[bytes, Turn]] = {}


class TurnCache:
    """Holds what was decoded of the consultations read last."""

    def __init__(self, consultations: int = 256) -> None:
        self._size = consultations
        self._decoded: OrderedDict[str, _Decoded] = OrderedDict()

    def decode(
        self, consultation_id: str, record: bytes, turns: Sequence[bytes], *, after: int
    ) -> tuple[Consultation, tuple[Turn, ...]]:
        """Decodes a record and its turns with the numbers `after` + 1 and so on."""
        decoded = self._decoded.get(consultation_id)
        if decoded is None:
            decoded = self._decoded[consultation_id] = _Decoded(record)
            if len(self._decoded) > self._size:
                self._decoded.popitem(last=False)
        elif decoded.record != record:
            decoded.record, decoded.consultation = record, codec.CONSULTATION.decode(record)
        self._decoded.move_to_end(consultation_id)
        return decoded.consultation, tuple(_turns(decoded.turns, turns, after))

    def forget(self, consultation_id: str) -> None:
        """Forgets a consultation that was erased."""
        self._decoded.pop(consultation_id, None)


def _turns(known: dict[int, tuple[bytes, Turn]], raws: Sequence[bytes], after: int) -> list[Turn]:
    turns = []
    for number, raw in enumerate(raws, after + 1):
        entry = known.get(number)
        if entry is None or entry[0] != raw:
            entry = known[number] = (raw, codec.TURN.decode(raw))
        turns.append(entry[1])
    return turns
