"""What reports make of understood, matched and retrieved lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from evaluation.faq import evaluate_faq
from evaluation.intents import evaluate_intents
from evaluation.lines import FaqLine, IntentLine, MatchingLine, Numbered, StoredAnswer
from evaluation.matching import evaluate_matching
from evaluation.report import to_json
from orchestrator.dialogue.answering.question_likeness import Found
from orchestrator.dialogue.understanding.similarity import Match
from orchestrator.dialogue.utterance import Intent, Understood, Utterance
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.plan import Step
from orchestrator.domain.question import ExpectedAnswer, FrequentQuestion
from orchestrator.domain.turn import Source


class Knows:
    """Understands what it is told."""

    def __init__(self, **meanings: Understood) -> None:
        self.meanings = meanings
        self.asked: list[tuple[Utterance, Step]] = []

    async def understand(self, utterance: Utterance, step: Step) -> Understood:
        self.asked.append((utterance, step))
        return self.meanings.get(utterance.text, Understood(Intent.NO_MATCH))


def intents(*lines: tuple[str, dict[str, Any]]) -> list[Numbered[IntentLine]]:
    entries = ({"context": "식사는요?", "text": text, "label": label} for text, label in lines)
    return [Numbered(n, IntentLine.model_validate_json(json.dumps(entry))) for n, entry in enumerate(entries, 1)]


async def test_intents_dangers_and_numbers() -> None:
    knows = Knows(
        네=Understood(Intent.YES),
        아니=Understood(Intent.REFUSE_CALL),
        불=Understood(Intent.DANGER, danger=DangerKind.FIRE),
        숨=Understood(Intent.DANGER, danger=DangerKind.FIRE),
        둘=Understood(Intent.ANSWER, number=2),
        셋=Understood(Intent.ANSWER, number=4),
    )
    lines = intents(
        ("네", {"intent": "yes"}),
        ("아니", {"intent": "no"}),
        ("불", {"intent": "danger", "danger_kind": "fire"}),
        ("숨", {"intent": "danger", "danger_kind": "breathing"}),
        ("둘", {"intent": "answer", "number": 2}),
        ("셋", {"intent": "answer", "number": 3}),
        ("시청해주셔서", {"intent": "nonsense"}),
        ("", {"intent": "nonsense"}),
    )
    report = to_json(await evaluate_intents(lines, knows))  # type: ignore[arg-type]

    assert report["accuracy"] == 0.875
    assert report["intents"]["danger"] == {"recall": 1.0, "precision": 1.0, "n": 2}
    assert report["intents"]["refuse_call"] == {"recall": None, "precision": 0.0, "n": 0}
    assert report["danger_kinds"]["fire"] == {"recall": 1.0, "precision": 0.5, "n": 1}
    assert report["danger_kinds"]["breathing"] == {"recall": 0.0, "precision": None, "n": 1}
    assert report["yes_no"] == {"accuracy": 0.5, "n": 2}
    assert report["numbers"] == {"accuracy": 0.5, "n": 2}
    assert report["confusions"] == [{"expected": "no", "got": "refuse_call", "n": 1}]
    assert [error["line"] for error in report["errors"]] == [2, 4, 6]
    assert report["errors"][1]["expected"] == {"intent": "danger", "danger_kind": "breathing", "number": None}


async def test_a_line_is_understood_as_speech_in_answer_to_its_context() -> None:
    knows = Knows()
    await evaluate_intents(intents(("네", {"intent": "yes"}), (" ", {"intent": "nonsense"})), knows)  # type: ignore[arg-type]
    assert [utterance.source for utterance, _ in knows.asked] == [Source.SPEECH, Source.UNINTELLIGIBLE]
    assert {step.asks for _, step in knows.asked} == {("식사는요?",)}


class MatchesByLetter:
    """Matches what begins alike."""

    threshold = 0.5

    async def match(self, text: str, question: str, expected: Sequence[ExpectedAnswer]) -> Match | None:
        return next((Match(index, 0.9) for index, each in enumerate(expected) if each.text[0] == text[0]), None)

    async def best(self, stored: Sequence[FrequentQuestion], text: str) -> Found | None:
        found = next((index for index, each in enumerate(stored) if each.question[0] == text[0]), None)
        if found is None:
            return None
        sure = not text.endswith("?")
        return Found(found, 0.8 if sure else 0.4, clear=1.0, alike=sure, certain=False)


def matchings(*labels: tuple[str, int | None]) -> list[Numbered[MatchingLine]]:
    return [
        Numbered(n, MatchingLine(question="?", expected=["가", "나"], text=text, label=label))
        for n, (text, label) in enumerate(labels, 1)
    ]


async def test_matching() -> None:
    lines = matchings(("가", 0), ("나", 0), ("다", 1), ("라", None), ("가", None))
    report = to_json(await evaluate_matching(lines, MatchesByLetter()))  # type: ignore[arg-type]
    assert report["accuracy"] == 0.4
    assert report["matched"] == {"accuracy": 0.3333, "n": 3}
    assert report["none"] == {"recall": 0.5, "precision": 0.5, "n": 2}
    assert [(error["line"], error["expected"], error["got"]) for error in report["errors"]] == [
        (2, 0, 1),
        (3, 1, None),
        (5, None, 0),
    ]


async def test_faq() -> None:
    stored = {"g": [StoredAnswer(q="가", a="1"), StoredAnswer(q="나", a="2")]}
    asked: list[tuple[str, int | None]] = [("가", 0), ("나?", 1), ("나", 0), ("다", None), ("가?", None), ("가", None)]
    lines = [Numbered(n, FaqLine(group="g", text=text, label=label)) for n, (text, label) in enumerate(asked, 1)]
    report = to_json(await evaluate_faq(stored, lines, MatchesByLetter()))  # type: ignore[arg-type]
    assert report["accuracy@1"] == 0.6667
    assert report["answered"] == {"threshold": 0.5, "precision": 0.3333, "recall": 0.3333}
    assert report["out_of_scope_auc"] == 0.7222
    assert [error["line"] for error in report["errors"]] == [3, 6]
