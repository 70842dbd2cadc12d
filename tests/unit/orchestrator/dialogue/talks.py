"""A whole consultation as its summary sees it: order, outcome, turns."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.dialogue.utterance import Intent
from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import ExceptionCode, NeedHuman, ResponseCode, ResponseType, Result
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.outcome import Finding, FindingState, NewProblem, Outcome, RecordingConsent
from orchestrator.domain.plan import Plan, Step, StepKind
from orchestrator.domain.problem import Problem
from orchestrator.domain.question import ExpectedAnswer, Question
from orchestrator.domain.turn import Layer, Source, Speaker, Turn, Understanding
from tests.fakes.consultations import NOON
from tests.fakes.consultations import brief as default_brief

HEATING, COMPANY, KNEE = "난방비가 밀려 있음", "말벗이 필요함", "무릎이 아파 걷기 힘듦"
FOOD = Question(
    "요즘 식사는 잘 하고 계세요?", (ExpectedAnswer("네, 잘 먹어요"), ExpectedAnswer("아니요, 잘 못 먹어요"))
)
HOME = Question(
    "혼자 사세요, 가족과 같이 사세요?", (ExpectedAnswer("혼자 살아요"), ExpectedAnswer("가족과 같이 살아요"))
)
SLEEP, MONEY, FRIENDS = Question("잠은 잘 주무세요?"), Question("빚이 있으세요?"), Question("친구를 자주 만나세요?")

# The agent's words, the subject, the callee's answer, what was made of it.
_SAID: tuple[tuple[str, str, str, Intent], ...] = (
    ("녹음해도 괜찮으세요?", "consent", "네", Intent.YES),
    ("홍길동 님 맞으신가요?", "identity", "네 제가 홍길동이에요", Intent.YES),
    (f"{HEATING}. 지금도 그러신가요?", "known_vulnerabilities.risks[0]", "아니요 지난달에 다 냈어요", Intent.NO),
    (
        f"{COMPANY}. 지금도 그러신가요?",
        "known_vulnerabilities.desires[0]",
        "네 하루 종일 말할 사람이 없어요",
        Intent.YES,
    ),
    (f"{KNEE}. 지금도 그러신가요?", "known_vulnerabilities.risks[1]", "아직도 아파서 병원에 못 가요", Intent.YES),
    ("사람 상담원과 이야기하고 싶으세요?", "human_wanted", "네 상담원하고 얘기하고 싶어요", Intent.YES),
    (FOOD.text, "questions[0]", "입맛이 없어서 하루에 한 끼 먹어요", Intent.ANSWER),
    (HOME.text, "questions[1]", "영감 죽고 혼자 살아요", Intent.ANSWER),
    (SLEEP.text, "questions[2]", "아니요", Intent.NO),
    (MONEY.text, "questions[3]", "그런 건 말하기 싫어요", Intent.REFUSE_QUESTION),
    ("더 하고 싶은 말씀이 있으세요?", "anything_else[0]", "전기요금이 세 달 밀려서 십이만 원이래요", Intent.ANSWER),
    ("언제부터 그러셨어요?", "since_and_why[0]", "여름부터요 돈이 없어서요", Intent.ANSWER),
)


def turn(number: int, text: str, subject: str, intent: Intent | None = None) -> Turn:
    """A turn; the callee's if it means something."""
    if intent is None:
        return Turn(number, Speaker.AGENT, text, Source.INTERVIEW, NOON, subject)
    return Turn(
        number, Speaker.CALLEE, text, Source.SPEECH, NOON, subject, understanding=Understanding(intent, Layer.RULES)
    )


def turns() -> tuple[Turn, ...]:
    """The conversation: what the agent says has odd numbers, what the callee says even ones."""
    said: list[Turn] = []
    for place, (asked, subject, answer, intent) in enumerate(_SAID):
        said += [turn(2 * place + 1, asked, subject), turn(2 * place + 2, answer, subject, intent)]
    return tuple(said)


def brief() -> Brief:
    """The order it was made for."""
    problems = (
        Problem(ResponseType.RISK, (7,), HEATING),
        Problem(ResponseType.DESIRE, (5,), COMPANY),
        Problem(ResponseType.RISK, (6,), KNEE),
    )
    questions = (FOOD, HOME, SLEEP, MONEY, FRIENDS)
    asked = [
        Step(StepKind.QUESTION, f"questions[{place}]", question.text, (question.text,), question.expected_answers)
        for place, question in enumerate(questions)
    ]
    subjects = ("known_vulnerabilities.risks[0]", "known_vulnerabilities.desires[0]", "known_vulnerabilities.risks[1]")
    known = [
        Step(StepKind.PROBLEM, subject, problem.content, (f"{problem.content}. 지금도 그러신가요?",))
        for subject, problem in zip(subjects, problems, strict=True)
    ]
    plan = Plan("안녕하세요.", (*known, *asked))
    return replace(default_brief(), problems=problems, questions=questions, plan=plan)


def findings() -> tuple[Finding, ...]:
    """What became of everything that was to be asked."""
    answered, quotes = FindingState.ANSWERED, {2 * place + 2: said[2] for place, said in enumerate(_SAID)}

    def finding(subject: str, text: str, number: int, state: FindingState = answered, **fields: object) -> Finding:
        return replace(Finding(subject, text, state, quotes[number], number, ask_count=1), **fields)

    return (
        finding("known_vulnerabilities.risks[0]", HEATING, 6, solved=True),
        finding("known_vulnerabilities.desires[0]", COMPANY, 8, solved=False),
        finding("known_vulnerabilities.risks[1]", KNEE, 10, solved=False),
        finding("questions[0]", FOOD.text, 14, expected_answer=1, responses=(ResponseCode(ResponseType.RISK, 6),)),
        finding("questions[1]", HOME.text, 16, expected_answer=0),
        finding("questions[2]", SLEEP.text, 18),
        finding("questions[3]", MONEY.text, 20, FindingState.REFUSED),
        Finding("questions[4]", FRIENDS.text, FindingState.NOT_REACHED),
        finding("anything_else[0]", "", 22),
    )


def outcome(**fields: object) -> Outcome:
    """What came of it."""
    bill = Problem(ResponseType.RISK, (1,), "전기요금이 세 달 밀려서 십이만 원이래요")
    found = (Problem(ResponseType.RISK, (6,), f"{FOOD.text} - 입맛이 없어서 하루에 한 끼 먹어요"), bill)
    known = brief().problems
    made = Outcome(
        result=Result.IN_DEPTH_NEEDED,
        exception=ExceptionCode.NONE,
        need_human=NeedHuman.REQUESTED,
        findings=findings(),
        remaining=(*known[1:], *found),
        solved=known[:1],
        found=found,
        new_problems=(NewProblem(bill, "여름부터요 돈이 없어서요", 1, 3, 4, turn_numbers=(22, 24)),),
        recording_consent=RecordingConsent.GIVEN,
        identified=True,
    )
    return replace(made, **fields)


def in_danger(said: tuple[Turn, ...], number: int, kind: DangerKind, text: str) -> tuple[Turn, ...]:
    """The same conversation, but for one turn of the callee that tells of a danger."""
    return tuple(
        replace(one, text=text, understanding=Understanding(Intent.DANGER, Layer.RULES, danger=kind))
        if one.number == number
        else one
        for one in said
    )
