"""What the callee means, layer by layer: fixed rules and likeness first, the language model where they find nothing.

The model is asked about every utterance with more words than a yes or a no, because it is the second opinion on danger;
but it is waited for only where its answer is needed. One that comes later is handed out by `late`, and never lost.
Called by `dialogue.call.exchange`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from orchestrator.dialogue.budget import Budget
from orchestrator.dialogue.language_model.second_opinion import Opinion, SecondOpinion
from orchestrator.dialogue.understanding.matching import OtherStep
from orchestrator.dialogue.understanding.plain_words import is_plain
from orchestrator.dialogue.understanding.understand import Understanding
from orchestrator.dialogue.utterance import Intent, Understood, Utterance
from orchestrator.domain.alarm import Observer
from orchestrator.domain.brief import Person
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.plan import Plan, Step
from orchestrator.domain.turn import Layer, Source, Turn


@dataclass(frozen=True, slots=True)
class Comprehended:
    """What was made of an utterance.

    Attributes:
        understood: what it means.
        observers: who noticed the danger in it, if there is one.
        opinion: the language model's, still on its way; None: it has come, or was not asked for.
    """

    understood: Understood
    observers: tuple[Observer, ...] = ()
    opinion: asyncio.Task[Opinion | None] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a call something is said.

    Attributes:
        step: what is open.
        others: the other steps of the plan, and what became of them.
        turns: the latest turns, for a language model; their person is masked in them.
    """

    step: Step
    others: Sequence[OtherStep]
    turns: Sequence[Turn]
    person: Person


class Comprehension:
    """Understands callees."""

    def __init__(
        self,
        understanding: Understanding,
        second_opinion: SecondOpinion,
        *,
        patience: float = 2.5,
        longest: float = 8.0,
    ) -> None:
        """Makes it.

        Args:
            understanding: rules and likeness.
            second_opinion: the language model.
            patience: seconds that its opinion is waited for where it is needed.
            longest: seconds it may take at all.
        """
        self._understanding = understanding
        self._second_opinion = second_opinion
        self._patience = patience
        self._longest = longest

    def asks_a_model(self, utterance: Utterance, step: Step) -> bool:
        """Whether a language model is asked about what was said while a step is open."""
        spoken = utterance.source is Source.SPEECH and self._second_opinion.available
        return spoken and not is_plain(utterance.text, step)

    async def prepare(self, plan: Plan) -> None:
        """Gets ready for a plan, so that no callee waits for it."""
        await self._understanding.prepare(plan)

    async def rehearse(self, plan: Plan) -> None:
        """Understands an answer that nobody gave, so that all models are loaded that it takes."""
        for step in [step for step in plan.steps if step.expected_answers][:1]:
            await self._understanding.understand(Utterance("무릎이 아파서 병원에 갔어요", Source.SPEECH), step)

    async def comprehend(self, utterance: Utterance, place: Place, budget: Budget) -> Comprehended:
        """Returns what an utterance means in its place.

        Whoever calls owns the `opinion` that is still on its way.
        """
        asked: asyncio.Task[Opinion | None] | None = None
        if self.asks_a_model(utterance, place.step):
            reading = self._second_opinion.read(
                utterance.text, place.step, place.turns, person=place.person, timeout=self._longest
            )
            asked = asyncio.create_task(reading, name="second_opinion")
        try:
            understood = await self._understanding.understand(utterance, place.step, place.others)
            if asked is not None and _open(understood, place.step):
                await asyncio.wait({asked}, timeout=budget.share(self._patience))
        except BaseException:
            if asked is not None:
                asked.cancel()
            raise
        if asked is None or not asked.done():
            return Comprehended(understood, _by_rules(understood), asked)
        opinion = asked.result()
        return Comprehended(_with_opinion(understood, opinion, place.step), _observers(understood, opinion))


# What ends a call. A model can be talked into it.
_NOT_BY_A_MODEL_ALONE = {
    Intent.REFUSE_CALL,
    Intent.WRONG_PERSON,
    Intent.CALL_BACK_LATER,
    Intent.ABUSE,
    Intent.MACHINE,
    Intent.CARRIER_NOTICE,
}


def danger_in(opinion: Opinion | None) -> DangerKind | None:
    """Returns the danger that an opinion names."""
    return opinion.danger if opinion is not None else None


def with_late_danger(comprehended: Comprehended, step: Step) -> Comprehended:
    """Returns what was made of an utterance, with the danger that an opinion names which has come since."""
    opinion = comprehended.opinion
    if opinion is None or not opinion.done() or opinion.cancelled() or danger_in(opinion.result()) is None:
        return comprehended
    understood = _with_opinion(comprehended.understood, opinion.result(), step)
    return Comprehended(understood, _observers(comprehended.understood, opinion.result()), opinion)


def _open(understood: Understood, step: Step) -> bool:
    """Whether rules and likeness have found nothing that the interview could go on with."""
    if understood.intent is Intent.NO_MATCH:
        return True
    unmatched = understood.expected_answer is None and bool(step.expected_answers)
    return understood.intent is Intent.ANSWER and unmatched


def _with_opinion(understood: Understood, opinion: Opinion | None, step: Step) -> Understood:
    """Returns what is understood, with the model's opinion where there was none, and its danger in any case."""
    if opinion is None:
        return understood
    if opinion.danger is not None and understood.danger is None:
        return replace(understood, intent=Intent.DANGER, danger=opinion.danger, layer=Layer.LANGUAGE_MODEL)
    if not _open(understood, step) or opinion.intent in _NOT_BY_A_MODEL_ALONE:
        return understood
    return replace(
        understood,
        intent=opinion.intent,
        expected_answer=opinion.expected_answer,
        number=opinion.number,
        layer=Layer.LANGUAGE_MODEL,
    )


def _by_rules(understood: Understood) -> tuple[Observer, ...]:
    return (Observer.RULES,) if understood.danger is not None else ()


def _observers(understood: Understood, opinion: Opinion | None) -> tuple[Observer, ...]:
    seen = danger_in(opinion)
    agrees = seen is not None and understood.danger in {None, seen}
    return (*_by_rules(understood), *((Observer.LANGUAGE_MODEL,) if agrees else ()))
