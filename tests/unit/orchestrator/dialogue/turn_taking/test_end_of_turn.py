import pytest

from orchestrator.dialogue.turn_taking.completeness import Completeness, completeness
from orchestrator.dialogue.turn_taking.end_of_turn import silence_needed
from orchestrator.dialogue.turn_taking.expected import Expected, expected_by
from orchestrator.domain.plan import Step, StepKind
from orchestrator.domain.question import ExpectedAnswer


@pytest.mark.parametrize("text", ["네", "네 네", "아니요", "예 맞아요", "응 그래", "없어요", "네 괜찮습니다"])
def test_yes_and_no_to_a_question_for_them_are_answers(text):
    assert completeness(text, Expected.YES_NO) is Completeness.ANSWERED


@pytest.mark.parametrize("text", ["네", "예", "음", "아이고", ""])
def test_bare_yes_to_an_open_question_is_the_beginning_of_an_answer(text):
    assert completeness(text, Expected.OPEN) in {Completeness.UNCLEAR, Completeness.HESITATING}


@pytest.mark.parametrize(
    "text", ["밥은 먹었어요", "병원에 갔습니다", "먹었구만유", "그렇심더", "허리가 아프데이", "가더라고", "어디십니까"]
)
def test_polite_sentences_end_in_all_styles(text):
    assert completeness(text, Expected.OPEN) is Completeness.FINISHED


@pytest.mark.parametrize("text", ["무릎이 아파", "괜찮지", "안 가", "돈이 없네", "뭐라카노", "밥을 못 해 먹어"])
def test_plain_endings_may_be_the_end(text):
    assert completeness(text, Expected.OPEN) is Completeness.PLAIN


@pytest.mark.parametrize("text", ["안 가 다리가 아파서", "먹었어요 아침에", "끊어요 이제", "그렇지 뭐"])
def test_details_after_a_sentence_explain_it(text):
    assert completeness(text, Expected.OPEN) is Completeness.EXPLAINED


@pytest.mark.parametrize("ending", ["갔어", "갔어요"])
def test_who_has_said_more_is_sooner_done(ending):
    few, many = (
        silence_needed(f"{words} {ending}", Expected.OPEN, most=5.0) for words in ("집에", "어제 딸이 우리 집에")
    )
    assert many < few < silence_needed("집에 갔는데", Expected.OPEN, most=5.0)


@pytest.mark.parametrize(
    "text",
    [
        "밥은 먹고",
        "무릎이 아픈데",
        "비가 오니까",
        "허리가 아파서",
        "약을 먹으면",
        "제가",
        "병원은",
        "약을",
        "아픈",
        "먹을",
        "안",
    ],
)
def test_connectives_and_particles_lead_on(text):
    assert completeness(text, Expected.OPEN) is Completeness.CONNECTED


@pytest.mark.parametrize(
    "text", ["그게", "무릎이 아픈데 그", "음", "저기", "네 근데", "아파요...", "그러니까", "어디보자"]
)
def test_fillers_ask_for_time(text):
    assert completeness(text, Expected.OPEN) is Completeness.HESITATING


@pytest.mark.parametrize("text", ["천구백사십팔년", "사십팔년 삼월", "공사", "음력으로 팔월"])
def test_part_of_a_birth_date_is_counting(text):
    assert completeness(text, Expected.DATE) is Completeness.COUNTING


def test_a_year_alone_is_no_birth_date():
    assert completeness("삼십칠년생이에요", Expected.DATE) is Completeness.CONNECTED


@pytest.mark.parametrize(
    "text", ["천구백사십팔년 삼월 십이일이요", "480312", "사십팔년 팔월 보름날", "1948년 3월 12일"]
)
def test_whole_birth_date_is_all_that_was_asked_for(text):
    assert completeness(text, Expected.DATE) is Completeness.FINISHED


def test_telephone_number_is_whole_when_it_is_long_enough():
    assert completeness("공일공 사이칠삼", Expected.OPEN) is Completeness.COUNTING
    assert completeness("공일공 사이칠삼 팔팔일이", Expected.OPEN) is Completeness.FINISHED


@pytest.mark.parametrize("text", ["일 번", "삼", "두 번", "둘째"])
def test_number_answers_a_choice(text):
    assert completeness(text, Expected.CHOICE) is Completeness.FINISHED


def test_names():
    assert completeness("홍길동", Expected.NAME) is Completeness.FINISHED
    assert completeness("박영은", Expected.NAME) is Completeness.FINISHED
    assert completeness("저는", Expected.NAME) is Completeness.CONNECTED
    assert completeness("제 이름은", Expected.NAME) is Completeness.CONNECTED
    assert completeness("이", Expected.NAME) is Completeness.COUNTING


def test_silence_grows_with_what_is_missing():
    waits = [
        silence_needed(text, expected, most=5.0)
        for text, expected in (
            ("네", Expected.YES_NO),
            ("먹었어요", Expected.YES_NO),
            ("", Expected.OPEN),
            ("아파서", Expected.OPEN),
            ("그게", Expected.OPEN),
        )
    ]
    assert waits == sorted(waits)
    assert waits[0] <= 0.5
    assert waits[-1] >= 2.0


@pytest.mark.parametrize("text", ["", "네", "그게", "아파서", "공일공"])
def test_patience_lengthens_the_silence_up_to_the_longest(text):
    ordinary = silence_needed(text, Expected.OPEN, most=5.0)
    assert silence_needed(text, Expected.OPEN, patience=1.5, most=9.0) == pytest.approx(1.5 * ordinary)
    assert silence_needed(text, Expected.OPEN, patience=50.0, most=5.0) == 5.0


def step(kind, text="", asks=("첫째", "둘째", "셋째"), **more):
    return Step(kind, "questions[0]", text, asks, **more)


@pytest.mark.parametrize(
    ("asked", "ask_count", "expected"),
    [
        (step(StepKind.CONSENT), 1, Expected.YES_NO),
        (step(StepKind.PROBLEM, "무릎이 아프시다고요"), 1, Expected.YES_NO),
        (step(StepKind.BIRTH_DATE, keys=6), 1, Expected.DATE),
        (step(StepKind.BIRTH_DATE, keys=6), 3, Expected.KEYS),
        (step(StepKind.SINCE_AND_WHY), 1, Expected.OPEN),
        (step(StepKind.ANYTHING_ELSE), 1, Expected.OPEN),
        (step(StepKind.QUESTION, "식사는 하셨어요?"), 1, Expected.YES_NO),
        (step(StepKind.QUESTION, "하루에 몇 끼 드세요?"), 1, Expected.CHOICE),
        (step(StepKind.QUESTION, "자가세요, 아니면 월세세요?"), 1, Expected.CHOICE),
        (step(StepKind.QUESTION, "성함이 어떻게 되세요?"), 1, Expected.NAME),
        (step(StepKind.QUESTION, "요즘 어떻게 지내세요?"), 1, Expected.OPEN),
        (step(StepKind.URGENCY, expected_answers=(ExpectedAnswer("급해요"),)), 3, Expected.CHOICE),
    ],
)
def test_expected_answer_follows_from_what_was_asked(asked, ask_count, expected):
    assert expected_by(asked, ask_count) is expected
