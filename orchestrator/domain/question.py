"""What is asked: by us, and by the callee."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.domain.codes import ResponseCode


@dataclass(frozen=True, slots=True)
class ExpectedAnswer:
    """An answer that means something."""

    text: str
    responses: tuple[ResponseCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the interview."""

    text: str
    expected_answers: tuple[ExpectedAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class FrequentQuestion:
    """Something the person may ask, and what is answered."""

    question: str
    answer: str
