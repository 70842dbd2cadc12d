"""Which clauses of an utterance may answer a question other than the open one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orchestrator.dialogue.understanding.clauses import clauses
from orchestrator.dialogue.understanding.question_form import is_question
from orchestrator.dialogue.understanding.senses import senses
from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.domain.outcome import Finding, FindingState
from orchestrator.domain.plan import Step, StepKind

# Words by which somebody corrects what they said before.
_CORRECTS = re.compile(r"아까|사실은|사실|그게아니|아니참|잘못말|잘못얘기|다시말하|고쳐말|생각해보니")
# "아까 밥은 잘 먹는다고 했는데 사실은 자주 걸러요": the correction itself names no subject.
_CORRECTION = re.compile(r"^(?:사실은?|실은|그게 아니)")
_PARTICLE = re.compile(r"(?:에서는|에서|에는|으로|이나|하고|은|는|이|가|을|를|도|에|와|과|의|로)$")
_WORD = re.compile(r"[가-힣]{2,}")
# Words of questions that say nothing of what they are about.
_COMMON = {
    "요즘", "지금", "혹시", "얼마나", "어떻게", "어디", "누구", "무엇", "언제", "최근", "어떠세요", "계세요", "하세요",
    "있으세요", "하고", "있나요", "자주", "많이", "지내세요", "하루", "일주일", "오늘", "정도", "으세요",
    "되세요", "드세요", "가장", "제일",
}  # fmt: skip
_OPEN = {FindingState.UNCLEAR, FindingState.NOT_REACHED}


@dataclass(frozen=True, slots=True)
class OtherStep:
    """A step of the plan that is not open.

    Attributes:
        finding: what is known of it; None: nothing yet.
    """

    step: Step
    finding: Finding | None

    @property
    def unanswered(self) -> bool:
        """Whether its answer is still wanted."""
        return self.finding is None or self.finding.state in _OPEN

    def changed_by(self, expected_answer: int) -> bool:
        """Whether an expected answer would be news."""
        return self.finding is None or self.unanswered or self.finding.expected_answer != expected_answer


def clauses_about(text: str, open_step: Step, others: Sequence[OtherStep]) -> Iterator[tuple[OtherStep, str]]:
    """Yields questions, each with a clause that is about it and not about the open one.

    A question whose answer is known is only yielded when the callee corrects themselves.
    """
    corrects = _CORRECTS.search(compact(text)) is not None
    wanted = [other for other in others if _may_be_answered(other, open_step, corrects=corrects)]
    if not wanted:
        return
    about: list[OtherStep] = []
    for clause in clauses(text):
        before, about = about, [other for other in wanted if _about(clause, other.step.text)]
        if is_question(clause) or _about(clause, open_step.text):
            continue
        about = about or (before if _CORRECTION.match(clause) else [])
        if len(about) == 1:  # what may answer two questions answers neither for certain
            yield about[0], clause


def only_about(text: str, open_step: Step, others: Sequence[OtherStep]) -> OtherStep | None:
    """Returns the question, other than the open one, that an utterance of one clause is about; None: there is none."""
    if len(clauses(text)) != 1 or _about(text, open_step.text):
        return None
    asked = [other for other in others if other.step.kind is StepKind.QUESTION and other.step.expected_answers]
    about = [other for other in asked if _about(text, other.step.text)]
    return about[0] if len(about) == 1 else None


def _may_be_answered(other: OtherStep, open_step: Step, *, corrects: bool) -> bool:
    step = other.step
    if step.kind is not StepKind.QUESTION or step.subject == open_step.subject or not step.expected_answers:
        return False
    return other.unanswered or corrects


def _about(clause: str, question: str) -> bool:
    topics = senses(clause).get("topic", frozenset()) & senses(question).get("topic", frozenset())
    return bool(topics) or bool(_nouns(clause) & _nouns(question))


def _nouns(text: str) -> set[str]:
    words = (_PARTICLE.sub("", word).removesuffix("들") for word in _WORD.findall(text))
    return {word for word in words if len(word) > 1} - _COMMON
