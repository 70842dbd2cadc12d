"""What the agent says of itself. The words stand in the institution's file (`orchestrator/institution.toml`).

Polite, short, one question a sentence, easy to follow by ear.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.danger import DangerKind

# A ladder: the first, second, third time.
Asks = tuple[str, ...]


class After(StrEnum):
    """What happens after a person in danger was told what to do."""

    GO_ON = "go_on"
    END = "end"


@dataclass(frozen=True, slots=True)
class DangerWords:
    """What a person in danger is told, and what happens after."""

    words: str
    after: After


@dataclass(frozen=True, slots=True)
class Wording:
    """An institution's words.

    Attributes:
        version: counts up with every change of the words.
        institution: its name.
        dangers: the words for each danger.
        acknowledged, glad, concerned: after an answer; after a good one; after one that tells of trouble.
    """

    version: str
    institution: str
    greeting: str
    dangers: Mapping[DangerKind, DangerWords]

    acknowledged: Asks
    glad: Asks
    concerned: Asks
    unsure: str
    consent_refused: str
    solved: Asks
    unsolved: Asks
    noted: str
    refused_question: str
    heard: str
    go_on: str
    tell_more: str
    human_noted: str
    repeat: str
    repeat_shorter: str
    no_hurry: str
    comfort: str
    postponed: str
    phone_handed_on: str
    spoken_for: str
    listening: str
    birth_date_differs: str
    no_input: Asks
    no_match: Asks
    improper: Asks
    unknown_answer: str
    unsure_answer: str
    ai_answer: str
    today: str
    now: str
    filler: str
    answer_opener: str
    options: str
    open_answer: str
    hand_over: str
    hand_over_failed: str
    danger_go_on: str

    goodbye: str
    goodbye_after_danger: str
    goodbye_call_back: str
    goodbye_wrong_person: str
    goodbye_refused: str
    goodbye_no_communication: str
    goodbye_improper: str
    goodbye_time_up: str
    goodbye_danger: str


def turned(wordings: Asks, place: int) -> str:
    """Returns one wording after the other, so that neighbouring places do not sound alike."""
    return wordings[place % len(wordings)]


def rung(ladder: Asks, time: int) -> str:
    """Returns the words for the first (1), second ... time; the last ones again and again."""
    return ladder[min(max(time, 1), len(ladder)) - 1]
