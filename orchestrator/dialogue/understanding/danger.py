"""The deterministic floor under every other layer: is somebody in danger, now or soon?

It reads clause by clause and asks nothing about what was asked, so that "네 밥은 먹었어요 근데 죽고 싶어요" is danger.
A sign counts unless its own clause takes it back: idioms, what is denied, long past, on television, or told of others.
Signs and excuses stand in `danger.toml`; so does what must not be taken for danger by the layer above.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from orchestrator.dialogue.understanding.lexicon import read_table
from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.domain.danger import DangerKind

# Where a sentence ends or turns ("... 는데 지금은 ..."), as far as it can be seen without punctuation.
_TURN = re.compile(
    r"[.?!…]+|(?<=[요죠까])\s|(?<=니다)\s|(?<=[는은]데)\s|(?<=지만)\s|(?<=는디)\s|(?<=더니)\s|"
    r"(?<=[가-힣])(?=\s(?:근데|근디|그런데|그른데|하지만|그치만|그렇지만|그래도|그러나|지금[은도]?|인제|이제|이젠|오늘은|요즘은|요새는)(?:\s|$))"
)

_INTERJECTION = 3  # letters: "아이고" tells nothing


@dataclass(frozen=True, slots=True)
class DangerReading:
    """What the floor found.

    Attributes:
        kind: the danger; None: no sign, or each was taken back.
        taken_back: there was a sign, but an idiom, a denial, the past or somebody else's story.
    """

    kind: DangerKind | None = None
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class _Sign:
    kind: DangerKind
    all: tuple[re.Pattern[str], ...]
    but: tuple[re.Pattern[str], ...]

    def in_clause(self, clause: str) -> bool:
        found = all(pattern.search(clause) for pattern in self.all)
        return found and not any(pattern.search(clause) for pattern in self.but)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A clause, or two neighbours, since a sign may stand across their border; and what follows."""

    parts: tuple[str, ...]
    rest: str

    @property
    def text(self) -> str:
        return "".join(self.parts)


@dataclass(frozen=True, slots=True)
class _Floor:
    signs: tuple[_Sign, ...]
    excuses: re.Pattern[str]
    over: re.Pattern[str]
    look_alikes: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]]

    def is_like(self, name: str, short: str) -> bool:
        found, but = self.look_alikes[name]
        return found.search(short) is not None and not but.search(short)

    def excuse(self, stretch: _Stretch) -> bool:
        told = any(self.excuses.search(part) is not None for part in stretch.parts)
        return told or self.over.search(stretch.rest) is not None


def read_danger(text: str) -> DangerReading:
    """Returns whether an utterance tells of a danger, and which: the first sign that no excuse takes back."""
    floor = _floor()
    clauses = [short for part in _TURN.split(text) if (short := compact(part))]
    whole = "".join(clauses)
    stretches = _stretches(clauses)
    taken_back = False
    for sign in floor.signs:
        if not all(pattern.search(whole) for pattern in sign.all):
            continue
        for stretch in stretches:
            if not sign.in_clause(stretch.text):
                continue
            if not floor.excuse(stretch):
                return DangerReading(sign.kind)
            taken_back = True
    return DangerReading(taken_back=taken_back)


def looks_alike(text: str) -> bool:
    """Whether an utterance only sounds like danger: an idiom, a demand to move out, what is on television."""
    return on_screen(text) or any(_floor().is_like(name, compact(text)) for name in ("idiom", "moving_out"))


def on_screen(text: str) -> bool:
    """Whether somebody tells what is on television, and nothing else."""
    clauses = [short for part in _TURN.split(text) if len(short := compact(part)) > _INTERJECTION]
    return bool(clauses) and all(_floor().is_like("on_screen", clause) for clause in clauses)


def _stretches(clauses: list[str]) -> list[_Stretch]:
    return [
        _Stretch(tuple(clauses[start:end]), " ".join(clauses[end:]))
        for length in (1, 2)
        for start in range(len(clauses) - length + 1)
        if (end := start + length)
    ]


@cache
def _floor() -> _Floor:
    table = read_table("danger")
    excuses, look_alikes = table.pop("excuses"), table.pop("look_alikes")
    return _Floor(
        signs=tuple(
            _Sign(DangerKind(kind), _compiled(sign["all"]), _compiled(sign.get("but", ())))
            for kind, signs in table.items()
            for sign in signs
        ),
        excuses=re.compile("|".join(pattern for patterns in excuses.values() for pattern in patterns)),
        over=re.compile("|".join(excuses["over"])),
        look_alikes={
            name: (re.compile("|".join(one["is"])), re.compile("|".join(one["but"])))
            for name, one in look_alikes.items()
        },
    )


def _compiled(alternatives: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in alternatives)
