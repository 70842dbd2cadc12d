"""An institution's consultation as data: the steps, in order, and the words. Read by `adapters.institution.file`."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.dialogue.interview.wording import Asks, Wording
from orchestrator.domain.plan import StepKind
from orchestrator.domain.question import ExpectedAnswer, FrequentQuestion


@dataclass(frozen=True, slots=True)
class StepTemplate:
    """A step before it is known whom we call: one step of a plan, or one a known problem, or one a question.

    Attributes:
        asks: the wordings, with `{name}`, `{content}`, `{reported}`, `{text}`, `{short}`, `{options}` where they make
            sense.
        again: the wordings in the second and later rounds; empty: the same.
        text: the institution's own question; empty: stands for the backend's.
        expected_answers: what an answer may mean; empty for the backend's questions, which bring their own.
        levels: the degree that each expected answer stands for; empty: they are no degrees.
        yes: index of the expected answer that a bare yes stands for.
        no: likewise for a bare no.
        keys: how many keys the last wording asks for; 0: it asks for words too.
    """

    kind: StepKind
    asks: Asks
    again: Asks = ()
    text: str = ""
    expected_answers: tuple[ExpectedAnswer, ...] = ()
    levels: tuple[int, ...] = ()
    yes: int | None = None
    no: int | None = None
    keys: int = 0


@dataclass(frozen=True, slots=True)
class Institution:
    """What an institution asks, in which order and words, and what it answers.

    Attributes:
        steps: in order.
        rounds: how often the steps from ANYTHING_ELSE on are repeated.
        questions: what callees may ask, and the answers.
    """

    wording: Wording
    steps: tuple[StepTemplate, ...]
    rounds: int
    questions: tuple[FrequentQuestion, ...]
