"""Whatever is understood, in whatever order: everything is asked, nothing too often, and every interview ends."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.dialogue.interview.course import most_turns
from orchestrator.dialogue.move import Saying
from orchestrator.dialogue.utterance import Aside, Intent
from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import ExceptionCode, ResponseType
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.outcome import FindingState
from orchestrator.domain.plan import StepKind
from orchestrator.domain.problem import Problem
from orchestrator.domain.question import ExpectedAnswer, Question
from orchestrator.domain.turn import Source
from tests.fakes.consultations import brief
from tests.unit.orchestrator.dialogue.moves import BIRTH_DATE, Talk

_STORY = "우리 큰아들이 미국에 사는데 작년에 왔다 갔어요"
_TEXTS = [
    "네",
    "아니요",
    BIRTH_DATE,
    "1950년 5월 5일",
    "내일 오후 세 시",
    "그게",
    "",
    "하루 두 번",
    "흑흑",
    "그... 뭐냐...",
    _STORY,
]
# These end a call at once: too many of them and no interview would get anywhere.
_ENDING = {Intent.REFUSE_CALL, Intent.WRONG_PERSON, Intent.CALL_BACK_LATER, Intent.MACHINE}

questions = st.lists(
    st.builds(
        Question,
        st.sampled_from(["식사는 하셨어요?", "집은 따뜻하세요?", "잠은 잘 주무세요?"]),
        st.lists(st.sampled_from(["네", "아니요", "가끔"]).map(ExpectedAnswer), max_size=3).map(tuple),
    ),
    max_size=4,
).map(tuple)
problems = st.lists(
    st.builds(Problem, st.sampled_from([ResponseType.RISK, ResponseType.DESIRE]), st.just((1,)), st.just("난방비")),
    max_size=3,
).map(tuple)
orders = st.builds(
    lambda asked, known, born: replace(
        brief(), questions=asked, problems=known, person=replace(brief().person, birth_date=born)
    ),
    questions,
    problems,
    st.sampled_from(["1941-03-02", ""]),
)
asides = st.lists(
    st.builds(Aside, st.sampled_from([f"questions[{i}]" for i in range(4)]), st.just("말"), st.none(), st.just(0.9)),
    max_size=2,
).map(tuple)
usual = st.sampled_from([intent for intent in Intent if intent not in _ENDING])
intents = st.one_of(*[usual] * 30, st.sampled_from(sorted(_ENDING)))


class Reply(NamedTuple):
    """What a callee does."""

    intent: Intent
    text: str
    index: int
    danger: DangerKind
    asides: tuple[Aside, ...]


replies = st.lists(
    st.builds(Reply, intents, st.sampled_from(_TEXTS), st.integers(0, 2), st.sampled_from(list(DangerKind)), asides),
    min_size=1,
    max_size=60,
)


def take(talk: Talk, reply: Reply) -> None:
    """One turn of a callee: a question is answered, and a person may be there when they are put through."""
    if talk.move.hand_over:
        talk.follow(talk.interview.resume(talk.progress, answered=reply.index == 0))
        return
    if reply.intent is Intent.QUESTION:
        talk.follow(talk.interview.digress(talk.progress, Saying("네.", Source.BUILT_IN, "callee_question")))
        return
    expected = reply.index if reply.index < len(talk.step.expected_answers) else None
    talk.means(
        reply.intent,
        reply.text,
        expected_answer=expected if reply.intent is Intent.ANSWER else None,
        danger=reply.danger if reply.intent is Intent.DANGER else None,
        asides=reply.asides,
    )


@settings(max_examples=200, deadline=None)
@given(orders, replies, st.booleans())
def test_every_interview_ends_with_a_state_for_everything(order: Brief, said: list[Reply], hand_over: bool) -> None:
    talk = Talk(order, hand_over=hand_over)
    bound = most_turns(talk.plan)
    turns = 0
    while not talk.over:
        take(talk, said[turns % len(said)])
        turns += 1
        assert turns <= bound, "the interview has no end"
        assert all(saying.text.strip() for saying in talk.move.sayings)
        assert talk.progress.ask_count <= 3

    outcome = talk.outcome
    wanted = [step.subject for step in talk.plan.steps if step.kind in {StepKind.PROBLEM, StepKind.QUESTION}]
    covered = [finding.subject for finding in outcome.findings if finding.subject in wanted]
    assert covered == wanted, "each question and each known problem has one state, in the order of the plan"
    assert all(finding.ask_count <= 3 for finding in outcome.findings)
    themselves = outcome.identified and not outcome.spoken_for
    if outcome.exception is ExceptionCode.NONE and not talk.progress.dangers and themselves:
        reached = {finding.state for finding in outcome.findings}
        assert FindingState.NOT_REACHED not in reached, "an interview that came to its end has asked everything"


@settings(max_examples=100, deadline=None)
@given(orders, replies)
def test_nothing_personal_is_said_to_somebody_who_is_not_known(order: Brief, said: list[Reply]) -> None:
    talk = Talk(replace(order, problems=(Problem(ResponseType.RISK, (1,), "빚독촉"),)))
    turns = 0
    while not talk.over:
        known = talk.progress.identified is True and not talk.progress.spoken_for
        assert known or "빚독촉" not in talk.said
        take(talk, said[turns % len(said)])
        turns += 1


@settings(max_examples=100, deadline=None)
@given(orders, replies)
def test_each_danger_is_answered_with_its_words_once(order: Brief, said: list[Reply]) -> None:
    talk = Talk(order)
    turns = 0
    while not talk.over:
        before = talk.progress.dangers
        take(talk, said[turns % len(said)])
        new = [danger for danger in talk.progress.dangers if danger not in before]
        for danger in new:
            assert talk.institution.wording.dangers[danger].words in talk.said
        turns += 1
    spoken = [saying.subject for move in talk.moves for saying in move.sayings if saying.subject.startswith("danger")]
    assert sorted(spoken) == sorted({f"danger.{danger}" for danger in talk.progress.dangers})
