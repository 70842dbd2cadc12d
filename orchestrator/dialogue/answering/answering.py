"""Answers what the callee asks: day and time, a stored question that is alike, else a model's or built-in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime

from orchestrator.dialogue.answering.answer_check import speakable
from orchestrator.dialogue.answering.date_and_time import day_in_words, time_in_words
from orchestrator.dialogue.answering.growing_answer import GrowingAnswer
from orchestrator.dialogue.answering.stored_questions import QuestionSet, StoredQuestions
from orchestrator.dialogue.background import Background
from orchestrator.dialogue.budget import Budget, Stopwatch
from orchestrator.dialogue.interview.wording import Wording
from orchestrator.dialogue.language_model.prompts import answer_prompt
from orchestrator.dialogue.move import CALLEE_QUESTION, UNANSWERED, Saying
from orchestrator.dialogue.ports.language_model import LanguageModel
from orchestrator.dialogue.understanding.date_questions import asks_the_day, asks_the_time
from orchestrator.dialogue.understanding.sentences import Sentences
from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.domain.brief import Brief, Person
from orchestrator.domain.errors import LanguageModelUnavailable
from orchestrator.domain.question import FrequentQuestion
from orchestrator.domain.turn import LanguageModelUse, Source, Turn

_MOST_TOKENS = 200
_MOST_FACTS = 50

# Whether it is a machine that speaks is always answered truthfully, whatever was stored.
_ASKS_WHO_SPEAKS = re.compile(
    r"(?:사람|기계|로봇|인공지능|에이아이|ai|컴퓨터)(?:이|인|이신|예|이예|이에|맞|아니|이랑|소리|목소리|하고)?"
    r"(?:에요|예요|요|가요|가|죠|지요|야|냐|오|소|여|신가|맞[아나소]|아니[에여오])"
)
_TRUTH = re.compile(r"인공지능|에이아이|AI|기계|로봇")


# Told the first sentence of an answer.
OnFirst = Callable[[Saying], None]


@dataclass(frozen=True, slots=True)
class CalleeQuestion:
    """Something the callee asks.

    Attributes:
        open_question: what we asked last; asking it back is no question, so it is never the answer to itself.
        turns: the latest turns, for context.
        asked_at: when.
    """

    text: str
    open_question: str
    turns: Sequence[Turn]
    asked_at: datetime


class Answering:
    """Answers questions of the callee."""

    def __init__(
        self,
        wording: Wording,
        language_model: LanguageModel | None,
        sentences: Sentences | None = None,
        background: Background | None = None,
        *,
        longest: float = 6.0,
    ) -> None:
        """Makes it.

        Args:
            wording: the institution's words.
            language_model: None: only stored answers and built-in words.
            sentences: None: stored questions are compared by words alone.
            background: runs the making of their vectors; None: who asks first waits for it.
            longest: seconds the language model may take.
        """
        self._wording = wording
        self._language_model = language_model
        self._longest = longest
        self._questions = StoredQuestions(sentences, background)

    async def prepare(self, consultation_id: str, brief: Brief) -> None:
        """Makes the index of a consultation's stored questions, so that no callee waits for it."""
        await self._questions.of(consultation_id, brief)

    async def answer(
        self,
        consultation_id: str,
        brief: Brief,
        question: CalleeQuestion,
        budget: Budget,
        on_first: OnFirst | None = None,
    ) -> Saying:
        """Returns the answer to a question of the callee. Never fails: at the end stand the built-in words.

        Args:
            consultation_id: in which consultation.
            brief: what may be said.
            question: what the callee asks.
            budget: how long it may take.
            on_first: told a language model's first sentence as soon as it may be said; the answer begins with it then,
                whatever the model makes of the rest. None: a model's answer is said as a whole, or not at all.
        """
        if (told := self._day_or_time(question)) is not None:
            return told
        known = await self._questions.of(consultation_id, brief)
        found = await self._questions.found_in(known, question.text, without=question.open_question)
        entry = known.stored[found.index] if found is not None and found.alike else None
        if _ASKS_WHO_SPEAKS.search(compact(question.text)) and not (entry and _TRUTH.search(entry.answer)):
            return Saying(self._wording.ai_answer, Source.BUILT_IN, CALLEE_QUESTION)
        if entry is None or found is None:
            facts = await self._facts(known, brief, question.text)
            return await self._by_model(facts, brief.person, question, budget, on_first)
        if found.certain:
            return Saying(entry.answer, Source.STORED_ANSWER, CALLEE_QUESTION)
        # Said with its question, so that the callee notices if it is another one.
        words = self._wording.unsure_answer.replace("{question}", entry.question).replace("{answer}", entry.answer)
        return Saying(words, Source.STORED_ANSWER, CALLEE_QUESTION)

    def _day_or_time(self, question: CalleeQuestion) -> Saying | None:
        if asks_the_day(question.text):
            words = self._wording.today.replace("{day}", day_in_words(question.asked_at))
        elif asks_the_time(question.text):
            words = self._wording.now.replace("{time}", time_in_words(question.asked_at))
        else:
            return None
        return Saying(words, Source.BUILT_IN, CALLEE_QUESTION)

    async def _by_model(
        self,
        facts: Sequence[FrequentQuestion],
        person: Person,
        question: CalleeQuestion,
        budget: Budget,
        on_first: OnFirst | None,
    ) -> Saying:
        unknown = Saying(self._wording.unknown_answer, Source.BUILT_IN, UNANSWERED)
        if self._language_model is None:
            return unknown
        messages = answer_prompt(self._wording.institution, facts, question.turns, question.text, person=person)
        uses: list[LanguageModelUse] = []
        watch = Stopwatch()
        pieces: list[str] = []
        growing = GrowingAnswer(facts)
        spoken: str | None
        try:
            timeout = budget.share(self._longest)
            async with aclosing(
                self._language_model.stream(messages, max_tokens=_MOST_TOKENS, timeout=timeout, on_use=uses.append)
            ) as reply:
                async for piece in reply:
                    pieces.append(piece)
                    if on_first is not None and growing.begins_with(piece):
                        on_first(_worded(growing.spoken, watch.milliseconds()))
            spoken = speakable("".join(pieces), facts) if on_first is None else growing.finished()
        except LanguageModelUnavailable:
            spoken = growing.spoken
        took, use = watch.milliseconds(), uses[0] if uses else None
        if not spoken:
            return replace(unknown, language_model_ms=took, language_model_use=use)
        return _worded(spoken, took, use)

    async def _facts(self, known: QuestionSet, brief: Brief, text: str) -> Sequence[FrequentQuestion]:
        """Returns what a language model may state: the frequent questions, or of very many those it may be about."""
        if len(brief.frequent_questions) <= _MOST_FACTS:
            return brief.frequent_questions
        listed = {question.text for question in brief.questions}
        nearest = await self._questions.nearest(known, text, _MOST_FACTS)
        return [entry for entry in nearest if entry.question not in listed]


def _worded(text: str, took: float, use: LanguageModelUse | None = None) -> Saying:
    return Saying(text, Source.LANGUAGE_MODEL, CALLEE_QUESTION, took, use)
