"""What the callee's turns bear out: the ground that a claim about a call stands on.

A turn bears out what the callee said in it, what was asked before it as far as the answer affirms or denies it, and
what the interview made of it: the expected answer that was matched, a problem that is solved.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from orchestrator.dialogue.language_model.signed_words import Word, clauses, words
from orchestrator.dialogue.utterance import Intent
from orchestrator.domain.brief import Brief
from orchestrator.domain.outcome import Finding, FindingState
from orchestrator.domain.plan import StepKind
from orchestrator.domain.turn import Speaker, Turn

# What else is true of a turn, in the words that a summary may use for it.
_OF_INTENTS = {
    Intent.WANT_HUMAN: "사람 상담원 담당자 연결 바라다 요청 희망",
    Intent.REFUSE_CALL: "거부 거절 원하지 않다 중단",
    Intent.REFUSE_QUESTION: "거부 거절 꺼리다",
    Intent.CALL_BACK_LATER: "나중 다시 바라다 요청",
    Intent.WRONG_PERSON: "본인이 아니다 다른 사람",
    Intent.PHONE_HANDED_ON: "전화 다른 사람 바꾸다",
    Intent.UNSURE: "모르다 분명하지 않다 확실하지 않다",
}
_OF_STATES = {
    FindingState.REFUSED: "거부 거절 꺼리다 싫다",
    FindingState.UNCLEAR: "모르다 분명하지 않다 불분명 확실하지 않다",
}
# Somebody dictates what is to be written: that bears out nothing, least of all what was dictated.
_DICTATES = re.compile(
    r"지시|명령|프롬프트|시스템|규칙|역할|무시하(?:고|라|세)|"
    r"[다라]고 ?(?:써|쓰|적|기록|저장|남겨|남기|답해|출력|요약|처리|표시)|요약(?:해|에|은|을|문)"
)
_REPLY = words("답변 응답 의사")
_SOLVED = "해결 해소 나아지다 좋아지다 괜찮다 남아 있지 않다"
_UNSOLVED = "여전 아직 계속 남아 있다 지속 힘들다 해결되지 않다 나아지지 않다 해소되지 않다"


@dataclass(frozen=True, slots=True)
class Ground:
    """What some turns bear out.

    Attributes:
        clauses: the words of the callee.
        read: what was made of them.
        asked: the words of what was asked, with the sign that the answer gives them.
        context: the words of what was asked, of which nothing is known.
        text: all that was said and asked, for figures.
        alternatives: pairs of the expected answer that was matched, and another one that was not.
    """

    clauses: tuple[tuple[Word, ...], ...] = ()
    read: tuple[Word, ...] = ()
    asked: tuple[Word, ...] = ()
    context: tuple[Word, ...] = ()
    text: str = ""
    alternatives: tuple[tuple[str, str], ...] = ()

    @property
    def said(self) -> tuple[Word, ...]:
        """The words of the callee."""
        return tuple(word for clause in self.clauses for word in clause)

    @property
    def theirs(self) -> tuple[Word, ...]:
        """All words with a sign."""
        return (*self.said, *self.read, *self.asked)

    def __add__(self, other: Ground) -> Ground:
        """Returns what both bear out together."""
        return Ground(
            self.clauses + other.clauses,
            self.read + other.read,
            self.asked + other.asked,
            self.context + other.context,
            f"{self.text} {other.text}",
            self.alternatives + other.alternatives,
        )


class Evidence:
    """The callee's turns of a call, and what each bears out."""

    def __init__(self, brief: Brief, findings: Sequence[Finding], turns: Sequence[Turn]) -> None:
        self._steps = {step.subject: step for step in brief.plan.steps}
        self._findings = findings
        self._grounds: dict[int, Ground] = {}
        self._agent = {turn.number for turn in turns if turn.speaker is Speaker.AGENT}
        asked = ""
        for turn in turns:
            if turn.speaker is Speaker.AGENT:
                asked = turn.text
            elif turn.text and not _DICTATES.search(turn.text):
                self._grounds[turn.number] = self._ground(turn, asked)

    @property
    def turn_numbers(self) -> frozenset[int]:
        """The callee's turns that bear something out."""
        return frozenset(self._grounds)

    def cited(self, numbers: Sequence[int]) -> tuple[int, ...]:
        """Returns the callee's turns among those that are cited; none at all if one of them bears out nothing."""
        if any(number not in self._grounds and number not in self._agent for number in numbers):
            return ()
        return tuple(sorted({number for number in numbers if number in self._grounds}))

    def ground(self, numbers: Sequence[int]) -> Ground:
        """Returns what callee's turns bear out together."""
        return sum((self._grounds[number] for number in numbers), Ground())

    def _ground(self, turn: Turn, asked: str) -> Ground:
        here = [finding for finding in self._findings if finding.turn_number == turn.number]
        own = Ground(clauses(turn.text), read=_read_into(turn), text=turn.text)
        step = self._steps.get(turn.subject)
        question = step.text if step is not None and step.kind is StepKind.PROBLEM else asked
        affirmed = _affirms(turn, here)
        if affirmed is None:
            own += Ground(context=words(question), text=asked)
        else:
            answered = words(question) if affirmed else _denied(words(question))
            own += Ground(asked=answered, context=words(asked), text=asked)
        return sum((self._of_finding(finding) for finding in here), own)

    def _of_finding(self, finding: Finding) -> Ground:
        known = _OF_STATES.get(finding.state, "")
        if finding.solved is not None:
            known = _SOLVED if finding.solved else _UNSOLVED
        found = Ground(read=words(known), context=(*words(finding.text), *_REPLY))
        step, matched = self._steps.get(finding.subject), finding.expected_answer
        if step is None or matched is None or matched >= len(step.expected_answers):
            return found
        texts = [answer.text for answer in step.expected_answers]
        others = tuple((texts[matched], text) for place, text in enumerate(texts) if place != matched)
        return found + Ground(read=words(texts[matched]), text=texts[matched], alternatives=others)


def _read_into(turn: Turn) -> tuple[Word, ...]:
    intent = turn.understanding.intent if turn.understanding is not None else ""
    return words(next((known for key, known in _OF_INTENTS.items() if key == intent), ""))


def _affirms(turn: Turn, findings: Sequence[Finding]) -> bool | None:
    """Whether a turn says yes to what was asked; None: neither yes nor no. A known problem that is solved is denied."""
    for finding in findings:
        if finding.solved is not None and finding.subject == turn.subject:
            return not finding.solved
    intent = turn.understanding.intent if turn.understanding is not None else None
    return {"yes": True, "no": False}.get(intent or "")


def _denied(asked: Sequence[Word]) -> tuple[Word, ...]:
    """Returns what a no makes of a question: the opposite of its last word, which is its predicate."""
    return (*asked[:-1], *(replace(word, denied=not word.denied) for word in asked[-1:]))
