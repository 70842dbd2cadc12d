"""Pages of transcripts as messages, made once: one that is asked for again and again costs little more than its bytes.

A page is used again only for the very turns it was made of, so it cannot be out of date.
"""

from __future__ import annotations

from collections import OrderedDict

from calling.v1 import consultation_service_pb2
from orchestrator.dialogue.call.turn_record import Transcript
from orchestrator.rpc import page_tokens
from orchestrator.rpc.conversion.turns import turn_message

_MOST_PAGES = 256


class TranscriptPages:
    """Keeps the pages read last."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, tuple[Transcript, int, consultation_service_pb2.GetTranscriptResponse]]
        self._pages = OrderedDict()

    def of(
        self, consultation_id: str, transcript: Transcript, limit: int
    ) -> consultation_service_pb2.GetTranscriptResponse:
        """Returns the page of at most `limit` turns; a transcript with more of them has a next page."""
        if (kept := self._pages.get(consultation_id)) is not None:
            known, known_limit, page = kept
            heard = (known.heard_through, known.heard_parts) == (transcript.heard_through, transcript.heard_parts)
            if known.turns is transcript.turns and heard and known_limit == limit:
                self._pages.move_to_end(consultation_id)
                return page
        page = _page(transcript, limit)
        self._pages[consultation_id] = (transcript, limit, page)
        self._pages.move_to_end(consultation_id)
        if len(self._pages) > _MOST_PAGES:
            self._pages.popitem(last=False)
        return page

    def forget(self, consultation_id: str) -> None:
        """Forgets a consultation that was erased."""
        self._pages.pop(consultation_id, None)


def _page(transcript: Transcript, limit: int) -> consultation_service_pb2.GetTranscriptResponse:
    turns = transcript.turns
    return consultation_service_pb2.GetTranscriptResponse(
        turns=[turn_message(turn, transcript.heard(turn)) for turn in turns[:limit]],
        next_page_token=page_tokens.token(turns[limit - 1].number) if len(turns) > limit else "",
    )
