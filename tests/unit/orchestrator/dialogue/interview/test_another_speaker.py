"""Somebody else at the phone: passed on to, or answering in the person's place."""

from __future__ import annotations

import pytest

from orchestrator.dialogue.interview.course import MOST_DIGRESSIONS
from orchestrator.dialogue.utterance import Intent
from orchestrator.domain.codes import ExceptionCode
from orchestrator.domain.outcome import FindingState, RecordingConsent
from orchestrator.domain.plan import StepKind
from orchestrator.domain.turn import Layer
from tests.unit.orchestrator.dialogue.moves import Talk

HELPER = "저는 요양보호사인데요 제가 대신 말씀드릴게요"


@pytest.mark.parametrize("kind", [StepKind.CONSENT, StepKind.IDENTITY, StepKind.BIRTH_DATE])
def test_whoever_takes_the_phone_hears_who_calls_and_has_agreed_to_nothing(kind: StepKind) -> None:
    talk = Talk().to(kind).means(Intent.PHONE_HANDED_ON, "어머니 바꿔 드릴게요")
    assert talk.said.startswith(talk.plan.greeting)
    assert talk.step.asks[0] in talk.said
    assert talk.progress.consent is RecordingConsent.UNKNOWN
    assert not talk.progress.spoken_for


def test_a_recording_that_somebody_refused_stays_refused() -> None:
    talk = Talk().no("consent").to(StepKind.IDENTITY).means(Intent.PHONE_HANDED_ON, "어머니 바꿔 드릴게요")
    assert talk.progress.consent is RecordingConsent.REFUSED


def test_a_phone_that_goes_round_and_round_ends_the_call() -> None:
    talk = Talk().to(StepKind.IDENTITY)
    for _ in range(MOST_DIGRESSIONS + 1):
        talk.means(Intent.PHONE_HANDED_ON, "바꿔 드릴게요")
    assert talk.over
    assert talk.progress.exception is ExceptionCode.NO_COMMUNICATION


@pytest.mark.parametrize(
    ("intent", "text"), [(Intent.WRONG_PERSON, HELPER), (Intent.PHONE_HANDED_ON, "요양보호사 바꿔 줄게요")]
)
def test_who_answers_in_the_persons_place_is_told_nothing_of_them(intent: Intent, text: str) -> None:
    talk = Talk().to(StepKind.PROBLEM)
    asked = talk.step.subject
    untold = [step for step in talk.plan.steps if step.kind is StepKind.PROBLEM and step.subject != asked]
    talk.means(intent, text)
    assert talk.step.kind is StepKind.QUESTION
    assert (talk.state(asked), talk.finding(asked).ask_count) == (FindingState.NOT_REACHED, 1)
    talk.to(StepKind.ANYTHING_ELSE)
    said = " ".join(saying.text for move in talk.moves for saying in move.sayings)
    assert untold
    assert not [step for step in untold if step.text in said]
    assert talk.outcome.spoken_for


def test_who_answers_in_the_persons_place_is_asked_on() -> None:
    talk = Talk().to(StepKind.QUESTION)
    question = talk.step
    talk.means(Intent.WRONG_PERSON, HELPER)
    assert talk.step is question
    assert talk.said == f"{talk.institution.wording.spoken_for} {question.asks[0]}"


def test_what_only_sounds_like_somebody_else_is_asked_again() -> None:
    talk = Talk().to(StepKind.QUESTION)
    talk.means(Intent.WRONG_PERSON, "아들 집에서요", confidence=0.5, layer=Layer.LIKENESS)
    assert talk.progress.finding("questions[0]") is None
    assert not talk.progress.spoken_for
