"""Answers what the callee asks: a stored question that is alike, else the language model, else the built-in words."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from orchestrator.dialogue.budget import Budget, Stopwatch
from orchestrator.dialogue.interview import Saying
from orchestrator.dialogue.ports import LanguageModel
from orchestrator.dialogue.prompts import answer_prompt
from orchestrator.dialogue.understanding.similarity import SentenceIndex
from orchestrator.dialogue.wording import Wording
from orchestrator.domain.brief import Brief
from orchestrator.domain.errors import LanguageModelUnavailable
from orchestrator.domain.question import FrequentQuestion
from orchestrator.domain.turn import Source, Turn

# What a turn that answers the callee is about.
SUBJECT = "callee_question"
# Under this likeness a stored question is not the one that was asked. Chosen on ParaKQC (20 stored questions, 20 that
# have a stored paraphrase against 20 that have none): 0.90 found, 0.03 answered wrongly; lower finds little more.
THRESHOLD = 0.22
# Indexes kept in memory, one a consultation; and from how many questions on one is built beside the event loop.
_MOST_INDEXES = 256
_LARGE = 500
_MOST_TOKENS = 200
_MOST_FACTS = 50
_MOST_CHARACTERS = 150
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class CalleeQuestion:
    """Something the callee asks.

    Attributes:
        open_question: what we asked last; asking it back is no question, so it is never the answer to itself.
        turns: the latest turns, for context.
    """

    text: str
    open_question: str
    turns: Sequence[Turn]


class Answering:
    """Answers questions of the callee."""

    def __init__(self, wording: Wording, language_model: LanguageModel | None, *, longest: float = 6.0) -> None:
        """Makes it.

        Args:
            wording: the institution's words.
            language_model: None: only stored answers and built-in words.
            longest: seconds the language model may take.
        """
        self._wording = wording
        self._language_model = language_model
        self._longest = longest
        self._indexes: OrderedDict[str, SentenceIndex] = OrderedDict()

    async def answer(self, consultation_id: str, brief: Brief, question: CalleeQuestion, budget: Budget) -> Saying:
        """Returns the answer to a question of the callee. Never fails: at the end stand the built-in words."""
        stored = stored_questions(brief)
        index = await self._index(consultation_id, stored)
        others = frozenset(place for place, entry in enumerate(stored) if entry.question != question.open_question)
        match = index.best(question.text, among=others)
        if match is not None and match.score >= THRESHOLD:
            return Saying(stored[match.index].answer, Source.STORED_ANSWER, SUBJECT)
        return await self._by_model(_facts(brief, index, question.text), question, budget)

    async def _by_model(self, facts: Sequence[FrequentQuestion], question: CalleeQuestion, budget: Budget) -> Saying:
        if self._language_model is None:
            return Saying(self._wording.unknown_answer, Source.BUILT_IN, SUBJECT)
        messages = answer_prompt(self._wording.institution, facts, question.turns, question.text)
        watch = Stopwatch()
        text = ""
        try:
            timeout = budget.share(self._longest)
            async with aclosing(
                self._language_model.stream(messages, max_tokens=_MOST_TOKENS, timeout=timeout)
            ) as words:
                async for word in words:
                    text += word
        except LanguageModelUnavailable:
            text = ""
        if spoken := for_the_ear(text):
            return Saying(spoken, Source.LANGUAGE_MODEL, SUBJECT, watch.milliseconds())
        return Saying(self._wording.unknown_answer, Source.BUILT_IN, SUBJECT, watch.milliseconds())

    async def _index(self, consultation_id: str, stored: Sequence[FrequentQuestion]) -> SentenceIndex:
        if (index := self._indexes.get(consultation_id)) is not None:
            self._indexes.move_to_end(consultation_id)
            return index
        sentences = [entry.question for entry in stored]
        large = len(sentences) > _LARGE
        index = await asyncio.to_thread(SentenceIndex, sentences) if large else SentenceIndex(sentences)
        self._indexes[consultation_id] = index
        if len(self._indexes) > _MOST_INDEXES:
            self._indexes.popitem(last=False)
        return index


def stored_questions(brief: Brief) -> tuple[FrequentQuestion, ...]:
    """Returns what can be answered from store.

    That is the frequent questions, and each question of the list that has an expected answer (backend contract,
    section 1): its first expected answer is the answer.
    """
    listed = (
        FrequentQuestion(question.text, question.expected_answers[0].text)
        for question in brief.questions
        if question.expected_answers
    )
    return (*brief.frequent_questions, *listed)


def _facts(brief: Brief, index: SentenceIndex, text: str) -> Sequence[FrequentQuestion]:
    """Returns what a language model may state: the frequent questions, or of very many those most like the question."""
    known = brief.frequent_questions
    if len(known) <= _MOST_FACTS:
        return known
    return [known[match.index] for match in index.nearest(text, _MOST_FACTS, among=range(len(known)))]


def for_the_ear(text: str) -> str:
    """Returns a language model's words as they can be spoken: whole sentences, bounded, without markup."""
    plain = " ".join(re.sub(r"[*_#`>\[\]{}|]+", "", text).split())
    spoken = ""
    for sentence in _SENTENCE_END.split(plain):
        if spoken and len(spoken) + len(sentence) >= _MOST_CHARACTERS:
            break
        spoken = f"{spoken} {sentence}".strip()
    return spoken[: 2 * _MOST_CHARACTERS]
