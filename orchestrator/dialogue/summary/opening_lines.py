"""What a summary begins with: how the call ended and why, danger, and who it was that spoke."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.dialogue.summary.lines import Line, Spoken, is_answered, line, meaning
from orchestrator.dialogue.summary.summary_words import quoted
from orchestrator.dialogue.understanding.date_questions import asks_the_day
from orchestrator.dialogue.understanding.faltering import weeps
from orchestrator.dialogue.utterance import Intent
from orchestrator.domain.codes import ExceptionCode
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.outcome import Outcome
from orchestrator.domain.turn import Turn

_ENDINGS = {
    ExceptionCode.NONE: "상담을 끝까지 마쳤습니다.",
    ExceptionCode.WRONG_PERSON: "대상자 본인이 아니어서 상담하지 않았습니다.",
    ExceptionCode.REFUSED: "대상자가 상담을 원하지 않아 마쳤습니다.",
    ExceptionCode.NO_COMMUNICATION: "대화가 이어지지 않아 상담을 마치지 못했습니다.",
    ExceptionCode.IMPROPER_ANSWERS: "부적절한 말이 이어져 상담을 마치지 못했습니다.",
    ExceptionCode.DISCONNECTED: "상담 중에 전화가 끊어졌습니다.",
    ExceptionCode.NOT_ANSWERED: "전화를 받지 않아 상담하지 못했습니다.",
}
_CAUSES = {
    ExceptionCode.WRONG_PERSON: Intent.WRONG_PERSON,
    ExceptionCode.REFUSED: Intent.REFUSE_CALL,
    ExceptionCode.IMPROPER_ANSWERS: Intent.ABUSE,
}
_DANGERS = {
    DangerKind.SELF_HARM: "자해·자살",
    DangerKind.VIOLENCE: "폭력·학대",
    DangerKind.COLLAPSE: "쓰러짐",
    DangerKind.BREATHING: "호흡 곤란",
    DangerKind.STARVATION_COLD: "굶주림·추위",
    DangerKind.FIRE: "화재·가스",
}
_WHO = {"identity", "birth_date"}


def opening_lines(outcome: Outcome, spoken: Spoken, latest: Turn | None) -> Iterator[Line]:
    """Yields them.

    Args:
        outcome: of the call.
        spoken: what the callee said.
        latest: the callee's last turn, silent or not.
    """
    yield _ending(outcome, spoken, latest)
    yield from _dangers(spoken)
    yield from _identity(outcome, spoken)
    yield from _who_spoke(outcome, spoken)


def _ending(outcome: Outcome, spoken: Spoken, latest: Turn | None) -> Line:
    cause = _CAUSES.get(outcome.exception)
    if outcome.call_back is not None and not any(map(is_answered, outcome.findings)):
        return line("지금 통화하기 어렵다고 하여 상담을 뒤로 미뤘습니다.", outcome.call_back.turn_number)
    if outcome.exception is ExceptionCode.NONE and latest is not None and _danger_in(latest) is not None:
        return line("위험한 상황이라 도움을 받는 것이 먼저여서 상담을 도중에 마쳤습니다.", latest.number)
    causes = meaning(spoken, cause)[-1:] if cause else []
    if not causes and (other := _other_cause(outcome.exception, spoken)) is not None:
        return other
    return line(_ENDINGS[outcome.exception], *causes)


def _other_cause(exception: ExceptionCode, spoken: Spoken) -> Line | None:
    """Returns why a call ended that nobody ended by their words: it was no good time, or the birth date was another."""
    if exception is ExceptionCode.REFUSED:
        busy = [*meaning(spoken, Intent.CALL_BACK_LATER), *meaning(spoken, Intent.NO, "good_time")]
        text = "지금 통화하기 어렵다고 하여 마쳤고, 언제 다시 전화할지는 듣지 못했습니다."
        return line(text, *busy) if busy else None
    if exception is ExceptionCode.WRONG_PERSON:
        dates = [number for number, turn in spoken.items() if turn.subject == "birth_date"]
        if dates:
            return line("생년월일이 달라 본인임을 확인하지 못해 상담하지 않았습니다.", *dates)
        return line(_ENDINGS[exception], *meaning(spoken, Intent.NO, "identity"))
    return None


def _dangers(spoken: Spoken) -> Iterator[Line]:
    for kind, name in _DANGERS.items():
        numbers = [number for number, turn in spoken.items() if _danger_in(turn) is kind]
        if numbers:
            quotes = ", ".join(quoted(spoken[number].text) for number in numbers[:2])
            yield line(f"위험이 의심되는 말을 했습니다({name}): {quotes}.", *numbers)


def _danger_in(turn: Turn) -> DangerKind | None:
    return turn.understanding.danger if turn.understanding is not None else None


def _identity(outcome: Outcome, spoken: Spoken) -> Iterator[Line]:
    if outcome.exception in {ExceptionCode.NOT_ANSWERED, ExceptionCode.WRONG_PERSON}:
        return
    if outcome.identified:
        # Of several tries the last one counts.
        proof = {turn.subject: number for number, turn in spoken.items() if turn.subject in _WHO}
        yield line("본인임을 확인했습니다.", *proof.values())
    else:
        yield line("본인인지 확인하지 못했습니다.")


def _who_spoke(outcome: Outcome, spoken: Spoken) -> Iterator[Line]:
    """Yields what an officer must know of the voice behind the answers."""
    passed_on = meaning(spoken, Intent.PHONE_HANDED_ON)
    if passed_on and outcome.spoken_for:
        yield line("통화 중에 전화를 다른 사람에게 바꿔 주었습니다.", *passed_on)
    elif passed_on:
        yield line("다른 사람이 전화를 받아 바꿔 주었습니다.", *passed_on)
    others = meaning(spoken, Intent.WRONG_PERSON) if outcome.spoken_for else []
    if others:
        yield line("통화 중에 다른 사람이 대신 답했습니다.", *others)
    if days := [number for number, turn in spoken.items() if asks_the_day(turn.text)]:
        yield line("오늘 날짜나 요일을 물었습니다.", *days)
    if tears := [number for number, turn in spoken.items() if weeps(turn.text)]:
        yield line("통화 중에 울었습니다.", *tears)
