"""How an exchange is written down: its turns, the progress, the reply, and the alarm if a danger was noticed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from orchestrator.dialogue.call.hearing import Heard
from orchestrator.dialogue.call.longest_call import longest_answer, looked_up_at
from orchestrator.dialogue.call.noticing import with_alarm
from orchestrator.dialogue.call.patience import ListeningTimes, silence_timeout
from orchestrator.dialogue.call.turn_record import agent_turns, callee_turn
from orchestrator.dialogue.interview.comprehension import Comprehended
from orchestrator.dialogue.move import Move, Saying
from orchestrator.dialogue.ports.store import Change, DueKind
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation, State
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.event import Occurrence, TurnTaken
from orchestrator.domain.machine import MachineSign, is_machine
from orchestrator.domain.playout import HeardPart, Playout
from orchestrator.domain.progress import Progress
from orchestrator.domain.turn import HandOver, HangUp, Listen, Prompt, Reply, Turn

# A call of which nothing was heard for this long is looked up at the telephone network: its end may not have been
# reported. Longer than a turn may take.
QUIET = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class DutyPhone:
    """Whom callees in danger are put through to.

    Attributes:
        phone: E.164.
        ring_timeout: seconds it may ring.
    """

    phone: str
    ring_timeout: float


@dataclass(frozen=True, slots=True)
class Thought:
    """What an utterance led to.

    Attributes:
        subject: what the callee's turn was about.
        matching_ms: milliseconds that it took to understand it.
        comprehended: what was made of it; None: there was nothing to understand.
    """

    subject: str
    matching_ms: float
    move: Move
    comprehended: Comprehended | None = None


@dataclass(frozen=True, slots=True)
class ExchangeRecord:
    """All that is known of an exchange when it is written down.

    Attributes:
        before: the consultation as the exchange found it.
        fillers: words said while the callee waited.
        prompts: the move's words, spoken; none if nobody listens any more.
        costs: milliseconds that each took to synthesise.
        total_ms: milliseconds of the whole exchange.
        playout: how far the words before it were played; None: to their end.
    """

    brief: Brief
    before: Consultation
    heard: Heard
    thought: Thought
    fillers: tuple[Saying, ...]
    prompts: tuple[Prompt, ...]
    costs: tuple[float, ...]
    total_ms: float
    listening: ListeningTimes
    duty_phone: DutyPhone | None
    playout: Playout | None = None

    @property
    def turn_number(self) -> int:
        """The callee's turn."""
        return self.before.open_turn

    def change(self, current: Consultation, now: datetime) -> tuple[Change, Reply]:
        """Returns the change that writes the exchange over the newest record, and the reply it stands for."""
        over = current.reached(State.SUMMARISING)
        hung_up_on = current.progress.over and not self.before.progress.over
        progress, reply, open_turn = self._progress(current), Reply((), HangUp()), 0
        unheard = over or hung_up_on or is_machine(progress.machine_signs)
        turns = self._turns(now, answered=bool(self.prompts) and not unheard)
        answered = len(turns) > 1
        if hung_up_on:  # as on a machine, meanwhile: what it is heard to say changes nothing
            progress = current.progress
        elif over:  # these were the last words: what the interview makes of them counts, but is not said any more
            progress = _unsaid(progress, current.progress)
        elif answered:
            open_turn = turns[-1].number + 1
            reply = Reply(self.prompts, self._next(open_turn, now))
        moved = replace(
            current,
            version=current.version + 1,
            progress=replace(progress, untold=progress.untold or _news(self.before, current)),
            turn_count=turns[-1].number,
            open_turn=open_turn,
            replied_turn=self.turn_number,
            heard_through=self.turn_number - 1,
            heard_parts=heard_parts(current, self.playout),
        )
        due = {DueKind.CONCLUDE: now} if over else {DueKind.CHECK: looked_up_at(self.brief, current, now, QUIET)}
        return self._written(moved, turns, reply, due, now), reply

    def _progress(self, current: Consultation) -> Progress:
        """Returns the move's progress, with what the network has meanwhile made of a callee who said nothing."""
        progress, comprehended = self.thought.move.progress, self.thought.comprehended
        news = MachineSign.NETWORK in current.progress.machine_signs and not self.before.progress.machine_signs
        person = comprehended is None or comprehended.understood.by_a_person
        return progress.with_sign(MachineSign.NETWORK).judged() if news and not person else progress

    def sequel(self, current: Consultation, begun: Reply, now: datetime) -> tuple[Change, Reply]:
        """Returns the change that writes the agent's turns after others that were written, and the whole reply.

        Args:
            current: the newest record.
            begun: the reply so far; nothing came after it.
            now: when.
        """
        turns = self._agent_turns(current.open_turn, (), now)
        open_turn = turns[-1].number + 1
        progress = self.thought.move.progress
        moved = replace(
            current,
            version=current.version + 1,
            progress=replace(progress, untold=progress.untold or _news(self.before, current)),
            turn_count=turns[-1].number,
            open_turn=open_turn,
        )
        reply = Reply((*begun.prompts, *self.prompts), self._next(open_turn, now))
        due = {DueKind.CHECK: looked_up_at(self.brief, current, now, QUIET)}
        return self._written(moved, turns, reply, due, now), reply

    def _written(
        self, moved: Consultation, turns: Sequence[Turn], reply: Reply, due: dict[DueKind, datetime], now: datetime
    ) -> Change:
        occurrences: tuple[Occurrence, ...] = tuple(map(TurnTaken, turns))
        comprehended = self.thought.comprehended
        if comprehended is not None and (danger := comprehended.understood.danger) is not None:
            moved, told = with_alarm(moved, danger, self.turn_number, comprehended.observers, now)
            occurrences = (*occurrences, *told)
            due = {**due, DueKind.ALARM: now}
        return Change(moved, tuple(turns), occurrences, {self.turn_number: reply}, due)

    def _turns(self, now: datetime, *, answered: bool) -> tuple[Turn, ...]:
        comprehended = self.thought.comprehended
        callee = callee_turn(
            self.turn_number,
            self.heard,
            self.thought.subject,
            matching_ms=self.thought.matching_ms,
            now=now,
            understood=comprehended.understood if comprehended else None,
        )
        if not answered:
            return (callee,)
        return (callee, *self._agent_turns(self.turn_number + 1, self.fillers, now))

    def _agent_turns(self, first: int, fillers: tuple[Saying, ...], now: datetime) -> list[Turn]:
        return agent_turns(
            first,
            (*fillers, *self.thought.move.sayings),
            (*(None,) * len(fillers), *self.costs),
            total_ms=self.total_ms,
            now=now,
            wording_version=self.brief.plan.wording_version,
        )

    def _next(self, open_turn: int, now: datetime) -> Listen | HangUp | HandOver:
        move = self.thought.move
        if move.hand_over and self.duty_phone is not None:
            return HandOver(self.duty_phone.phone, self.duty_phone.ring_timeout, open_turn)
        if move.progress.over:
            return HangUp(open_turn)
        pause = silence_timeout(move.progress, self.brief.listening, self.listening)
        most = longest_answer(self.brief, self.before, now, self.listening.most)
        return Listen(open_turn, pause, most, self._keys(move.progress))

    def _keys(self, progress: Progress) -> int:
        return self.brief.plan.steps[progress.position].keys_wanted(progress.ask_count)


def heard_parts(consultation: Consultation, playout: Playout | None) -> tuple[HeardPart, ...]:
    """Returns which of the agent's turns were not heard to their end, once the callee has answered.

    Args:
        consultation: before the answer.
        playout: how far the latest reply was played; None: to its end.
    """
    earlier = (part for part in consultation.heard_parts if part.turn_number <= consultation.replied_turn)
    if playout is None:
        return tuple(earlier)
    begun = {part.turn_number: part for part in playout.parts}
    first = max(playout.through, consultation.replied_turn) + 1
    return (*earlier, *(begun.get(turn, HeardPart(turn, 0)) for turn in range(first, consultation.open_turn)))


def _unsaid(after: Progress, before: Progress) -> Progress:
    """Returns the progress of a move whose words nobody heard: nothing was asked by them."""
    return replace(after, ask_count=before.ask_count if after.position == before.position else 0)


def _news(before: Consultation, current: Consultation) -> DangerKind | None:
    """Returns a danger that was noticed, too late for its own reply, while this exchange was at work."""
    return current.progress.untold if current.progress.untold != before.progress.untold else None
