"""The summary of a consultation made from its outcome alone: complete, and readable for a welfare officer.

Each line cites the callee's turns it rests on, or is what the service itself knows. What rests on words of the callee
whose turn is not there is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from orchestrator.dialogue.move import UNANSWERED
from orchestrator.dialogue.summary.summary_words import listed, quoted, short, when
from orchestrator.dialogue.utterance import Intent
from orchestrator.domain.codes import ExceptionCode, NeedHuman, ResponseType
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.outcome import (
    Claim,
    Finding,
    FindingState,
    NewProblem,
    Outcome,
    RecordingConsent,
)
from orchestrator.domain.problem import Problem
from orchestrator.domain.turn import Speaker, Turn

_ENDINGS = {
    ExceptionCode.NONE: "상담을 끝까지 마쳤습니다.",
    ExceptionCode.WRONG_PERSON: "대상자 본인이 아니어서 상담하지 않았습니다.",
    ExceptionCode.REFUSED: "대상자가 상담을 원하지 않아 마쳤습니다.",
    ExceptionCode.NO_COMMUNICATION: "대화가 이어지지 않아 상담을 마치지 못했습니다.",
    ExceptionCode.IMPROPER_ANSWERS: "부적절한 말이 이어져 상담을 마치지 못했습니다.",
    ExceptionCode.DISCONNECTED: "상담 중에 전화가 끊어졌습니다.",
    ExceptionCode.NOT_ANSWERED: "전화를 받지 않아 상담하지 못했습니다.",
}
_CAUSES = {ExceptionCode.WRONG_PERSON: Intent.WRONG_PERSON, ExceptionCode.REFUSED: Intent.REFUSE_CALL}
_DANGERS = {
    DangerKind.SELF_HARM: "자해·자살",
    DangerKind.VIOLENCE: "폭력·학대",
    DangerKind.COLLAPSE: "쓰러짐",
    DangerKind.BREATHING: "호흡 곤란",
    DangerKind.STARVATION_COLD: "굶주림·추위",
    DangerKind.FIRE: "화재·가스",
}
_URGENCY = {0: "급하지 않음", 1: "지켜봐야 함", 3: "지금 바로 도움이 필요함"}
_DAILY_LIFE = {0: "지장 없음", 1: "조금 지장 있음", 2: "지장 있음", 3: "많이 지장 있음", 4: "거의 할 수 없음"}
_HELP = {0: "함께 사는 사람", 1: "가까이 사는 사람", 2: "아는 사람", 3: "멀리 있는 사람", 4: "없음"}
_WHO = {"identity", "birth_date"}
# What steps are called that ask about no problem and put no question of the backend's.
_STEPS = {
    "consent": "녹음 동의",
    "good_time": "통화 가능 여부",
    "human_wanted": "사람 상담원 연결",
}
# Findings that belong to a problem of the person's own, and are told with it.
_OF_A_PROBLEM = ("since_and_why", "urgency", "daily_life", "help")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a summary.

    Attributes:
        about: what it tells of, in words; another claim that tells of the same may stand for it. Empty: none may.
    """

    claim: Claim
    about: str = ""


@dataclass(frozen=True, slots=True)
class BuiltInSummary:
    """A summary in three parts.

    Attributes:
        opening: how the call ended, danger, identity.
        details: what was said.
        closing: what it amounts to.
    """

    opening: tuple[Line, ...]
    details: tuple[Line, ...]
    closing: tuple[Line, ...]


def built_in_summary(outcome: Outcome, turns: Sequence[Turn]) -> BuiltInSummary:
    """Returns the summary of what a call came to."""
    spoken = {turn.number: turn for turn in turns if turn.speaker is Speaker.CALLEE and turn.text}
    latest = next((turn for turn in reversed(turns) if turn.speaker is Speaker.CALLEE), None)
    return BuiltInSummary(
        _sound((_ending(outcome, spoken, latest), *_dangers(spoken), *_identity(outcome, spoken)), spoken),
        _sound((*_findings(outcome), *map(_new_problem, outcome.new_problems)), spoken),
        _sound((*_closing(outcome, spoken), _unanswered(turns, spoken)), spoken),
    )


