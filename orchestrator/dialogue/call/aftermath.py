"""What follows a turn after its reply was given: audio that may not be kept is erased, a late opinion is heard."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from orchestrator.dialogue.call.exchange import Exchange
from orchestrator.dialogue.call.noticing import LateNotice
from orchestrator.dialogue.interview.comprehension import danger_in
from orchestrator.dialogue.ports.telephone import Telephone
from orchestrator.domain.errors import TelephoneUnavailable
from orchestrator.domain.turn import CalleeInput, RecordingInput


class Aftermath:
    """Follows up turns."""

    def __init__(self, telephone: Telephone, late_notice: LateNotice) -> None:
        """Makes it.

        Args:
            telephone: has the recordings.
            late_notice: raises alarms.
        """
        self._telephone = telephone
        self._late_notice = late_notice

    async def follow_up(self, exchange: Exchange, callee_input: CalleeInput) -> None:
        """Does what is left to do about a turn.

        Raises:
            ConsultationNotFound, StoreUnavailable
        """
        opinion = exchange.late_opinion
        try:
            if not exchange.keep_audio and isinstance(callee_input, RecordingInput):
                with suppress(TelephoneUnavailable):  # everything that is left is erased when the call is over
                    await self._telephone.delete_recording(callee_input.recording_sid)
            if opinion is not None and (danger := danger_in(await asyncio.shield(opinion))) is not None:
                await self._late_notice.notice(exchange.consultation_id, exchange.turn_number, danger)
        finally:
            if opinion is not None:
                opinion.cancel()
