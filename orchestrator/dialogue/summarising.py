"""Writes the summary of a consultation: the language model, or the built-in rules without one.

Whoever writes it, the labels that the backend looks for are in it (backend contract, section 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing

from orchestrator.dialogue.ports import LanguageModel
from orchestrator.dialogue.prompts import summary_prompt
from orchestrator.domain.codes import EXCEPTION_LABELS, NEED_HUMAN_LABELS, ExceptionCode, NeedHuman
from orchestrator.domain.errors import LanguageModelUnavailable
from orchestrator.domain.outcome import Finding, FindingState, Outcome, Summary
from orchestrator.domain.problem import Problem
from orchestrator.domain.turn import Source, Turn

_MOST_TOKENS = 600
_MOST_CHARACTERS = 1500


class Summarising:
    """Writes summaries."""

    def __init__(self, language_model: LanguageModel | None, *, longest: float = 20.0) -> None:
        """Makes it.

        Args:
            language_model: None: the built-in rules write.
            longest: seconds the language model may take.
        """
        self._language_model = language_model
        self._longest = longest

    async def summarise(self, outcome: Outcome, turns: Sequence[Turn]) -> Summary:
        """Returns the summary. Never fails: at the end stand the built-in rules."""
        spoken = any(turn.source is Source.SPEECH for turn in turns)
        text = await self._by_model(outcome, turns) if spoken else ""
        if text:
            return Summary(with_labels(text, outcome), Source.LANGUAGE_MODEL)
        return Summary(built_in_summary(outcome), Source.BUILT_IN)

    async def _by_model(self, outcome: Outcome, turns: Sequence[Turn]) -> str:
        if self._language_model is None:
            return ""
        messages = summary_prompt(turns, outcome.findings)
        text = ""
        try:
            async with aclosing(
                self._language_model.stream(messages, max_tokens=_MOST_TOKENS, timeout=self._longest)
            ) as words:
                async for word in words:
                    text += word
        except LanguageModelUnavailable:
            return ""
        return " ".join(text.split())[:_MOST_CHARACTERS]


def built_in_summary(outcome: Outcome) -> str:
    """Returns a summary made from the findings alone."""
    sentences = [_opening(outcome)]
    answered = [finding for finding in outcome.findings if finding.solved is None]
    sentences += [_answer(finding) for finding in answered if finding.state is not FindingState.NOT_REACHED]
    sentences += _problems("해결된 문제", outcome.solved)
    known = tuple(problem for problem in outcome.remaining if problem not in outcome.found)
    sentences += _problems("남은 문제", known)
    sentences += _problems("새로 알게 된 문제", outcome.found)
    if missed := sum(finding.state is FindingState.NOT_REACHED for finding in outcome.findings):
        sentences.append(f"묻지 못한 항목이 {missed}개 있습니다.")
    return with_labels(" ".join(sentences), outcome)


def with_labels(text: str, outcome: Outcome) -> str:
    """Returns a summary with the Korean labels of its exception and of its need for a human in it."""
    labels = []
    if outcome.exception is not ExceptionCode.NONE:
        labels.append(("상담 불가 사유", EXCEPTION_LABELS[outcome.exception]))
    if outcome.need_human is not NeedHuman.NO:
        labels.append(("심층상담", NEED_HUMAN_LABELS[outcome.need_human]))
    missing = [f"{title}: {label}." for title, label in labels if label not in text]
    return " ".join([text, *missing])


def _opening(outcome: Outcome) -> str:
    match outcome.exception:
        case ExceptionCode.NONE:
            return "상담을 끝까지 마쳤습니다."
        case ExceptionCode.DISCONNECTED:
            return "상담 중에 전화가 끊어졌습니다."
        case ExceptionCode.NOT_ANSWERED:
            return "전화를 받지 않아 상담하지 못했습니다."
    return "상담을 마치지 못했습니다."


def _answer(finding: Finding) -> str:
    title = finding.text.rstrip("?. ") or "그 밖의 말씀"
    match finding.state:
        case FindingState.ANSWERED:
            return f"'{title}'에 \"{finding.quote}\"라고 답했습니다."
        case FindingState.REFUSED:
            return f"'{title}'에는 답하고 싶어 하지 않았습니다."
    return f"'{title}'에 대한 답은 분명하지 않습니다."


def _problems(title: str, problems: Sequence[Problem]) -> list[str]:
    if not problems:
        return []
    return [f"{title}: {'; '.join(problem.content.rstrip('. ') for problem in problems)}."]