Spoken = dict[int, Turn]


def _sound(lines: Iterable[Line | None], spoken: Spoken) -> tuple[Line, ...]:
    """Returns the lines that cite only turns of the callee that are there."""
    return tuple(line for line in lines if line is not None and set(line.claim.turn_numbers) <= spoken.keys())


def _ending(outcome: Outcome, spoken: Spoken, latest: Turn | None) -> Line:
    cause = _CAUSES.get(outcome.exception)
    if outcome.call_back is not None and not any(map(_answered, outcome.findings)):
        return _line("지금 통화하기 어렵다고 하여 상담을 뒤로 미뤘습니다.", outcome.call_back.turn_number)
    if outcome.exception is ExceptionCode.NONE and latest is not None and _danger_in(latest) is not None:
        return _line("위험한 상황이라 도움을 받는 것이 먼저여서 상담을 도중에 마쳤습니다.", latest.number)
    return _line(_ENDINGS[outcome.exception], *(_meaning(spoken, cause)[-1:] if cause else ()))


def _dangers(spoken: Spoken) -> Iterator[Line]:
    for kind, name in _DANGERS.items():
        numbers = [number for number, turn in spoken.items() if _danger_in(turn) is kind]
        if numbers:
            quotes = ", ".join(quoted(spoken[number].text) for number in numbers[:2])
            yield _line(f"위험이 의심되는 말을 했습니다({name}): {quotes}.", *numbers)


def _danger_in(turn: Turn) -> DangerKind | None:
    return turn.understanding.danger if turn.understanding is not None else None


def _identity(outcome: Outcome, spoken: Spoken) -> Iterator[Line]:
    if outcome.exception in {ExceptionCode.NOT_ANSWERED, ExceptionCode.WRONG_PERSON}:
        return
    if outcome.identified:
        # Of several tries the last one counts.
        proof = {turn.subject: number for number, turn in spoken.items() if turn.subject in _WHO}
        yield _line("본인임을 확인했습니다.", *proof.values())
    else:
        yield _line("본인인지 확인하지 못했습니다.")


def _findings(outcome: Outcome) -> Iterator[Line | None]:
    told = {number for new in outcome.new_problems for number in new.turn_numbers}
    for finding in outcome.findings:
        of_a_problem = finding.subject.startswith(_OF_A_PROBLEM) or finding.turn_number in told
        if not of_a_problem or finding.solved is not None:
            yield _finding(finding)


def _finding(finding: Finding) -> Line | None:
    title, about = _title(finding), f"{finding.text} {finding.quote}"
    match finding.state:
        case FindingState.ANSWERED if finding.turn_number and finding.solved is not None:
            became = "해결되었다고 했습니다" if finding.solved else "아직 그렇다고 했습니다"
            text = f"알려진 문제 {title}: {became}({quoted(finding.quote)})."
        case FindingState.ANSWERED if finding.turn_number:
            text = f"{title}: {quoted(finding.quote)}라고 답했습니다."
        case FindingState.REFUSED:
            text = f"{title}: 답하고 싶어 하지 않았습니다."
        case FindingState.UNCLEAR:
            text = f"{title}: 답이 분명하지 않습니다."
        case _:
            return None
    return _line(text, *([finding.turn_number] if finding.turn_number else []), about=about)


def _new_problem(new: NewProblem) -> Line:
    details = [
        f"{name} {labels[degree]}"
        for name, labels, degree in (
            ("급한 정도:", _URGENCY, new.urgency),
            ("일상생활:", _DAILY_LIFE, new.daily_life),
            ("도와줄 사람:", _HELP, new.help),
        )
        if degree in labels
    ]
    if new.since_and_why:
        details.insert(0, f"언제부터, 왜: {quoted(new.since_and_why)}")
    grave = " 중대한 문제입니다." if new.grave else ""
    told = f"스스로 말한 어려움: {quoted(new.problem.content)}"
    return _line(f"{'. '.join((told, *details))}.{grave}", *new.turn_numbers)


