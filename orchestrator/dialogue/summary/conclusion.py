"""After the call: outcome, summary, and the result, written at once with the wish to deliver it.

What was learned of the person's pauses is remembered for the next call.

Due work (`dialogue.due_work`): CONCLUDE when a call is over, ERASE after it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from orchestrator.dialogue.ports.clock import Clock
from orchestrator.dialogue.ports.dial_permits import DialPermits
from orchestrator.dialogue.ports.pauses import PauseMemory
from orchestrator.dialogue.ports.results import Report, ResultReceiver
from orchestrator.dialogue.ports.store import Change, ConsultationStore, DueKind
from orchestrator.dialogue.ports.telephone import Telephone
from orchestrator.dialogue.summary.outcome_making import make_outcome, told_problems
from orchestrator.dialogue.summary.summarising import Summarising
from orchestrator.dialogue.transaction import transact
from orchestrator.dialogue.understanding.problem_codes import ProblemCodes
from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import ExceptionCode
from orchestrator.domain.consultation import Consultation, Delivery, DeliveryState, State
from orchestrator.domain.event import StateChanged
from orchestrator.domain.outcome import NewProblem, RecordingConsent
from orchestrator.domain.progress import Progress


class Conclusion:
    """Concludes consultations."""

    def __init__(
        self,
        *,
        store: ConsultationStore,
        telephone: Telephone,
        receiver: ResultReceiver,
        summarising: Summarising,
        problem_codes: ProblemCodes,
        pauses: PauseMemory,
        permits: DialPermits,
        clock: Clock,
        retention: timedelta,
        recordings_kept: timedelta = timedelta(0),
    ) -> None:
        """Makes it.

        Args:
            store: where consultations are kept.
            telephone: has the recordings.
            receiver: the backend.
            summarising: writes the summary.
            problem_codes: finds the codes of what a person tells of their own accord.
            pauses: remembers how long a person's pauses are.
            permits: takes back the call's permit to be dialled.
            clock: the time.
            retention: how long a consultation is kept after its result was acknowledged.
            recordings_kept: how long the telephone network keeps the audio of those who agreed to it.
        """
        self._store = store
        self._telephone = telephone
        self._receiver = receiver
        self._summarising = summarising
        self._problem_codes = problem_codes
        self._pauses = pauses
        self._permits = permits
        self._clock = clock
        self._retention = retention
        self._recordings_kept = recordings_kept

    async def conclude(self, consultation_id: str) -> None:
        """Makes outcome, summary and result of a consultation whose call is over; once.

        Raises:
            ConsultationNotFound, StoreUnavailable
        """
        brief, _ = await self._store.load(consultation_id)
        consultation, turns = await self._store.transcript(consultation_id)
        if consultation.state is not State.SUMMARISING:
            return
        await self._permits.release(consultation_id)
        progress = consultation.progress
        outcome = make_outcome(
            brief,
            progress,
            new_problems=await self._new_problems(brief, progress),
            answered_at=consultation.answered_at,
        )
        summary = await self._summarising.summarise(brief, outcome, turns)
        if progress.silence_timeout is not None:
            await self._pauses.remember(brief.person.person_id, progress.silence_timeout)
        body = self._receiver.encode(Report(brief, consultation, outcome, summary.text, turns))
        delivery = DeliveryState.PENDING if self._receiver.wanted else DeliveryState.NOT_WANTED
        seen = consultation.version

        def decide(_brief: Brief, current: Consultation) -> Change | None:
            if current.state is not State.SUMMARISING or current.version != seen:
                return None  # last words came in; the work is still due and starts again
            final = State.COMPLETED if outcome.exception is ExceptionCode.NONE else State.FAILED
            now = self._clock.now()
            done = replace(
                current.to(final),
                version=current.version + 1,
                open_turn=0,
                outcome=outcome,
                summary=summary,
                delivery=Delivery(delivery, settled_at=now if delivery.settled else None),
            )
            kept = self._recordings_kept if outcome.recording_consent is RecordingConsent.GIVEN else timedelta(0)
            wanted = delivery is DeliveryState.PENDING
            return Change(
                done,
                occurrences=(StateChanged(done),),
                due={DueKind.CONCLUDE: None, DueKind.DELIVER: now if wanted else None, DueKind.ERASE: now + kept},
                result=body,
                expire_after=None if wanted else int(self._retention.total_seconds()),
            )

        await transact(self._store, consultation_id, decide)

    async def _new_problems(self, brief: Brief, progress: Progress) -> tuple[NewProblem, ...]:
        """Returns what the person told of their own accord, with the codes it falls under."""
        found = []
        for new in told_problems(brief, progress):
            codes = await self._problem_codes.codes_for(new.problem.content, new.problem.type)
            found.append(replace(new, problem=replace(new.problem, codes=codes)))
        return tuple(found)

    async def erase_recordings(self, consultation_id: str) -> None:
        """Erases what the telephone network recorded of the call: it has been written down.

        Raises:
            ConsultationNotFound, StoreUnavailable, TelephoneUnavailable
        """
        consultation = await self._store.get(consultation_id)
        if consultation.call_sid:
            await self._telephone.delete_recordings(consultation.call_sid)
        await transact(
            self._store,
            consultation_id,
            lambda _, current: Change(replace(current, version=current.version + 1), due={DueKind.ERASE: None}),
        )
