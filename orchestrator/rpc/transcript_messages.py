"""Turns as messages, made once: a transcript that is asked for again and again costs little more than its bytes.

A page is used again only for the very turns it was made of, so it cannot be out of date.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from calling.v1 import transcript_pb2
from orchestrator.domain.turn import Turn
from orchestrator.rpc.conversion import turn_message

Said = Sequence[tuple[Turn, str]]

_MOST_PAGES = 256


class TranscriptMessages:
    """Keeps the messages of the transcripts read last."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, tuple[Said, list[transcript_pb2.Turn]]] = OrderedDict()

    def of(self, consultation_id: str, said: Said) -> list[transcript_pb2.Turn]:
        """Returns the messages of turns, each given with what of it was heard."""
        known, messages = self._pages.get(consultation_id, ((), []))
        same = _same_start(known, said)
        if same < len(said) or len(known) != len(said):
            messages = [*messages[:same], *(turn_message(turn, heard) for turn, heard in said[same:])]
        self._pages[consultation_id] = (said, messages)
        self._pages.move_to_end(consultation_id)
        if len(self._pages) > _MOST_PAGES:
            self._pages.popitem(last=False)
        return messages

    def forget(self, consultation_id: str) -> None:
        """Forgets a consultation that was erased."""
        self._pages.pop(consultation_id, None)


def _same_start(known: Said, said: Said) -> int:
    """Returns how many turns at the start are the very same objects, heard alike."""
    count = 0
    for (turn, heard), (other, other_heard) in zip(known, said, strict=False):
        if turn is not other or heard != other_heard:
            break
        count += 1
    return count
