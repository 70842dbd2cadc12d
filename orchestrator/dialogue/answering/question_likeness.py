"""Which stored question a callee asks, and how surely it is one of them at all.

Ranked by meaning (an encoder's vectors), by what is asked of what ("how much", "documents": `askings.toml`) and by
letters; then the evidence for the best one is turned into a probability. The weights are fitted by
`evaluation.fit_stored_questions`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from orchestrator.dialogue.answering.question_meanings import Column, Meanings, Nearness
from orchestrator.dialogue.answering.question_weights import LEXICAL, SEMANTIC
from orchestrator.dialogue.ports.sentences import Vectors
from orchestrator.dialogue.understanding.question_form import is_question
from orchestrator.dialogue.understanding.senses import Lexicon
from orchestrator.dialogue.understanding.similarity import Match, SentenceIndex
from orchestrator.domain.question import FrequentQuestion

Asking = frozenset[str]
"""What a sentence asks of what, as `family.sense`."""
Places = NDArray[np.int64]

# Of very many, only the nearest by vectors or letters are looked at closely.
_CLOSELY = 60
_ASKINGS = Lexicon("askings.toml")
_KIND = "kind."
# Who asks in these letters asks the same, whatever it is about.
_SAME_WORDS = 0.5


@lru_cache(maxsize=32768)
def askings(text: str) -> Asking:
    """Returns what a sentence asks of what."""
    return frozenset(f"{family}.{sense}" for family, found in _ASKINGS.senses(text).items() for sense in found)


@dataclass(frozen=True, slots=True)
class Found(Match):
    """A stored question that was found; the score is the probability that any of them is asked.

    Attributes:
        clear: how clearly it is this one rather than another, 0 to 1.
        alike: it is alike enough to be answered.
        certain: nor need it be said which question is answered.
    """

    clear: float
    alike: bool
    certain: bool


@dataclass(frozen=True, slots=True)
class Ranking:
    """Stored questions in order of place, and what speaks for each.

    Attributes:
        columns: the features, a row a place.
        near: None: there are no vectors.
    """

    places: Places
    columns: dict[str, Column]
    near: Nearness | None

    @property
    def rank(self) -> Column:
        """The weighted sum of the features."""
        weights = LEXICAL.rank if self.near is None else SEMANTIC.rank
        rank: Column = sum((weights[name] * column for name, column in self.columns.items()), np.zeros(1))
        return rank

    def evidence(self, rank: Column, *, asks: bool) -> dict[str, float]:
        """Returns what shows whether the first in rank is asked at all.

        Args:
            rank: the weighted sum of the features.
            asks: whether the sentence has the form of a question.
        """
        best = int(rank.argmax())
        evidence = {
            "some": 1.0,
            "asks": float(asks),
            "clear": -math.log(float(np.exp(rank - rank.max()).sum())),
            "asked": float(self.columns["asked"][best]),
            "letters": float(self.columns["letters"][best]),
        }
        if self.near is not None:
            likeness = self.near.likeness
            meaning = float(self.columns["meaning"][best])
            evidence |= {"nearest": float(likeness.max()), "near": float(likeness[best]), "meaning": meaning}
        return evidence


class QuestionIndex:
    """Finds the stored question that is asked."""

    def __init__(self, stored: Sequence[FrequentQuestion], meanings: Meanings | None = None) -> None:
        """Makes it.

        Args:
            stored: the questions, in order.
            meanings: their vectors; None: there are none (yet).
        """
        self._stored = stored
        self._letters = SentenceIndex([entry.question for entry in stored])
        self._meanings = meanings

    def with_meanings(self, meanings: Meanings) -> QuestionIndex:
        """Returns the same index, with vectors."""
        index = copy(self)
        index._meanings = meanings  # noqa: SLF001 - its own
        return index

    def best(self, text: str, vector: Vectors | None, *, without: Collection[int] = ()) -> Found | None:
        """Returns the stored question that is most probably asked, with the probability that it is one of them.

        Args:
            text: what the callee said.
            vector: of that, by the encoder that made the meanings; None: there is none.
            without: places that are not meant, whatever is said.
        """
        ranking = self.ranking(text, vector, without=without)
        if not ranking.places.size:
            return None
        weights = LEXICAL if ranking.near is None else SEMANTIC
        rank = ranking.rank
        evidence = ranking.evidence(rank, asks=is_question(text))
        logit = sum(weights.scope[name] * value for name, value in evidence.items())
        place, score = int(ranking.places[rank.argmax()]), 1 / (1 + math.exp(-logit))
        clear = self._clear(place, ranking.places, rank)
        same = evidence["letters"] >= _SAME_WORDS or self._same_matter(text, self._stored[place])
        alike, certain = (
            same and score >= least[0] and clear >= least[1] for least in (weights.alike, weights.certain)
        )
        return Found(place, score, clear, alike, certain)

    def _clear(self, best: int, places: Places, rank: Column) -> float:
        """Returns how probable the best's answer is among all answers; phrasings of one question have the same."""
        shares = np.exp(rank - rank.max())
        answer = self._stored[best].answer
        own = [share for place, share in zip(places, shares, strict=True) if self._stored[place].answer == answer]
        return float(sum(own) / shares.sum())

    def _same_matter(self, text: str, entry: FrequentQuestion) -> bool:
        """Whether it is asked about something the stored question is about; "when" and "how much" are about nothing."""
        common = askings(text) & (askings(entry.question) | askings(entry.answer))
        return any(not asking.startswith(_KIND) for asking in common)

    def nearest(self, text: str, vector: Vectors | None, most: int) -> list[int]:
        """Returns the places of the stored questions that may be asked, at most so many, the best first."""
        ranking = self.ranking(text, vector)
        order = np.argsort(-ranking.rank, kind="stable")[:most]
        return [int(place) for place in ranking.places[order]]

    def ranking(self, text: str, vector: Vectors | None, *, without: Collection[int] = ()) -> Ranking:
        """Returns what speaks for each stored question, or of very many, for those that are nearest."""
        letters = self._letters.scores(text)
        vectors = self._meanings if vector is not None else None
        places = np.delete(np.arange(len(self._stored)), list(without))
        if places.size > _CLOSELY:
            rough = letters if vectors is None or vector is None else letters + 2 * vectors.roughly(vector)
            places = np.sort(places[np.argpartition(-rough[places], _CLOSELY)[:_CLOSELY]])
        asked, answered = self._askings(text, places)
        columns = {"letters": letters[places], "asked": asked, "answered": answered}
        near = None if vectors is None or vector is None else vectors.near(vector, places)
        if near is not None:
            columns |= {"meaning": near.meaning, "with_answer": near.with_answer}
        return Ranking(places, columns, near)

    def _askings(self, text: str, places: Places) -> tuple[Column, Column]:
        """Returns how much of what is asked is common with the questions, and how much more with their answers.

        What few of the questions ask proves most.
        """
        said = askings(text)
        questions = [askings(self._stored[place].question) for place in places]
        answers = [askings(self._stored[place].answer) for place in places]
        owners = Counter(asking for question in questions for asking in question)
        worth = {asking: math.log((len(places) + 1) / (owners[asking] + 0.5)) for asking in {*said, *owners}}

        def size(asking: Asking) -> float:
            return sum(worth[each] ** 2 for each in asking)

        asked = [size(said & question) / math.sqrt((size(said) + 1) * (size(question) + 1)) for question in questions]
        answered = [
            sum(worth[each] for each in said & (answer - question))
            for question, answer in zip(questions, answers, strict=True)
        ]
        return np.array(asked, float), np.array(answered, float)
