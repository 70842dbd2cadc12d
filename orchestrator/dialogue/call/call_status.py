"""What the telephone network reports of a call, taken into the consultation: in any order, any number of times.

Called by `rpc.call_servicer` (status callbacks) and by `dialogue.call.dialling` (asking the network itself).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from orchestrator.dialogue.call.exchange_record import QUIET
from orchestrator.dialogue.call.live_calls import check_call
from orchestrator.dialogue.ports.clock import Clock
from orchestrator.dialogue.ports.store import Change, ConsultationStore, DueKind
from orchestrator.dialogue.ports.telephone import CallReport, CallStatus, Telephone
from orchestrator.dialogue.transaction import transact
from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import DialFailure, ExceptionCode
from orchestrator.domain.consultation import Consultation, Delivery, DeliveryState, State
from orchestrator.domain.event import StateChanged
from orchestrator.domain.machine import MachineSign
from orchestrator.domain.progress import Progress

# The callee's last words and the news of the hang-up come as two requests at the same time: the words are waited for,
# as long as it may take to fetch and recognise them. When they are written, the conclusion is due at once.
LAST_WORDS = timedelta(seconds=10)

_DIAL_FAILURES = {
    CallStatus.BUSY: DialFailure.BUSY,
    CallStatus.NO_ANSWER: DialFailure.NO_ANSWER,
    CallStatus.FAILED: DialFailure.NETWORK,
    CallStatus.CANCELED: DialFailure.NO_ANSWER,
}
# SIP: the number does not exist (404), is gone (410), or is no number (484).
_NO_SUCH_NUMBER = {404, 410, 484}


class CallStatusReports:
    """Takes reports of the telephone network."""

    def __init__(
        self,
        store: ConsultationStore,
        clock: Clock,
        *,
        telephone: Telephone,
        last_words: timedelta = LAST_WORDS,
    ) -> None:
        """Makes it.

        Args:
            store: where consultations are kept.
            clock: the time.
            telephone: hangs up on machines.
            last_words: how long a callee's last words are waited for when the call has ended.
        """
        self._store = store
        self._clock = clock
        self._telephone = telephone
        self._last_words = last_words

    async def report(self, consultation_id: str, report: CallReport) -> Consultation:
        """Takes a report; one that says nothing new changes nothing.

        Raises:
            ConsultationNotFound, UnknownCall, StoreUnavailable
        """

        def decide(_brief: Brief, current: Consultation) -> Change | None:
            check_call(current, report.call_sid)
            known = replace(current, call_sid=report.call_sid, dial_open=False)
            return self._change(current, known, report)

        return await transact(self._store, consultation_id, decide)

    async def answered_by(self, consultation_id: str, call_sid: str, *, machine: bool) -> bool:
        """Takes note of who answered, as the network hears it; hangs up once it is surely a machine.

        The network guesses: its word is one sign, and one is not enough. Somebody of whom anything was understood is
        no machine, whatever it says.

        Args:
            consultation_id: which consultation.
            call_sid: which call.
            machine: whether it was a machine; else it was a person, or could not be told.

        Returns:
            Whether the call was hung up.

        Raises:
            ConsultationNotFound, UnknownCall, StoreUnavailable
            TelephoneUnavailable: the call was not hung up; the same report tries it again.
        """

        def decide(_brief: Brief, current: Consultation) -> Change | None:
            check_call(current, call_sid)
            if not machine or current.reached(State.SUMMARISING) or not _may_be_machine(current):
                return None
            progress = current.progress.with_sign(MachineSign.NETWORK).judged()
            if progress == current.progress:
                return None
            known = replace(current, call_sid=call_sid, dial_open=False, progress=progress)
            return self._not_answered(known) if progress.over else Change(replace(known, version=current.version + 1))

        after = await transact(self._store, consultation_id, decide)
        progress = after.progress
        if not machine or after.reached(State.SUMMARISING) or not progress.over:
            return False
        if progress.exception is not ExceptionCode.NOT_ANSWERED:
            return False  # a goodbye, which is being played
        await self._telephone.hang_up(call_sid)
        return True

    def _not_answered(self, known: Consultation) -> Change:
        """Returns the change that ends a call with a machine; the network's last report concludes it."""
        now = self._clock.now()
        ended = replace(
            known.to(State.IN_PROGRESS),
            version=known.version + 1,
            answered_at=known.answered_at or now,
        )
        occurrences = () if known.state is State.IN_PROGRESS else (StateChanged(ended),)
        return Change(ended, occurrences=occurrences, due={DueKind.CHECK: now + QUIET})

    def _change(self, current: Consultation, known: Consultation, report: CallReport) -> Change | None:
        if current.reached(State.SUMMARISING):
            return None
        now = report.happened_at or self._clock.now()
        moved = known
        if report.status is CallStatus.RINGING and not current.reached(State.RINGING):
            moved = known.to(State.RINGING)
        elif report.status is CallStatus.IN_PROGRESS and not current.reached(State.IN_PROGRESS):
            moved = replace(known.to(State.IN_PROGRESS), answered_at=now)
        elif report.status is CallStatus.IN_PROGRESS and report.sequence_number is not None:
            moved = replace(known, answered_at=now if report.happened_at else known.answered_at)  # later than the words
        elif report.status.final:
            known = replace(known, answered_at=_answered_at(known, report))
            return ended(known, now, self._clock.now(), _failure(report), last_words=self._last_words)
        if moved == current:
            return None
        moved = replace(moved, version=current.version + 1)
        return Change(moved, occurrences=() if moved.state is current.state else (StateChanged(moved),))


