"""Consultations to test with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from orchestrator.dialogue.ports.store import Change
from orchestrator.domain.brief import Address, Brief, Person
from orchestrator.domain.codes import ResponseCode, ResponseType
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.plan import Plan, Step, StepKind
from orchestrator.domain.problem import Problem
from orchestrator.domain.question import ExpectedAnswer, FrequentQuestion, Question
from orchestrator.domain.turn import Source, Speaker, Timings, Turn

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def brief() -> Brief:
    """A realistic order: two known problems, two questions, one stored answer."""
    return Brief(
        person=Person(
            person_id="v-17",
            name="홍길동",
            phone="+821012345678",
            gender="M",
            birth_date="1941-03-02",
            address=Address("서울특별시", "종로구", "세종대로 1", "101호"),
        ),
        question_set_id="q-3",
        session_index=2,
        account_id="operator-1",
        questions=(
            Question(
                "요즘 식사는 잘 하고 계세요?",
                (
                    ExpectedAnswer("네, 잘 먹어요"),
                    ExpectedAnswer("아니요, 잘 못 먹어요", (ResponseCode(ResponseType.RISK, 6),)),
                ),
            ),
            Question("집은 따뜻하세요?"),
        ),
        problems=(
            Problem(ResponseType.RISK, (1, 7), "난방비가 밀려 있음"),
            Problem(ResponseType.DESIRE, (5,), "말벗이 필요함"),
        ),
        frequent_questions=(FrequentQuestion("이거 돈 드나요?", "아니요, 무료예요."),),
        plan=Plan("안녕하세요.", (Step(StepKind.QUESTION, "questions[0]", "식사", ("식사는 잘 하세요?",)),)),
    )


def consultation(consultation_id: str | None = None, **fields: Any) -> Consultation:
    """A new consultation of that order."""
    record = Consultation(
        consultation_id=consultation_id or str(uuid4()),
        person_id="v-17",
        question_set_id="q-3",
        session_index=2,
        account_id="operator-1",
        masked_phone="+**********78",
        created_at=NOON,
        version=1,
    )
    return replace(record, **fields)


def turn(number: int, text: str = "네, 잘 지내고 있어요.", **fields: Any) -> Turn:
    """An agent's turn if its number is odd, else a callee's."""
    agent = number % 2 == 1
    said = Turn(
        number=number,
        speaker=Speaker.AGENT if agent else Speaker.CALLEE,
        text=text,
        source=Source.INTERVIEW if agent else Source.SPEECH,
        created_at=NOON,
        subject=f"questions[{number // 2}]",
        confidence=None if agent else 0.875,
        timings=Timings(text_to_speech=12.5) if agent else Timings(recording=3.25, speech_to_text=80.0),
    )
    return replace(said, **fields)


def next_change(before: Consultation, *, record: dict[str, Any] | None = None, **fields: Any) -> Change:
    """A change made from a record."""
    return Change(replace(before, version=before.version + 1, **(record or {})), **fields)
