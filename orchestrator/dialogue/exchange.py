"""One exchange of a call: hear the callee, understand, answer, speak, and write it all down at once.

Called by `dialogue.live_calls`; calls `hearing`, `understanding`, `interview`, `answering`, `speaking`, `turn_record`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

from orchestrator.dialogue.answering import SUBJECT, Answering, CalleeQuestion
from orchestrator.dialogue.budget import Budget, Stopwatch
from orchestrator.dialogue.hearing import Heard, Hearing
from orchestrator.dialogue.interview import Interview, Move, Saying
from orchestrator.dialogue.ports import Change, Clock, ConsultationStore, DueKind
from orchestrator.dialogue.speaking import Speaking
from orchestrator.dialogue.transaction import transact
from orchestrator.dialogue.turn_record import agent_turns, callee_turn
from orchestrator.dialogue.understanding.understand import understand
from orchestrator.dialogue.utterance import Intent
from orchestrator.dialogue.wording import Wording
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation, State
from orchestrator.domain.event import TurnTaken
from orchestrator.domain.progress import Progress
from orchestrator.domain.turn import CalleeInput, HangUp, Listen, Prompt, Reply

# A call of which nothing was heard for this long is looked up at the telephone network: its end may not have been
# reported. Longer than a turn may take.
QUIET = timedelta(minutes=3)
# How many of the latest turns a language model is shown.
_CONTEXT_TURNS = 8


@dataclass(frozen=True, slots=True)
class ListeningTimes:
    """How long the callee is listened to, in seconds."""

    silence: float = 5.0
    most: float = 60.0


@dataclass(frozen=True, slots=True)
class ExchangeParts:
    """What every exchange works with."""

    store: ConsultationStore
    hearing: Hearing
    answering: Answering
    speaking: Speaking
    clock: Clock
    wording: Wording
    listening: ListeningTimes


@dataclass(frozen=True, slots=True)
class _Thought:
    """What an utterance led to."""

    subject: str
    matching_ms: float
    move: Move


class Exchange:
    """Takes one turn of the callee; made once, run by one task.

    Attributes:
        consultation_id: in which consultation.
        writing: the work is done but for the writing, so that it is too late for a filler.
        upcoming: words that may well be said in the next exchange; known when this one is done.
    """

    upcoming: tuple[str, ...] = ()

    def __init__(self, parts: ExchangeParts, brief: Brief, consultation: Consultation) -> None:
        self._parts = parts
        self._brief = brief
        self._consultation = consultation
        self.consultation_id = consultation.consultation_id
        self._turn_number = consultation.open_turn
        self._fillers: list[Saying] = []
        self._hung_up = asyncio.Event()
        self.writing = False

    def fill(self, saying: Saying) -> None:
        """Takes note of words said while the callee waited."""
        self._fillers.append(saying)

    def hang_up(self) -> None:
        """Takes note that nobody listens any more: only the callee's words are still worth the work."""
        self._hung_up.set()

    async def take(self, callee_input: CalleeInput, budget: Budget) -> Reply:
        """Hears, understands, answers and writes; returns what the telephone does next.

        Raises:
            ConsultationNotFound, StoreUnavailable
        """
        watch = Stopwatch()
        heard = await self._parts.hearing.hear(callee_input, budget)
        thought = await self._think(heard, budget)
        prompts: tuple[Prompt, ...] = ()
        costs: tuple[float, ...] = ()
        if not self._nobody_listens:
            texts = [saying.text for saying in thought.move.sayings]
            prompts, costs = await self._parts.speaking.speak(texts, budget, consultation_id=self.consultation_id)
        self.writing = True
        reply = await self._write(heard, thought, prompts, costs, watch)
        if isinstance(reply.next, Listen):
            self.upcoming = Interview(self._brief.plan, self._parts.wording).likely(thought.move.progress)
        return reply

    async def _think(self, heard: Heard, budget: Budget) -> _Thought:
        watch = Stopwatch()
        interview = Interview(self._brief.plan, self._parts.wording)
        progress = self._consultation.progress
        step = interview.open_step(progress)
        if step is None or progress.over:
            return _Thought("goodbye", watch.milliseconds(), Move(replace(progress, over=True), ()))
        understood = understand(heard.utterance, step)
        if understood.intent is not Intent.QUESTION or self._nobody_listens:
            move = interview.advance(progress, understood, self._turn_number)
            return _Thought(step.subject, watch.milliseconds(), move)
        matching_ms = watch.milliseconds()
        after = max(0, self._consultation.turn_count - _CONTEXT_TURNS)
        _, turns = await self._parts.store.transcript(self.consultation_id, after=after)
        question = CalleeQuestion(understood.text, step.text, turns)
        answer = await self._answer(question, budget)
        if answer is None:
            return _Thought(SUBJECT, matching_ms, Move(progress, ()))
        return _Thought(SUBJECT, matching_ms, interview.digress(progress, answer))

    async def _answer(self, question: CalleeQuestion, budget: Budget) -> Saying | None:
        """Returns the answer to the callee's question; None, and the work on it is cancelled, once they hang up."""
        answering = self._parts.answering.answer(self.consultation_id, self._brief, question, budget)
        async with asyncio.TaskGroup() as group:
            answer = group.create_task(answering, name="answer")
            hung_up = group.create_task(self._hung_up.wait(), name="hung_up")
            await asyncio.wait({answer, hung_up}, return_when=asyncio.FIRST_COMPLETED)
            answer.cancel()
            hung_up.cancel()
        return None if answer.cancelled() else answer.result()

    @property
    def _nobody_listens(self) -> bool:
        return self._hung_up.is_set() or self._consultation.reached(State.SUMMARISING)

    async def _write(
        self, heard: Heard, thought: _Thought, prompts: tuple[Prompt, ...], costs: tuple[float, ...], watch: Stopwatch
    ) -> Reply:
        reply: Reply | None = None

        def decide(_brief: Brief, current: Consultation) -> Change | None:
            nonlocal reply
            reply = None
            if current.open_turn != self._turn_number or current.state.final:
                return None
            now = self._parts.clock.now()
            turns = [callee_turn(self._turn_number, heard, thought.subject, thought.matching_ms, now)]
            reply = Reply((), HangUp())
            open_turn = 0
            progress = thought.move.progress
            over = current.reached(State.SUMMARISING)
            if over:  # these were the last words: what the interview makes of them counts, but is not said any more
                progress = _unsaid(progress, current.progress)
            elif prompts:
                sayings = (*self._fillers, *thought.move.sayings)
                unmeasured = (None,) * len(self._fillers)
                turns += agent_turns(self._turn_number + 1, sayings, (*unmeasured, *costs), watch.milliseconds(), now)
                open_turn = turns[-1].number + 1
                reply = Reply(prompts, self._next(thought.move, open_turn))
            consultation = replace(
                current,
                version=current.version + 1,
                progress=progress,
                turn_count=turns[-1].number,
                open_turn=open_turn,
                replied_turn=self._turn_number,
                heard_through=self._turn_number - 1,
            )
            occurrences = tuple(TurnTaken(turn) for turn in turns)
            due = {DueKind.CONCLUDE: now} if over else {DueKind.CHECK: now + QUIET}
            return Change(consultation, tuple(turns), occurrences, {self._turn_number: reply}, due)

        known = (self._brief, self._consultation)
        await transact(self._parts.store, self.consultation_id, decide, known=known)
        if reply is not None:
            return reply
        return await self._parts.store.reply(self.consultation_id, self._turn_number) or Reply((), HangUp())

    def _next(self, move: Move, open_turn: int) -> Listen | HangUp:
        if move.progress.over:
            return HangUp(open_turn)
        return Listen(open_turn, self._parts.listening.silence, self._parts.listening.most)


def _unsaid(after: Progress, before: Progress) -> Progress:
    """Returns the progress of a move whose words nobody heard: nothing was asked by them."""
    return replace(after, ask_count=before.ask_count if after.position == before.position else 0)