def ended(
    consultation: Consultation,
    ended_at: datetime,
    now: datetime,
    failure: DialFailure,
    *,
    last_words: timedelta = LAST_WORDS,
) -> Change:
    """Returns the change that ends a call: the conclusion is due.

    Args:
        consultation: before; its version is counted up here.
        ended_at: when the call ended.
        now: the time.
        failure: why it did not get through, if nobody answered.
        last_words: how long the callee's last words are waited for.
    """
    progress = consultation.progress
    unanswered = consultation.state.before_call and failure is not DialFailure.NONE
    if unanswered:
        progress = replace(progress, exception=ExceptionCode.NOT_ANSWERED)
    grace = last_words if consultation.open_turn and not progress.over else timedelta(0)
    moved = replace(
        consultation.to(State.SUMMARISING),
        version=consultation.version + 1,
        progress=progress,
        ended_at=ended_at,
        dial_open=False,
        dial_failure=failure if unanswered else DialFailure.NONE,
    )
    due = {DueKind.DIAL: None, DueKind.CHECK: None, DueKind.CONCLUDE: now + grace}
    return Change(moved, occurrences=(StateChanged(moved),), due=due)


def cancelled(
    consultation: Consultation, now: datetime, retention: timedelta, failure: DialFailure = DialFailure.NONE
) -> Change:
    """Returns the change that calls off a call nobody has answered.

    Its dialling is due once more: whoever dials hangs up what may have been placed meanwhile, and returns the permit.

    Args:
        consultation: before; its version is counted up here.
        now: the time.
        retention: how long it is kept.
        failure: why it was not to be, if not because somebody said so.
    """
    moved = replace(
        consultation.to(State.CANCELLED),
        version=consultation.version + 1,
        ended_at=now,
        dial_failure=failure,
        delivery=Delivery(DeliveryState.NOT_WANTED, settled_at=now),
    )
    due: dict[DueKind, datetime | None] = {DueKind.CHECK: None}
    if not consultation.dial_open:  # else the network is being asked, and whoever asks does the same
        due[DueKind.DIAL] = now
    expire_after = int(retention.total_seconds())
    return Change(moved, occurrences=(StateChanged(moved),), due=due, expire_after=expire_after)


def _may_be_machine(consultation: Consultation) -> bool:
    """Whether nothing was understood of whoever answered, or nothing since they seemed to be a machine."""
    progress = consultation.progress
    nothing = Progress(
        ask_count=progress.ask_count,
        silences=progress.silences,
        misunderstandings=progress.misunderstandings,
        silence_timeout=progress.silence_timeout,
    )
    doubtful = bool(progress.machine_signs) and not progress.over
    return (doubtful or progress == nothing) and not consultation.alarms


def _answered_at(consultation: Consultation, last: CallReport) -> datetime | None:
    """Returns when a call was answered, by the network's last report of it if that tells: others may come later."""
    if last.status is not CallStatus.COMPLETED or last.happened_at is None or not last.duration:
        return consultation.answered_at
    answered_at = last.happened_at - timedelta(seconds=last.duration)
    return max(answered_at, consultation.dialled_at or answered_at)


def _failure(report: CallReport) -> DialFailure:
    if report.sip_response_code in _NO_SUCH_NUMBER:
        return DialFailure.INVALID_NUMBER
    return _DIAL_FAILURES.get(report.status, DialFailure.NONE)
