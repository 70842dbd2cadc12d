"""Which of the expected answers an answer means, if any; and what it says in passing to other questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from orchestrator.dialogue.ports.sentences import Vectors
from orchestrator.dialogue.understanding.asides import OtherStep, clauses_about, only_about
from orchestrator.dialogue.understanding.leaning import leanings
from orchestrator.dialogue.understanding.learned import Classifier
from orchestrator.dialogue.understanding.match_features import (
    Column,
    Features,
    lexical_features,
    sentences_of,
    vector_features,
)
from orchestrator.dialogue.understanding.match_weights import LEXICAL, SEMANTIC
from orchestrator.dialogue.understanding.retractions import without_retracted
from orchestrator.dialogue.understanding.sayings import Sayings
from orchestrator.dialogue.understanding.sentences import Sentences
from orchestrator.dialogue.understanding.sides import affirms_what_is_denied, chosen_by_one_word
from orchestrator.dialogue.understanding.similarity import Match
from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.dialogue.utterance import Aside
from orchestrator.domain.plan import Plan, Step
from orchestrator.domain.question import ExpectedAnswer

__all__ = ["Match", "Matching", "OtherStep"]

# From this on an answer that nobody asked for is taken: it is not asked again, so it must be right.
ASIDE_THRESHOLD = 0.8
_NAMED = 0.95
_TIMEOUT = 0.8  # seconds; the callee waits


@dataclass(frozen=True, slots=True)
class _Choice:
    """The most probable expected answer, and how probable it is that it, or else none, was meant."""

    index: int
    share: float
    none: float


class Matching:
    """Chooses by a conditional logit over the expected answers and "none of them".

    With an encoder by words and meaning, without one, or while it does not answer, by the words alone.
    """

    def __init__(self, sentences: Sentences | None, sayings: Sayings | None = None) -> None:
        """Makes it.

        Args:
            sentences: None: there is no encoder.
            sayings: None: those that come with the package.
        """
        self._sentences = sentences
        self._sayings = sayings or Sayings.shipped()

    async def prepare(self, plan: Plan) -> None:
        """Encodes what a plan asks and expects, so that in the call only the callee's words are left to encode."""
        if self._sentences is None:
            return
        fixed = [
            sentence
            for step in plan.steps
            if step.expected_answers
            for sentence in sentences_of("", step.text, [answer.text for answer in step.expected_answers])
        ]
        await self._sentences.index(list(dict.fromkeys(filter(None, fixed))))

    async def match(self, text: str, question: str, expected: Sequence[ExpectedAnswer]) -> Match | None:
        """Returns the expected answer that is meant, with its probability; None: none of them is."""
        if not expected or not compact(text):
            return None
        answers = [answer.text for answer in expected]
        if (named := chosen_by_one_word(text, answers)) is not None:
            return Match(named, _NAMED)
        choice = await self._choose(text, question, answers)
        return Match(choice.index, choice.share) if choice.share > choice.none else None

    async def asides(self, text: str, open_step: Step, others: Sequence[OtherStep]) -> tuple[Aside, ...]:
        """Returns answers to other questions in the same breath.

        That is clauses that are about another question and not about the open one, and that mean one of its expected
        answers beyond doubt. What was answered before is only changed if the callee says that they correct themselves.

        Args:
            text: what the callee said.
            open_step: what was asked; never among the answers.
            others: the other steps of the plan, with what is known of them.
        """
        found = []
        for other, clause in clauses_about(text, open_step, others):
            answers = other.step.expected_answers
            choice = await self._choose(clause, other.step.text, [answer.text for answer in answers])
            if choice.share < ASIDE_THRESHOLD or not other.changed_by(choice.index):
                continue
            found.append(Aside(other.step.subject, clause, choice.index, round(choice.share, 3)))
        return tuple({aside.subject: aside for aside in found}.values())

    async def fits_elsewhere(self, text: str, open_step: Step, others: Sequence[OtherStep], *, above: float) -> bool:
        """Whether an utterance is about another question, and means an answer to that one more surely than to this.

        Args:
            text: what the callee said.
            open_step: what was asked.
            others: the other steps of the plan.
            above: how sure the answer to the open question is, 0 to 1.
        """
        other = only_about(text, open_step, others)
        if other is None:
            return False
        answers = [answer.text for answer in other.step.expected_answers]
        choice = await self._choose(text, other.step.text, answers)
        return choice.share >= ASIDE_THRESHOLD and choice.share > above

    async def _choose(self, text: str, question: str, expected: Sequence[str]) -> _Choice:
        said_before = {"said_before": self._sayings.by_words(text, expected)}
        features = lexical_features(text, question, expected) | said_before
        denied = np.array([np.inf if affirms_what_is_denied(text, answer) else 0.0 for answer in expected])
        vectors = None
        if self._sentences is not None:
            vectors = await self._sentences.vectors(sentences_of(text, question, expected), timeout=_TIMEOUT)
        said = vectors[1] if vectors is not None and self._encodes_as(Classifier.shipped().encoder) else None
        features |= leanings(without_retracted(text), question, expected, said)
        if vectors is None:
            return _most_probable(_utilities(features, LEXICAL) - denied)
        features |= vector_features(vectors, len(expected)) | self._meant_before(vectors, len(expected))
        return _most_probable(_utilities(features, SEMANTIC) - denied)

    def _encodes_as(self, encoder: str) -> bool:
        return self._sentences is not None and self._sentences.name == encoder

    def _meant_before(self, vectors: Vectors, count: int) -> Features:
        if not self._encodes_as(self._sayings.encoder):
            return {}
        return {
            "meant_before": self._sayings.by_meaning(vectors[1], vectors[3 : 3 + count]),
            "beside_before": np.full(count, self._sayings.beside_the_question(vectors[1])),
        }


def _utilities(features: Features, weights: Mapping[str, float]) -> Column:
    utilities: Column = sum((weights[name] * column for name, column in features.items()), np.zeros(1))
    return utilities


def _most_probable(utilities: Column) -> _Choice:
    odds = np.exp(np.append(utilities, 0.0) - max(0.0, utilities.max()))
    shares = odds / odds.sum()
    best = int(shares[:-1].argmax())
    return _Choice(best, float(shares[best]), float(shares[-1]))
