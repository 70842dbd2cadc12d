"""The plan of a consultation: what is asked, in order, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.question import ExpectedAnswer


class StepKind(StrEnum):
    """What kind of thing is asked, and so how an answer is read."""

    CONSENT = "consent"
    GOOD_TIME = "good_time"
    CALL_BACK = "call_back"
    IDENTITY = "identity"
    BIRTH_DATE = "birth_date"
    PROBLEM = "problem"
    HUMAN_WANTED = "human_wanted"
    QUESTION = "question"
    ANYTHING_ELSE = "anything_else"
    SINCE_AND_WHY = "since_and_why"
    URGENCY = "urgency"
    DAILY_LIFE = "daily_life"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to ask.

    Attributes:
        subject: names it in transcript and findings.
        text: what it is about, without phrasing: the question's or the problem's text.
        asks: the wording of the first, second ... ask; as many as it may be asked.
        expected_answers: what an answer may mean.
        levels: questions with degrees: the degree that each expected answer stands for.
        yes: index of the expected answer that a bare yes stands for; None: none does.
        no: likewise for a bare no.
        keys: how many keys the last wording asks for; 0: it asks for words too.
    """

    kind: StepKind
    subject: str
    text: str
    asks: tuple[str, ...]
    expected_answers: tuple[ExpectedAnswer, ...] = ()
    levels: tuple[int, ...] = ()
    yes: int | None = None
    no: int | None = None
    keys: int = 0

    def keys_wanted(self, ask_count: int) -> int:
        """Returns how many keys the latest ask waits for; 0: it waits for words."""
        return self.keys if ask_count == len(self.asks) else 0


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is asked in a consultation, in order, after the greeting.

    Attributes:
        wording_version: of the institution's words it was made with.
    """

    greeting: str = ""
    steps: tuple[Step, ...] = ()
    wording_version: str = ""
