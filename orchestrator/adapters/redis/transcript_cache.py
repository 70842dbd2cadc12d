"""Decoded transcripts, so that one that is read again and again is sent and decoded once.

A copy is used only when Redis has just said that its stamp still stands, so it is never out of date.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from orchestrator.adapters.redis import codec
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.turn import Turn

Span = tuple[int, int]
"""Which turns were asked for: all after a number, at most so many."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """A record and a span of its turns, decoded.

    Attributes:
        stamp: names the change that wrote them.
        raw_turns: what the turns were decoded from.
    """

    stamp: bytes
    consultation: Consultation
    turns: tuple[Turn, ...]
    raw_turns: Sequence[bytes]


NOTHING_KNOWN = b""
"""A stamp that no change has."""


class TranscriptCache:
    """Holds the transcripts read last."""

    def __init__(self, consultations: int = 256) -> None:
        self._most = consultations
        self._transcripts: OrderedDict[str, dict[Span, Transcript]] = OrderedDict()

    def get(self, consultation_id: str, span: Span) -> Transcript | None:
        """Returns the copy there is."""
        return self._transcripts.get(consultation_id, {}).get(span)

    def put(
        self, consultation_id: str, span: Span, stamp: bytes, record: bytes, raw_turns: Sequence[bytes]
    ) -> Transcript:
        """Decodes what Redis sent, as far as it is new, and keeps it."""
        before = self.get(consultation_id, span)
        known = zip(before.raw_turns, before.turns, strict=True) if before is not None else ()
        turns = tuple(
            old[1] if old is not None and old[0] == raw else codec.TURN.decode(raw)
            for raw, old in zip_longest(raw_turns, known)
            if raw is not None
        )
        transcript = Transcript(stamp, codec.CONSULTATION.decode(record), turns, raw_turns)
        self._transcripts.setdefault(consultation_id, {})[span] = transcript
        self._transcripts.move_to_end(consultation_id)
        if len(self._transcripts) > self._most:
            self._transcripts.popitem(last=False)
        return transcript

    def forget(self, consultation_id: str) -> None:
        """Forgets a consultation that was erased."""
        self._transcripts.pop(consultation_id, None)
