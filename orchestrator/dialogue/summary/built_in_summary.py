"""The summary of a consultation made from its outcome alone: complete, and readable for a welfare officer.

Each line cites the callee's turns it rests on, or is what the service itself knows. What rests on words of the callee
whose turn is not there is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from orchestrator.dialogue.move import UNANSWERED
from orchestrator.dialogue.summary.lines import STEP_NAMES, Line, Spoken, is_answered, line, meaning
from orchestrator.dialogue.summary.opening_lines import opening_lines
from orchestrator.dialogue.summary.summary_words import answered, listed, quoted, short, when
from orchestrator.dialogue.utterance import Intent
from orchestrator.domain.codes import NeedHuman, ResponseType
from orchestrator.domain.outcome import (
    Finding,
    FindingState,
    NewProblem,
    Outcome,
    RecordingConsent,
)
from orchestrator.domain.problem import Problem
from orchestrator.domain.turn import Speaker, Turn

_URGENCY = {0: "급하지 않음", 1: "지켜봐야 함", 3: "지금 바로 도움이 필요함"}
_DAILY_LIFE = {0: "지장 없음", 1: "조금 지장 있음", 2: "지장 있음", 3: "많이 지장 있음", 4: "거의 할 수 없음"}
_HELP = {0: "함께 사는 사람", 1: "가까이 사는 사람", 2: "아는 사람", 3: "멀리 있는 사람", 4: "없음"}
# Findings that belong to a problem of the person's own, and are told with it.
_OF_A_PROBLEM = ("since_and_why", "urgency", "daily_life", "help")


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
        _sound(opening_lines(outcome, spoken, latest), spoken),
        _sound((*_findings(outcome), *map(_new_problem, outcome.new_problems)), spoken),
        _sound((*_closing(outcome, spoken), _unanswered(turns, spoken)), spoken),
    )


def _sound(lines: Iterable[Line | None], spoken: Spoken) -> tuple[Line, ...]:
    """Returns the lines that cite only turns of the callee that are there."""
    return tuple(each for each in lines if each is not None and set(each.claim.turn_numbers) <= spoken.keys())


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
            text = f"{title}: {answered(finding.quote)}."
        case FindingState.REFUSED:
            text = f"{title}: 답하고 싶어 하지 않았습니다."
        case FindingState.UNCLEAR:
            said = f"({quoted(finding.quote)})" if finding.quote and finding.turn_number else ""
            text = f"{title}: 답이 분명하지 않습니다{said}."
        case _:
            return None
    return line(text, *([finding.turn_number] if finding.turn_number else []), about=about)


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
    return line(f"{'. '.join((told, *details))}.{grave}", *new.turn_numbers)


def _closing(outcome: Outcome, spoken: Spoken) -> Iterator[Line | None]:
    findings = [finding for finding in outcome.findings if finding.turn_number]
    known = tuple(problem for problem in outcome.remaining if problem not in outcome.found)
    yield _problems("해결된 문제", outcome.solved, (one.turn_number for one in findings if one.solved))
    yield _problems("남은 문제", known, (one.turn_number for one in findings if one.solved is False))
    told = (number for new in outcome.new_problems for number in new.turn_numbers)
    yield _problems("새로 알게 된 문제", outcome.found, (*(one.turn_number for one in findings if _found(one)), *told))
    if (wish := outcome.call_back) is not None:
        yield line(f"다시 전화할 때: {quoted(wish.quote)}{when(wish)}.", wish.turn_number)
    wants = meaning(spoken, Intent.WANT_HUMAN) or meaning(spoken, Intent.YES, "human_wanted")
    if wants or outcome.need_human is NeedHuman.REQUESTED:
        yield line("사람 상담원과 이야기하기를 원했습니다.", *wants)
    if outcome.recording_consent is RecordingConsent.REFUSED:
        refused = [number for number, turn in spoken.items() if turn.subject == "consent"]
        yield line("녹음에 동의하지 않아 녹음을 남기지 않습니다.", *refused)
    yield from _missed(outcome)


def _unanswered(turns: Sequence[Turn], spoken: Spoken) -> Line | None:
    """Returns what the person asked and was told that somebody would be told of it."""
    passed_on = [turn.number for turn in turns if turn.subject == UNANSWERED]
    numbers = [max(asked) for number in passed_on if (asked := [one for one in spoken if one < number])]
    if not numbers:
        return None
    quotes = dict.fromkeys(quoted(spoken[number].text) for number in numbers)
    return line(f"답하지 못해 전하기로 한 질문: {', '.join(quotes)}.", *numbers)


def _missed(outcome: Outcome) -> Iterator[Line]:
    missed = [finding for finding in outcome.findings if finding.state is FindingState.NOT_REACHED]
    asked = [_title(finding) for finding in missed if finding.ask_count]
    if asked:
        yield line(f"물었으나 답을 듣지 못한 항목 {len(asked)}건: {listed(asked)}.")
    unasked = [_title(finding) for finding in missed if not finding.ask_count]
    if len(unasked) > 1 and not asked and not any(map(is_answered, outcome.findings)):
        yield line(f"준비한 항목 {len(unasked)}건은 하나도 묻지 못했습니다.")
    elif unasked:
        yield line(f"묻지 못한 항목 {len(unasked)}건: {listed(unasked)}.")


def _problems(title: str, problems: Sequence[Problem], numbers: Iterable[int]) -> Line | None:
    if not problems:
        return None
    contents = dict.fromkeys(problem.content for problem in problems)  # one thing may be both a risk and a desire
    return line(f"{title} {len(contents)}건: {listed([short(content) for content in contents])}.", *numbers)


def _found(finding: Finding) -> bool:
    return any(response.type in {ResponseType.RISK, ResponseType.DESIRE} for response in finding.responses)


def _title(finding: Finding) -> str:
    return f"'{STEP_NAMES.get(finding.subject) or short(finding.text) or '그 밖의 말씀'}'"
