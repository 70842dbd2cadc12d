"""Consultations as their owner sees them: start, look, follow, end, erase. Called by `rpc.consultation_servicer`."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

from orchestrator.dialogue.alarms import Alarms
from orchestrator.dialogue.call.call_status import cancelled, ended
from orchestrator.dialogue.call.turn_record import Transcript
from orchestrator.dialogue.interview.institution import Institution
from orchestrator.dialogue.interview.plan_making import make_plan
from orchestrator.dialogue.ports.audio import AudioStore
from orchestrator.dialogue.ports.clock import Clock
from orchestrator.dialogue.ports.pauses import PauseMemory
from orchestrator.dialogue.ports.store import Change, ConsultationStore, DueKind, Page
from orchestrator.dialogue.ports.telephone import Telephone
from orchestrator.dialogue.transaction import transact
from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import DialFailure
from orchestrator.domain.consultation import Consultation, State
from orchestrator.domain.errors import RequestIdReused, WrongState
from orchestrator.domain.event import AlarmChanged, DeliveryAttempted, Event, StateChanged
from orchestrator.domain.outcome import Outcome, Summary
from orchestrator.domain.progress import Progress

# The id of a consultation follows from its request_id, so that the same request finds the same consultation.
_REQUESTS = uuid.UUID("6f0e3f0e-52a7-5d0c-9d6e-0b6a51d2a3c4")
# How long one look for new events waits, in seconds.
_WATCH_WAIT = 5.0


class Consultations:
    """Starts, shows and ends consultations."""

    def __init__(
        self,
        *,
        store: ConsultationStore,
        audio: AudioStore,
        telephone: Telephone,
        clock: Clock,
        institution: Institution,
        pauses: PauseMemory,
        alarms: Alarms,
        retention: timedelta = timedelta(days=30),
    ) -> None:
        self._store = store
        self._audio = audio
        self._telephone = telephone
        self._clock = clock
        self._institution = institution
        self._pauses = pauses
        self._alarms = alarms
        self._retention = retention

    async def start(self, brief: Brief, *, masked_phone: str, request_id: str, fingerprint: str) -> Consultation:
        """Accepts a consultation; the phone rings soon after.

        Args:
            brief: the order, checked; its plan is made here.
            masked_phone: the number as it may be shown.
            request_id: the same one twice is one consultation; empty: always a new one.
            fingerprint: of the request's content, to tell a repetition from a mistake.

        Raises:
            RequestIdReused, StoreUnavailable
        """
        consultation_id = id_of(request_id) if request_id else str(uuid.uuid4())
        questions = (*brief.frequent_questions, *self._institution.questions)
        brief = replace(brief, frequent_questions=questions, plan=make_plan(brief, self._institution))
        now = self._clock.now()
        consultation = Consultation(
            consultation_id=consultation_id,
            person_id=brief.person.person_id,
            question_set_id=brief.question_set_id,
            session_index=brief.session_index,
            account_id=brief.account_id,
            masked_phone=masked_phone,
            created_at=now,
            fingerprint=fingerprint,
            version=1,
            progress=Progress(silence_timeout=await self._pause(brief)),
        )
        change = Change(consultation, occurrences=(StateChanged(consultation),), due={DueKind.DIAL: now})
        existing = await self._store.create(brief, change)
        if existing is None:
            return consultation
        if existing.fingerprint != fingerprint:
            raise RequestIdReused(consultation_id)
        return existing

    async def get(self, consultation_id: str) -> Consultation:
        """Returns a consultation.

        Raises:
            ConsultationNotFound, StoreUnavailable
        """
        return await self._store.get(consultation_id)

    async def newest(self, *, limit: int, token: str) -> Page[Consultation]:
        """Lists consultations, newest first.

        Raises:
            InvalidPageToken, StoreUnavailable
        """
        return await self._store.newest(limit=limit, token=token)

    async def undelivered(self, *, limit: int, token: str) -> Page[Consultation]:
        """Lists consultations whose result was given up.

        Raises:
            InvalidPageToken, StoreUnavailable
        """
        return await self._store.undelivered(limit=limit, token=token)

    async def transcript(self, consultation_id: str, *, after: int, limit: int) -> Transcript:
        """Returns turns with numbers above `after`, and what of them was heard.

        Raises:
            ConsultationNotFound, StoreUnavailable
        """
        consultation, turns = await self._store.transcript(consultation_id, after=after, limit=limit)
        return Transcript(turns, consultation.heard_through, consultation.heard_parts)

    async def watch(self, consultation_id: str, cursor: str) -> AsyncGenerator[Event, None]:
        """Yields what happens after a cursor, until nothing more will happen by itself.

        That is when the consultation is settled and nobody is to be told of an open alarm any more.

        Raises:
            ConsultationNotFound, InvalidCursor, StoreUnavailable
        """
        over = await self._over(consultation_id)
        while True:
            events = await self._store.events(consultation_id, cursor, wait=0.0 if over else _WATCH_WAIT)
            for event in events:
                cursor = event.cursor
                yield event
            if over and not events:
                return
            if not over and (not events or any(_may_settle(event) for event in events)):
                over = await self._over(consultation_id)

    async def concluded(self, consultation_id: str) -> tuple[Summary, Outcome]:
        """Returns summary and outcome of a consultation that is over.

        Raises:
            ConsultationNotFound, StoreUnavailable
            WrongState: there are none yet, or never will be.
        """
        consultation = await self._store.get(consultation_id)
        if consultation.summary is None or consultation.outcome is None:
            raise WrongState(consultation_id, consultation.state)
        return consultation.summary, consultation.outcome

    async def end(self, consultation_id: str) -> Consultation:
        """Hangs up, or does not call any more; one that is over stays as it is.

        Raises:
            ConsultationNotFound, TelephoneUnavailable, StoreUnavailable
        """
        consultation = await self._store.get(consultation_id)
        if consultation.call_sid and not consultation.reached(State.SUMMARISING):
            await self._telephone.hang_up(consultation.call_sid)

        def decide(_brief: Brief, current: Consultation) -> Change | None:
            if current.reached(State.SUMMARISING) or current.call_sid != consultation.call_sid:
                return None
            now = self._clock.now()
            if current.reached(State.IN_PROGRESS):
                return ended(current, now, now, DialFailure.NONE)
            return cancelled(current, now, self._retention)

        after = await transact(self._store, consultation_id, decide)
        if not after.reached(State.SUMMARISING):  # the call was placed meanwhile, and is to be hung up first
            return await self.end(consultation_id)
        return after

    async def delete(self, consultation_id: str) -> None:
        """Erases every trace of a consultation.

        Raises:
            ConsultationNotFound, TelephoneUnavailable, StoreUnavailable
            WrongState: the call is not over.
        """
        consultation = await self._store.get(consultation_id)
        if not consultation.state.final:
            raise WrongState(consultation_id, consultation.state)
        if consultation.call_sid:
            await self._telephone.delete_recordings(consultation.call_sid)
        replies = await self._store.replies(consultation_id)
        await self._audio.delete([prompt.audio_token for reply in replies for prompt in reply.prompts])
        await self._pauses.forget(consultation.person_id)
        await self._store.delete(consultation_id)

    async def _over(self, consultation_id: str) -> bool:
        consultation = await self._store.get(consultation_id)
        return consultation.settled and not self._alarms.pending(consultation)

    async def _pause(self, brief: Brief) -> float | None:
        """Returns the pause that proved right in the person's last call, unless the order says how to listen."""
        if brief.listening.silence_timeout is not None:
            return None
        return await self._pauses.pause(brief.person.person_id)


def id_of(request_id: str) -> str:
    """Returns the id of the consultation that a request starts."""
    return str(uuid.uuid5(_REQUESTS, request_id))


def fingerprint(content: bytes) -> str:
    """Returns what tells one request's content from another's, and nothing about it."""
    return hashlib.sha256(content).hexdigest()


def _may_settle(event: Event) -> bool:
    match event.occurrence:
        case StateChanged(consultation):
            return consultation.settled
        case DeliveryAttempted(state=state):
            return state.settled
        case AlarmChanged():
            return True
    return False
