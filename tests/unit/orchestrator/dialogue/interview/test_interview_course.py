"""The course of an interview over the default institution, move by move."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.dialogue.move import Saying
from orchestrator.dialogue.utterance import Aside, Intent
from orchestrator.domain.codes import ExceptionCode, NeedHuman, ResponseType, Result
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.outcome import FindingState, RecordingConsent
from orchestrator.domain.plan import StepKind
from orchestrator.domain.turn import Source
from tests.fakes.consultations import brief
from tests.unit.orchestrator.dialogue.moves import BIRTH_DATE, Talk

RISK, DESIRE = "known_vulnerabilities.risks[0]", "known_vulnerabilities.desires[0]"


# The opening.


def test_the_greeting_says_that_a_machine_calls_and_is_heard_to_its_end() -> None:
    greeting, first = Talk().move.sayings
    assert "인공지능" in greeting.text
    assert greeting.uninterruptible
    assert not first.uninterruptible
    assert "녹음" in first.text


def test_the_opening_in_its_order() -> None:
    talk = Talk().yes("consent").yes("good_time").yes("identity").born()
    assert talk.step.subject == RISK
    assert talk.progress.consent is RecordingConsent.GIVEN
    assert talk.progress.identified is True


@pytest.mark.parametrize("intent", [Intent.NO, Intent.REFUSE_QUESTION])
def test_who_does_not_want_to_be_recorded_is_talked_to_all_the_same(intent: Intent) -> None:
    talk = Talk().means(intent, "싫어요")
    assert talk.institution.wording.consent_refused in talk.said
    assert talk.step.kind is StepKind.GOOD_TIME
    assert talk.outcome.recording_consent is RecordingConsent.REFUSED


def test_consent_that_is_never_understood_is_none() -> None:
    talk = Talk()
    for _ in range(3):
        talk.means(Intent.NO_MATCH, "어버버")
    assert talk.step.kind is StepKind.GOOD_TIME
    assert talk.progress.consent is RecordingConsent.UNKNOWN


def test_a_bad_time_is_asked_for_a_better_one() -> None:
    talk = Talk().yes("consent").no("good_time")
    assert talk.step.kind is StepKind.CALL_BACK
    talk.means(Intent.ANSWER, "내일 오후 세 시요")
    assert talk.over
    assert talk.said == talk.institution.wording.goodbye_call_back
    wish = talk.outcome.call_back
    assert wish is not None
    assert wish.quote == "내일 오후 세 시요"
    assert talk.outcome.exception is ExceptionCode.REFUSED


def test_a_wish_that_names_its_time_is_not_asked_for_one() -> None:
    talk = Talk().yes().means(Intent.CALL_BACK_LATER, "내일 오전에 다시 걸어 주세요")
    assert talk.over
    assert talk.progress.call_back is not None


def test_in_the_middle_of_the_call_too() -> None:
    talk = Talk().to(StepKind.QUESTION).means(Intent.CALL_BACK_LATER, "지금 나가 봐야 해요")
    assert talk.step.kind is StepKind.CALL_BACK
    talk.means(Intent.NO, "아니 됐어요")
    assert (talk.over, talk.progress.call_back) == (True, None)
    assert talk.outcome.findings[0].state is FindingState.ANSWERED, "what was learned before is kept"


@pytest.mark.parametrize("place", [StepKind.CONSENT, StepKind.GOOD_TIME, StepKind.IDENTITY, StepKind.BIRTH_DATE])
def test_somebody_else_hears_nothing_personal(place: StepKind) -> None:
    talk = Talk().to(place).means(Intent.WRONG_PERSON, "저는 딸인데요")
    assert talk.said == talk.institution.wording.goodbye_wrong_person
    assert talk.outcome.exception is ExceptionCode.WRONG_PERSON


# The birth date.


@pytest.mark.parametrize("said", [BIRTH_DATE, "사십일년생 삼월 이일", "410302", "19410302", "3월 2일이에요"])
def test_the_birth_date_proves_who_speaks(said: str) -> None:
    talk = Talk().to(StepKind.BIRTH_DATE).born(said)
    assert talk.progress.identified is True
    assert talk.step.subject == RISK


def test_another_birth_date_is_asked_for_again_and_then_it_is_somebody_else() -> None:
    talk = Talk().to(StepKind.BIRTH_DATE).born("1950년 5월 5일")
    assert talk.step.kind is StepKind.BIRTH_DATE
    assert talk.institution.wording.birth_date_differs in talk.said
    talk.born("1950년 5월 5일이라고요")
    assert talk.outcome.exception is ExceptionCode.WRONG_PERSON


def test_a_slip_of_the_tongue_is_no_harm() -> None:
    talk = Talk().to(StepKind.BIRTH_DATE).born("1950년 5월 5일").born()
    assert talk.step.subject == RISK


@pytest.mark.parametrize("intent", [Intent.REFUSE_QUESTION, Intent.NO, Intent.UNSURE])
def test_who_does_not_give_it_is_asked_everything_but_the_known_problems(intent: Intent) -> None:
    talk = Talk().to(StepKind.BIRTH_DATE).means(intent, "그건 말하기 싫어요")
    assert talk.step.subject == "questions[0]"
    outcome = talk.outcome
    assert not outcome.identified
    assert {finding.state for finding in outcome.findings[:2]} == {FindingState.NOT_REACHED}
    assert outcome.remaining == talk.brief.problems


def test_who_presses_a_key_is_asked_for_keys_at_once() -> None:
    talk = Talk().to(StepKind.BIRTH_DATE)
    assert talk.step.keys_wanted(talk.progress.ask_count) == 0
    talk.means(Intent.NO_MATCH, "4")
    assert "여섯 자리를 눌러" in talk.said
    assert talk.step.keys_wanted(talk.progress.ask_count) == 6
    assert talk.born("410302").step.subject == RISK


def test_without_a_birth_date_the_name_must_do() -> None:
    order = replace(brief(), person=replace(brief().person, birth_date=""))
    assert Talk(order).yes().yes().yes("identity").step.subject == RISK


# Asking.


def test_each_ask_is_another_one_and_the_third_offers_keys() -> None:
    talk = Talk().to(StepKind.QUESTION)
    asked = [talk.said, *(talk.means(Intent.ANSWER, "글쎄 뭐 그게 참").said for _ in range(2))]
    assert "요즘 식사는 잘 하고 계세요?" in asked[0]
    assert "식사는 잘 하고 계세요?" in asked[1]
    assert "요즘" not in asked[1]
    assert "일 번" in asked[2]
    assert talk.means(Intent.ANSWER, "몰라 몰라").step.subject == "questions[1]"
    assert talk.state("questions[0]") is FindingState.UNCLEAR


def test_refusing_one_question_ends_nothing() -> None:
    talk = Talk().to(StepKind.QUESTION).means(Intent.REFUSE_QUESTION, "그건 말하기 싫어요")
    assert talk.state("questions[0]") is FindingState.REFUSED
    assert talk.step.subject == "questions[1]"


def test_an_answer_that_comes_early_is_kept_and_not_asked_for_again() -> None:
    aside = Aside("questions[1]", "집도 따뜻해요", None, 0.9)
    talk = (
        Talk().to(StepKind.QUESTION).means(Intent.ANSWER, "잘 먹고 집도 따뜻해요", expected_answer=0, asides=(aside,))
    )
    assert talk.step.kind is StepKind.ANYTHING_ELSE
    early = talk.finding("questions[1]")
    assert (early.state, early.quote, early.ask_count, early.unasked) == (
        FindingState.ANSWERED,
        "집도 따뜻해요",
        0,
        True,
    )


def test_who_changes_their_mind_is_believed() -> None:
    aside = Aside("questions[0]", "아까 잘 먹는다는 건 거짓말이고 못 먹어요", 1, 0.9)
    talk = Talk().to(StepKind.QUESTION).answer(0).answer(None)
    talk.means(Intent.NO_MATCH, "아까 잘 먹는다는 건 거짓말이고 못 먹어요", asides=(aside,))
    assert talk.finding("questions[0]").expected_answer == 1
    assert talk.finding("questions[0]").ask_count == 1


def test_a_question_of_the_callee_is_answered_and_the_open_one_asked_again() -> None:
    talk = Talk().to(StepKind.QUESTION)
    talk.follow(talk.interview.digress(talk.progress, Saying("무료예요.", Source.STORED_ANSWER, "callee_question")))
    answer, again = talk.move.sayings
    assert (answer.text, again.subject) == ("무료예요.", "questions[0]")
    assert talk.progress.ask_count == 1


def test_silence_and_mumbling_have_each_a_ladder_of_its_own() -> None:
    words = Talk().institution.wording
    silent = Talk().to(StepKind.QUESTION).means(Intent.NO_INPUT)
    mumbling = Talk().to(StepKind.QUESTION).means(Intent.NO_MATCH, "으음므")
    assert words.no_input[0] in silent.said
    assert words.no_match[0] in mumbling.said
    assert words.no_input[1] in silent.means(Intent.NO_INPUT).said
    assert words.no_match[1] in mumbling.means(Intent.NO_MATCH, "으음므").said
    assert silent.means(Intent.NO_INPUT).over
    assert silent.outcome.exception is ExceptionCode.NO_COMMUNICATION


def test_insults_are_borne_twice() -> None:
    talk = Talk().to(StepKind.QUESTION)
    assert not talk.means(Intent.ABUSE, "이런").means(Intent.ABUSE, "저런").over
    assert talk.means(Intent.ABUSE, "그런").outcome.exception is ExceptionCode.IMPROPER_ANSWERS


def test_a_machine_hears_no_goodbye() -> None:
    talk = Talk()
    for _ in range(2):
        assert not talk.over
        talk.means(Intent.MACHINE, "삐 소리 후 메시지를 남겨 주세요")
    assert (talk.over, talk.move.sayings) == (True, ())
    assert talk.outcome.exception is ExceptionCode.NOT_ANSWERED


def test_who_heard_the_carrier_is_greeted_again() -> None:
    talk = Talk()
    greeting, ask = talk.move.sayings
    assert talk.means(Intent.CARRIER_NOTICE, "국제전화입니다.").move.sayings == (greeting, ask)
    assert (talk.over, talk.progress.machine_signs) == (False, ())


def test_a_notice_between_answers_is_asked_about_again() -> None:
    talk = Talk().means(Intent.MACHINE, "없는 번호입니다").yes("consent").means(Intent.MACHINE, "없는 번호입니다")
    assert (talk.over, talk.step.kind) == (False, StepKind.GOOD_TIME)


def test_the_wish_for_a_human_is_noted_and_the_call_goes_on() -> None:
    talk = Talk().to(StepKind.QUESTION).means(Intent.WANT_HUMAN, "상담원 바꿔 주세요")
    assert talk.institution.wording.human_noted in talk.said
    assert talk.step.subject == "questions[0]"
    assert talk.progress.need_human is NeedHuman.REQUESTED


# Danger.

GO_ON = [DangerKind.SELF_HARM, DangerKind.VIOLENCE, DangerKind.STARVATION_COLD]
END = [DangerKind.COLLAPSE, DangerKind.BREATHING, DangerKind.FIRE]


@pytest.mark.parametrize("danger", DangerKind)
def test_who_is_in_danger_hears_the_right_words_at_once(danger: DangerKind) -> None:
    talk = Talk().to(StepKind.QUESTION).means(Intent.DANGER, "위험해요", danger=danger)
    assert talk.move.sayings[0].text == talk.institution.wording.dangers[danger].words
    assert talk.move.sayings[0].uninterruptible
    assert talk.over is (danger in END)
    outcome = replace(talk.outcome)
    assert outcome.need_human is NeedHuman.GRAVE
    if talk.over:
        assert outcome.result is Result.IN_DEPTH_NEEDED
    else:
        assert talk.move.sayings[-1].subject == "questions[0]"


def test_what_also_answers_the_question_is_not_asked_for_again() -> None:
    danger = DangerKind.STARVATION_COLD
    talk = Talk().to(StepKind.QUESTION).means(Intent.DANGER, "며칠째 굶었어요", danger=danger, expected_answer=1)
    assert talk.step.subject == "questions[1]"
    assert talk.finding("questions[0]").expected_answer == 1


def test_the_words_are_said_once() -> None:
    talk = Talk().to(StepKind.QUESTION)
    talk.means(Intent.DANGER, "죽고 싶어요", danger=DangerKind.SELF_HARM)
    talk.means(Intent.DANGER, "정말 죽고 싶어요", danger=DangerKind.SELF_HARM)
    assert [saying.subject for saying in talk.move.sayings] == ["questions[0]"]


def test_a_danger_that_was_noticed_late_is_spoken_of_with_the_next_reply() -> None:
    talk = Talk().to(StepKind.QUESTION)
    late = replace(talk.progress, untold=DangerKind.SELF_HARM)
    talk.follow(replace(talk.move, progress=late)).answer(0)
    assert [saying.subject for saying in talk.move.sayings] == ["danger.self_harm", "questions[1]"]
    assert talk.state("questions[0]") is FindingState.ANSWERED
    assert talk.progress.untold is None


def test_late_and_grave_ends_the_call_too() -> None:
    talk = Talk().to(StepKind.QUESTION)
    late = replace(talk.progress, untold=DangerKind.FIRE)
    talk.follow(replace(talk.move, progress=late)).answer(0)
    assert talk.over
    assert talk.move.sayings[0].subject == "danger.fire"


def test_a_person_takes_over_where_there_is_one() -> None:
    talk = Talk(hand_over=True).to(StepKind.QUESTION).means(Intent.DANGER, "불이야", danger=DangerKind.FIRE)
    assert talk.move.hand_over
    assert not talk.over
    assert talk.institution.wording.hand_over in talk.said
    talk.follow(talk.interview.resume(talk.progress, answered=True))
    assert (talk.over, talk.move.sayings) == (True, ())


@pytest.mark.parametrize("danger", DangerKind)
def test_if_nobody_takes_over_the_agent_goes_on_as_without(danger: DangerKind) -> None:
    talk = Talk(hand_over=True).to(StepKind.QUESTION).means(Intent.DANGER, "위험해요", danger=danger)
    talk.follow(talk.interview.resume(talk.progress, answered=False))
    assert talk.institution.wording.hand_over_failed in talk.said
    assert talk.over is (danger in END)


# Anything else.


def tell(talk: Talk, urgency: int, daily_life: int, help_: int) -> Talk:
    """Tells a new problem with the expected answers of these places."""
    talk.to(StepKind.ANYTHING_ELSE).answer(text="보일러가 고장 났어요")
    assert talk.step.kind is StepKind.SINCE_AND_WHY
    return talk.answer(text="지난주부터요").answer(urgency).answer(daily_life).answer(help_)


def test_a_new_problem_is_asked_about_and_then_the_next() -> None:
    talk = tell(Talk(), urgency=1, daily_life=2, help_=0)
    assert talk.step.subject == "anything_else[1]"
    talk.no()
    assert talk.over
    (new,) = talk.outcome.new_problems
    assert (new.problem.content, new.since_and_why) == ("보일러가 고장 났어요", "지난주부터요")
    assert (new.urgency, new.daily_life, new.help, new.grave) == (1, 1, 0, False)
    assert len(new.turn_numbers) == 5


@pytest.mark.parametrize(
    ("urgency", "daily_life", "help_", "table", "grave"),
    [
        (2, 3, 0, ResponseType.DESIRE, False),  # not urgent, no hindrance, help at home
        (1, 3, 0, ResponseType.RISK, False),  # to be watched
        (2, 1, 0, ResponseType.RISK, False),  # daily life 3
        (2, 3, 2, ResponseType.RISK, False),  # help 3
        (0, 3, 0, ResponseType.RISK, True),  # at once
        (2, 0, 3, ResponseType.RISK, True),  # daily life 4, and nobody helps
        (2, 0, 0, ResponseType.RISK, False),  # daily life 4, but there is help
    ],
)
def test_how_grave_a_new_problem_is(
    urgency: int, daily_life: int, help_: int, table: ResponseType, grave: bool
) -> None:
    talk = tell(Talk(), urgency, daily_life, help_).no()
    (new,) = talk.outcome.new_problems
    assert (new.problem.type, new.grave) == (table, grave)
    assert (talk.outcome.need_human is NeedHuman.GRAVE) is grave
    assert talk.outcome.found == (new.problem,)


def test_a_bare_yes_or_no_stands_for_a_degree() -> None:
    talk = Talk().to(StepKind.ANYTHING_ELSE).answer(text="보일러가 고장 났어요").answer(text="어제부터요")
    talk.yes("urgency[0]").no("daily_life[0]").no("help[0]").no()
    (new,) = talk.outcome.new_problems
    assert (new.urgency, new.daily_life, new.help) == (3, 0, 4)


def test_a_degree_that_is_not_understood_is_asked_for_again_and_may_stay_unknown() -> None:
    talk = Talk().to(StepKind.ANYTHING_ELSE).answer(text="보일러가 고장 났어요").answer(text="어제부터요")
    for _ in range(3):
        talk.answer(text="뭐라 말해야 되나")
    assert talk.step.kind is StepKind.DAILY_LIFE
    talk.means(Intent.REFUSE_QUESTION, "그만 물어요").means(Intent.UNSURE, "모르겠어요").no()
    (new,) = talk.outcome.new_problems
    assert (new.urgency, new.daily_life, new.help) == (None, None, None)
    assert new.problem.type is ResponseType.DESIRE


@pytest.mark.parametrize(
    "intent", [Intent.NO, Intent.UNSURE, Intent.REFUSE_QUESTION, Intent.REFUSE_CALL, Intent.CALL_BACK_LATER]
)
def test_at_the_end_nothing_more_is_a_good_end(intent: Intent) -> None:
    talk = Talk().to(StepKind.ANYTHING_ELSE).means(intent, "이제 됐어요")
    assert talk.said == talk.institution.wording.goodbye
    assert talk.outcome.exception is ExceptionCode.NONE


def test_who_only_says_yes_to_an_open_question_is_asked_in_other_words() -> None:
    talk = Talk().to(StepKind.QUESTION)
    first, *others = talk.step.asks
    assert first in talk.means(Intent.BACKCHANNEL, "네").said
    assert [ask in talk.means(Intent.BACKCHANNEL, "네").said for ask in others] == [True] * len(others)
    assert talk.means(Intent.BACKCHANNEL, "네").step.subject != "questions[0]"


def test_what_is_told_again_in_the_same_words_is_no_second_problem() -> None:
    talk = Talk().to(StepKind.ANYTHING_ELSE).means(Intent.ANSWER, "아니우다, 엇수다.")
    while talk.step.kind is not StepKind.ANYTHING_ELSE:
        talk.means(Intent.REFUSE_QUESTION, "싫어요")
    assert talk.means(Intent.ANSWER, "아니우다 엇수다").over
    assert len(talk.outcome.new_problems) == 1


def test_who_was_in_danger_is_not_only_wished_good_health() -> None:
    words = Talk().institution.wording
    assert Talk().to(StepKind.ANYTHING_ELSE).means(Intent.NO).said == words.goodbye
    talk = Talk().to(StepKind.QUESTION).means(Intent.DANGER, "죽고 싶어요", danger=DangerKind.SELF_HARM)
    assert talk.to(StepKind.ANYTHING_ELSE).means(Intent.NO).said == words.goodbye_after_danger


def test_a_degree_that_may_be_another_one_is_asked_for_again_but_not_for_ever() -> None:
    def asked_how_urgent() -> Talk:
        told = Talk().to(StepKind.ANYTHING_ELSE).means(Intent.ANSWER, "수도가 얼었어요")
        return told.means(Intent.ANSWER, "어제부터요")

    doubtful = {"expected_answer": 2, "confidence": 0.6}
    talk = asked_how_urgent().means(Intent.ANSWER, "급해요", **doubtful)
    assert (talk.step.kind, talk.progress.ask_count) == (StepKind.URGENCY, 2)
    assert talk.means(Intent.YES, "네").finding("urgency[0]").level == 3
    patient = asked_how_urgent()
    for _ in range(3):
        patient.means(Intent.ANSWER, "급하지는 않은데", **doubtful)
    assert patient.finding("urgency[0]").level == 0


def test_a_match_that_is_less_likely_than_none_is_asked_for_again_and_never_noted() -> None:
    talk = Talk().to(StepKind.QUESTION)
    for asked in (2, 3):
        talk.means(Intent.ANSWER, "네", expected_answer=1, confidence=0.35)
        assert (talk.step.subject, talk.progress.ask_count) == ("questions[0]", asked)
    found = talk.means(Intent.ANSWER, "네", expected_answer=1, confidence=0.35).finding("questions[0]")
    assert (found.state, found.responses, found.expected_answer) == (FindingState.UNCLEAR, (), None)
