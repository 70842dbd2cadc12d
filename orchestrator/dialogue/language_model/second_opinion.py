"""What a language model makes of an utterance: asked about danger in every one, and about the rest where rules fail.

An opinion holds nothing that was not possible: unknown words, answers that nobody expects, numbers that were not said,
and judgements that rest on words that were not said are dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from orchestrator.dialogue.language_model import prompts
from orchestrator.dialogue.language_model.figures import figures
from orchestrator.dialogue.language_model.masking import mask_of
from orchestrator.dialogue.ports.language_model import LanguageModel, Schema
from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.dialogue.utterance import Intent
from orchestrator.domain.brief import Person
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.errors import LanguageModelUnavailable
from orchestrator.domain.plan import Step, StepKind
from orchestrator.domain.turn import LanguageModelUse, Turn

# What only the line tells.
_NOT_OF_WORDS = {Intent.NO_INPUT, Intent.MACHINE, Intent.CARRIER_NOTICE, Intent.PHONE_HANDED_ON}
INTENTS = tuple(intent for intent in Intent if intent not in _NOT_OF_WORDS)

_CONTEXT_TURNS = 6
_MOST_TOKENS = 200
_LONGEST_TEXT = 1000

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a language model makes of an utterance.

    Attributes:
        expected_answer: index of the open step's expected answer.
        danger: None: there is none.
        number: the one that was said.
        use: what it cost.
    """

    intent: Intent
    expected_answer: int | None
    danger: DangerKind | None
    number: int | None
    use: LanguageModelUse


class SecondOpinion:
    """Asks a language model what a callee means."""

    def __init__(self, language_model: LanguageModel | None) -> None:
        """Makes it.

        Args:
            language_model: None: there are no second opinions.
        """
        self._language_model = language_model

    @property
    def available(self) -> bool:
        """Whether there is a model to ask."""
        return self._language_model is not None

    async def read(
        self, text: str, step: Step, turns: Sequence[Turn], *, timeout: float, person: Person | None = None
    ) -> Opinion | None:
        """Returns a model's opinion; None: no model, no answer in time, or one outside of what was possible.

        Args:
            text: the callee's words.
            step: what was asked.
            turns: those before it.
            timeout: seconds.
            person: whose name and dates the model does not learn.
        """
        masked = _masked(text, step, person)[:_LONGEST_TEXT]
        if self._language_model is None or timeout <= 0 or not compact(masked):
            return None
        messages = prompts.opinion_prompt(masked, step, turns[-_CONTEXT_TURNS:], person=person)
        try:
            completion = await self._language_model.complete(
                messages, opinion_schema(step), max_tokens=_MOST_TOKENS, timeout=timeout
            )
        except LanguageModelUnavailable:
            return None
        return checked(completion.content, masked, step, replace(completion.use, prompt_version=prompts.VERSION))


def opinion_schema(step: Step) -> Schema:
    """Returns the form of an opinion on an answer to a step."""
    indexes = list(range(len(step.expected_answers)))
    properties = {
        "intent": {"type": "string", "enum": [intent.value for intent in INTENTS]},
        "expected_answer": {"type": ["integer", "null"], "enum": [*indexes, None]},
        "danger": {"type": ["string", "null"], "enum": [*(kind.value for kind in DangerKind), None]},
        "number": {"type": ["integer", "null"]},
        "quote": {"type": "string"},
    }
    form = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return Schema("opinion", form)


def checked(content: Mapping[str, Any], text: str, step: Step, use: LanguageModelUse) -> Opinion | None:
    """Returns an opinion without what was not possible; None if nothing is left of it.

    Args:
        content: the model's answer.
        text: the utterance, as the model was told.
        step: what was asked.
        use: what it cost.
    """
    quote = content.get("quote")
    if not isinstance(quote, str) or not compact(quote) or compact(quote) not in compact(text):
        return None
    danger = _one_of(DangerKind, content.get("danger"))
    intent = Intent.DANGER if danger is not None else _one_of(Intent, content.get("intent"))
    if intent is None or intent in _NOT_OF_WORDS or (intent is Intent.DANGER and danger is None):
        return None
    expected = _integer(content.get("expected_answer"))
    possible = expected is not None and 0 <= expected < len(step.expected_answers)
    number = _integer(content.get("number"))
    said = number is not None and number in {figure.value for figure in figures(text)}
    return Opinion(intent, expected if possible else None, danger, number if said else None, use)


def _masked(text: str, step: Step, person: Person | None) -> str:
    """Returns an utterance without what says who somebody is; even an unknown person may be asked for it."""
    if person is None and step.kind is StepKind.IDENTITY:
        person = Person("", step.text, "")
    return mask_of(person, every_number=step.kind is StepKind.BIRTH_DATE)(text)


def _one_of(words: type[Word], value: object) -> Word | None:
    return words(value) if isinstance(value, str) and value in set(words) else None


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