def _closing(outcome: Outcome, spoken: Spoken) -> Iterator[Line | None]:
    findings = [finding for finding in outcome.findings if finding.turn_number]
    known = tuple(problem for problem in outcome.remaining if problem not in outcome.found)
    yield _problems("해결된 문제", outcome.solved, (one.turn_number for one in findings if one.solved))
    yield _problems("남은 문제", known, (one.turn_number for one in findings if one.solved is False))
    told = (number for new in outcome.new_problems for number in new.turn_numbers)
    yield _problems("새로 알게 된 문제", outcome.found, (*(one.turn_number for one in findings if _found(one)), *told))
    if (wish := outcome.call_back) is not None:
        yield _line(f"다시 전화할 때: {quoted(wish.quote)}{when(wish)}.", wish.turn_number)
    wants = _meaning(spoken, Intent.WANT_HUMAN) or _agreed(spoken, "human_wanted")
    if wants or outcome.need_human is NeedHuman.REQUESTED:
        yield _line("사람 상담원과 이야기하기를 원했습니다.", *wants)
    if outcome.recording_consent is RecordingConsent.REFUSED:
        refused = [number for number, turn in spoken.items() if turn.subject == "consent"]
        yield _line("녹음에 동의하지 않아 녹음을 남기지 않습니다.", *refused)
    yield _missed(outcome)


def _unanswered(turns: Sequence[Turn], spoken: Spoken) -> Line | None:
    """Returns what the person asked and was told that somebody would be told of it."""
    passed_on = [turn.number for turn in turns if turn.subject == UNANSWERED]
    numbers = [max(asked) for number in passed_on if (asked := [one for one in spoken if one < number])]
    if not numbers:
        return None
    quotes = dict.fromkeys(quoted(spoken[number].text) for number in numbers)
    return _line(f"답하지 못해 전하기로 한 질문: {', '.join(quotes)}.", *numbers)


def _missed(outcome: Outcome) -> Line | None:
    missed = [_title(finding) for finding in outcome.findings if finding.state is FindingState.NOT_REACHED]
    if not missed:
        return None
    if len(missed) > 1 and not any(map(_answered, outcome.findings)):
        return _line(f"준비한 항목 {len(missed)}건은 하나도 묻지 못했습니다.")
    return _line(f"묻지 못한 항목 {len(missed)}건: {listed(missed)}.")


def _answered(finding: Finding) -> bool:
    return finding.state is not FindingState.NOT_REACHED and finding.subject not in _STEPS


def _problems(title: str, problems: Sequence[Problem], numbers: Iterable[int]) -> Line | None:
    if not problems:
        return None
    contents = dict.fromkeys(problem.content for problem in problems)  # one thing may be both a risk and a desire
    return _line(f"{title} {len(contents)}건: {listed([short(content) for content in contents])}.", *numbers)


def _found(finding: Finding) -> bool:
    return any(response.type in {ResponseType.RISK, ResponseType.DESIRE} for response in finding.responses)


def _meaning(spoken: Spoken, intent: Intent) -> list[int]:
    """Returns the turns that were understood so."""
    return [
        number
        for number, turn in spoken.items()
        if turn.understanding is not None and turn.understanding.intent == intent
    ]


def _agreed(spoken: Spoken, subject: str) -> list[int]:
    return [number for number in _meaning(spoken, Intent.YES) if spoken[number].subject == subject]


def _title(finding: Finding) -> str:
    return f"'{_STEPS.get(finding.subject) or short(finding.text) or '그 밖의 말씀'}'"


def _line(text: str, *numbers: int, about: str = "") -> Line:
    return Line(Claim(text, tuple(sorted(set(numbers)))), about)
