"""The interview alone, move by move, over the default institution: what is understood is given, not read from words.

talk = Talk()
talk.yes("consent").yes("good_time").yes("identity")
assert talk.step.kind is StepKind.BIRTH_DATE
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from orchestrator.dialogue.interview.institution import Institution
from orchestrator.dialogue.interview.interview import Interview
from orchestrator.dialogue.interview.plan_making import make_plan
from orchestrator.dialogue.move import Move
from orchestrator.dialogue.summary.outcome_making import make_outcome, told_problems
from orchestrator.dialogue.utterance import Intent, Understood
from orchestrator.domain.brief import Brief
from orchestrator.domain.outcome import Finding, FindingState, Outcome
from orchestrator.domain.plan import Plan, Step, StepKind
from orchestrator.domain.progress import Progress
from tests.fakes.consultations import brief as default_brief
from tests.fakes.institution import institution as default_institution

BIRTH_DATE = "천구백사십일년 삼월 이일이요"  # of the default order


class Talk:
    """One interview, as far as it has come.

    Attributes:
        move: the latest.
        moves: all, with the greeting first.
        turn_number: of the callee's next turn.
    """

    def __init__(
        self, brief: Brief | None = None, institution: Institution | None = None, *, hand_over: bool = False
    ) -> None:
        order = brief or default_brief()
        self.institution = institution or default_institution()
        self.plan: Plan = make_plan(order, self.institution)
        self.brief = replace(order, plan=self.plan)
        self.interview = Interview(self.plan, self.institution.wording, hand_over=hand_over)
        self.move: Move = self.interview.begin(Progress())
        self.moves = [self.move]
        self.turn_number = 1 + len(self.move.sayings)

    def means(self, intent: Intent, text: str = "", **fields: Any) -> Talk:
        return self.follow(self.interview.advance(self.progress, Understood(intent, text, **fields), self.turn_number))

    def follow(self, move: Move) -> Talk:
        self.move = move
        self.moves.append(move)
        self.turn_number += 1 + len(move.sayings)
        return self

    def yes(self, subject: str = "") -> Talk:
        assert subject in {"", self.step.subject}
        return self.means(Intent.YES, "네")

    def no(self, subject: str = "") -> Talk:
        assert subject in {"", self.step.subject}
        return self.means(Intent.NO, "아니요")

    def born(self, text: str = BIRTH_DATE) -> Talk:
        assert self.step.kind is StepKind.BIRTH_DATE
        return self.means(Intent.ANSWER, text)

    def answer(self, index: int | None = None, text: str = "그래요") -> Talk:
        return self.means(Intent.ANSWER, text, expected_answer=index, confidence=0.9)

    def to(self, kind: StepKind) -> Talk:
        """Goes on, agreeably, until a step of a kind is open."""
        while self.step.kind is not kind:
            if self.step.kind is StepKind.BIRTH_DATE:
                self.born()
            elif self.step.kind is StepKind.QUESTION:
                self.answer(0 if self.step.expected_answers else None)
            else:
                self.yes()
        return self

    @property
    def progress(self) -> Progress:
        return self.move.progress

    @property
    def step(self) -> Step:
        step = self.interview.open_step(self.progress)
        assert step is not None
        return step

    @property
    def said(self) -> str:
        return " ".join(saying.text for saying in self.move.sayings)

    @property
    def over(self) -> bool:
        return self.progress.over

    def finding(self, subject: str) -> Finding:
        found = self.progress.finding(subject)
        assert found is not None
        return found

    def state(self, subject: str) -> FindingState:
        return self.finding(subject).state

    @property
    def outcome(self) -> Outcome:
        return make_outcome(self.brief, self.progress, new_problems=told_problems(self.brief, self.progress))
