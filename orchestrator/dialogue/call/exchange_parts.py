"""What every exchange of a call works with."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.dialogue.answering.answering import Answering
from orchestrator.dialogue.call.exchange_record import DutyPhone
from orchestrator.dialogue.call.hearing import Hearing
from orchestrator.dialogue.call.patience import ListeningTimes
from orchestrator.dialogue.call.speaker import Speaker
from orchestrator.dialogue.interview.comprehension import Comprehension
from orchestrator.dialogue.interview.interview import Interview
from orchestrator.dialogue.interview.wording import Wording
from orchestrator.dialogue.ports.clock import Clock
from orchestrator.dialogue.ports.store import ConsultationStore
from orchestrator.domain.brief import Brief


@dataclass(frozen=True, slots=True)
class ExchangeParts:
    """What every exchange works with.

    Attributes:
        duty_phone: whom callees in danger are put through to unless the order names somebody, E.164; empty: nobody.
        ring_timeout: seconds that phone may ring.
        speak_while_thinking: an answer's first sentence is said while a language model still words the rest.
    """

    store: ConsultationStore
    hearing: Hearing
    comprehension: Comprehension
    answering: Answering
    speaking: Speaker
    clock: Clock
    wording: Wording
    listening: ListeningTimes
    duty_phone: str = ""
    ring_timeout: float = 30.0
    speak_while_thinking: bool = False

    def duty(self, brief: Brief) -> DutyPhone | None:
        """Returns whom this callee is put through to in danger."""
        if brief.dialling.hand_over_phone:
            return DutyPhone(brief.dialling.hand_over_phone, self.ring_timeout)
        return DutyPhone(self.duty_phone, self.ring_timeout) if self.duty_phone else None

    async def prepare(self, consultation_id: str, brief: Brief) -> None:
        """Gets ready for what the callee of an order may say and ask."""
        await self.comprehension.prepare(brief.plan)
        await self.answering.prepare(consultation_id, brief)

    def interview(self, brief: Brief) -> Interview:
        """Returns the interview that an order asks for."""
        return Interview(brief.plan, self.wording, hand_over=self.duty(brief) is not None)
