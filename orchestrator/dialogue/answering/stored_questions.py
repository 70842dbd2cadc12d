"""What can be answered from store: indexes of the stored questions, made once and kept in memory.

An index of words is there at once. Vectors are made beside the call, and join it when they are ready.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestrator.dialogue.answering.question_likeness import Found, QuestionIndex, askings
from orchestrator.dialogue.answering.question_meanings import BACKGROUND, Meanings
from orchestrator.dialogue.answering.question_weights import LEXICAL, SEMANTIC
from orchestrator.dialogue.background import Background
from orchestrator.dialogue.ports.sentences import Vectors
from orchestrator.dialogue.understanding.sentences import Sentences
from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.domain.brief import Brief
from orchestrator.domain.question import FrequentQuestion

Stored = tuple[FrequentQuestion, ...]

_MOST_SETS = 256
# Sets larger than this are indexed beside the event loop.
_LARGE = 300
_ENCODING_TIME = 1800.0  # seconds; ten thousand questions take about ten minutes
_UTTERANCE_TIME = 0.5  # seconds; the callee waits
_ANSWER_LENGTH = 60  # characters of an answer that say what it is about
# "누구세요? 어디세요?" is one question in two phrasings.
_PHRASING = re.compile(r"[^?\s][^?]*\?")


@dataclass(slots=True)
class QuestionSet:
    """Stored questions, and their index as good as it is by now.

    Attributes:
        places: of each question by its text.
        vectors_wanted: there are no vectors, and nobody is making them.
    """

    stored: Stored
    places: Mapping[str, int]
    index: QuestionIndex
    vectors_wanted: bool

    def place_of(self, question: str) -> tuple[int, ...]:
        """Returns the place of a question, if it is stored."""
        place = self.places.get(question)
        return () if place is None else (place,)


class StoredQuestions:
    """Finds the stored question that a callee asks."""

    def __init__(self, sentences: Sentences | None, background: Background | None = None) -> None:
        """Makes it.

        Args:
            sentences: None: questions are compared by words alone.
            background: runs the making of vectors; None: who asks first waits for it.
        """
        self._sentences = sentences
        self._background = background
        self._sets: OrderedDict[str, QuestionSet] = OrderedDict()
        self._of_consultations: OrderedDict[str, QuestionSet] = OrderedDict()

    @property
    def threshold(self) -> float:
        """The score from which on a stored question may be answered."""
        return (LEXICAL if self._sentences is None else SEMANTIC).alike[0]

    async def of(self, consultation_id: str, brief: Brief) -> QuestionSet:
        """Returns the stored questions of a consultation; those of the same institution are shared."""
        known = self._of_consultations.get(consultation_id)
        if known is None:
            large = len(brief.frequent_questions) > _LARGE
            stored = await asyncio.to_thread(stored_questions, brief) if large else stored_questions(brief)
            known = await self.set_of(stored)
        await self._learn(known)
        _keep(self._of_consultations, consultation_id, known)
        return known

    async def set_of(self, stored: Sequence[FrequentQuestion]) -> QuestionSet:
        """Returns some questions with their index."""
        large = len(stored) > _LARGE
        key = await asyncio.to_thread(_digest, stored) if large else _digest(stored)
        known = self._sets.get(key)
        if known is None:
            known = await asyncio.to_thread(self._made, tuple(stored)) if large else self._made(tuple(stored))
        _keep(self._sets, key, known)
        await self._learn(known)
        return known

    async def best(self, stored: Sequence[FrequentQuestion], text: str) -> Found | None:
        """Returns the stored question that is most probably asked, whatever its score; None if there are none."""
        return await self.found_in(await self.set_of(stored), text)

    async def found_in(self, known: QuestionSet, text: str, *, without: str = "") -> Found | None:
        """Returns the question of a set that is most probably asked.

        Args:
            known: the set.
            text: what the callee said.
            without: a question that is not meant.
        """
        return known.index.best(text, await self._vector(text), without=known.place_of(without))

    async def nearest(self, known: QuestionSet, text: str, most: int) -> list[FrequentQuestion]:
        """Returns the questions of a set that may be asked, at most so many, the best first."""
        return [known.stored[place] for place in known.index.nearest(text, await self._vector(text), most)]

    def _made(self, stored: Stored) -> QuestionSet:
        places = {entry.question: place for place, entry in enumerate(stored)}
        return QuestionSet(stored, places, QuestionIndex(stored), bool(stored) and self._sentences is not None)

    async def _learn(self, known: QuestionSet) -> None:
        """Has vectors made, once."""
        if not known.vectors_wanted or self._sentences is None:
            return
        known.vectors_wanted = False
        learning = _join_vectors(known, self._sentences)
        if self._background is None:
            await learning
        else:
            self._background.start(learning, name="stored_questions")

    async def _vector(self, text: str) -> Vectors | None:
        if self._sentences is None:
            return None
        vectors = await self._sentences.vectors([text], timeout=_UTTERANCE_TIME)
        return None if vectors is None else vectors[0]


async def encoded(sentences: Sentences, stored: Sequence[FrequentQuestion], *, timeout: float) -> Meanings | None:
    """Returns the vectors of stored questions; None if the encoder does not answer in time.

    Args:
        sentences: what keeps them.
        stored: at least one question.
        timeout: seconds each part may take.
    """
    background = await sentences.index(BACKGROUND, timeout=timeout)
    questions = await sentences.index([entry.question for entry in stored], timeout=timeout)
    with_answers = await sentences.index(
        [f"{entry.question} {entry.answer[:_ANSWER_LENGTH]}" for entry in stored], timeout=timeout
    )
    if background is None or questions is None or with_answers is None:
        return None
    return await asyncio.to_thread(Meanings, questions, with_answers, background)


def stored_questions(brief: Brief) -> Stored:
    """Returns what can be answered from store.

    That is the frequent questions, each phrasing of them for itself, and each question of the list that has an
    expected answer (backend contract, section 1): its first expected answer is the answer.
    """
    frequent = (
        FrequentQuestion(phrasing.strip(), entry.answer)
        for entry in brief.frequent_questions
        for phrasing in _PHRASING.findall(entry.question) or [entry.question]
    )
    listed = (
        FrequentQuestion(question.text, question.expected_answers[0].text)
        for question in brief.questions
        if question.expected_answers
    )
    # Who stored a question first has answered it: two of one wording would only throw doubt on each other.
    first = {compact(entry.question): entry for entry in reversed((*frequent, *listed))}
    return tuple(reversed(first.values()))


async def _join_vectors(known: QuestionSet, sentences: Sentences) -> None:
    for entry in known.stored:  # each takes a moment once, and is remembered
        askings(entry.question)
        askings(entry.answer)
        await asyncio.sleep(0)
    meanings = await encoded(sentences, known.stored, timeout=_ENCODING_TIME)
    if meanings is None:
        known.vectors_wanted = True  # the next one who asks tries again
    else:
        known.index = known.index.with_meanings(meanings)


def _digest(stored: Sequence[FrequentQuestion]) -> str:
    digest = hashlib.sha256()
    for entry in stored:
        for text in (entry.question, entry.answer):
            content = text.encode(errors="surrogatepass")
            digest.update(b"%d:" % len(content) + content)
    return digest.hexdigest()


def _keep(kept: OrderedDict[str, QuestionSet], key: str, known: QuestionSet) -> None:
    kept[key] = known
    kept.move_to_end(key)
    if len(kept) > _MOST_SETS:
        kept.popitem(last=False)
