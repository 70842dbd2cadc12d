"""What is said to an answer before the next question."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from orchestrator.dialogue.interview.acknowledging import acknowledgement
from orchestrator.dialogue.interview.findings import with_finding
from orchestrator.domain.codes import ResponseCode, ResponseType
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.outcome import Finding, FindingState
from orchestrator.domain.plan import Step, StepKind
from orchestrator.domain.progress import Progress
from orchestrator.domain.question import ExpectedAnswer
from tests.fakes.institution import institution

WORDING = institution().wording
COLD = (ResponseCode(ResponseType.RISK, 7),)
QUESTION = Step(
    StepKind.QUESTION,
    "questions[0]",
    "집은 따뜻하세요?",
    ("집은 따뜻하세요?",),
    (ExpectedAnswer("네, 따뜻해요"), ExpectedAnswer("추워요", COLD)),
)
TURN = 8


def answered(matched: int | None, **changes: object) -> Progress:
    """The progress after an answer."""
    responses = QUESTION.expected_answers[matched].responses if matched is not None else ()
    found = Finding(
        QUESTION.subject,
        QUESTION.text,
        FindingState.ANSWERED,
        "...",
        TURN,
        confidence=0.98,
        expected_answer=matched,
        responses=responses,
    )
    return with_finding(Progress(), replace(found, **changes))  # type: ignore[arg-type]


def said(progress: Progress, step: Step = QUESTION) -> str:
    return acknowledgement(WORDING, step, progress, TURN)


def test_a_good_answer_is_met_gladly_and_trouble_with_concern() -> None:
    assert said(answered(0)) in WORDING.glad
    assert said(answered(1)) in WORDING.concerned
    assert said(answered(None)) in WORDING.acknowledged


def test_nobody_is_cheered_or_pitied_for_what_may_be_misunderstood() -> None:
    assert said(answered(0, confidence=0.6)) in WORDING.acknowledged
    assert said(answered(1, confidence=0.6)) in WORDING.acknowledged
    assert said(answered(0, confidence=None)) in WORDING.acknowledged


def test_nobody_is_cheered_who_was_in_danger() -> None:
    assert said(replace(answered(0), dangers=(DangerKind.SELF_HARM,))) in WORDING.acknowledged


def test_trouble_that_was_told_in_the_same_breath_is_heard() -> None:
    aside = Finding("questions[1]", "?", FindingState.ANSWERED, "추워요", TURN, 0.95, 1, COLD)
    assert said(with_finding(answered(0), aside)) in WORDING.concerned
    assert said(with_finding(answered(0), replace(aside, turn_number=TURN - 2))) in WORDING.glad


def test_a_hard_degree_is_met_with_concern() -> None:
    assert said(answered(0, level=4)) in WORDING.concerned
    assert said(answered(None, level=1)) in WORDING.acknowledged


def test_where_no_answer_means_trouble_none_is_good() -> None:
    step = replace(QUESTION, expected_answers=(ExpectedAnswer("아침"), ExpectedAnswer("저녁")))
    assert said(answered(0), step) in WORDING.acknowledged


@pytest.mark.parametrize("matched", [0, 1, None])
def test_neighbouring_questions_do_not_hear_the_same_words(matched: int | None) -> None:
    words = [said(replace(answered(matched), position=position)) for position in range(6)]
    assert all(one != next_one for one, next_one in itertools.pairwise(words))
