"""What of a language model's claims may stand in a summary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.dialogue.language_model.signed_words import contradicts, words
from orchestrator.dialogue.summary.claims import standing
from orchestrator.dialogue.summary.evidence import Evidence
from orchestrator.dialogue.utterance import Intent
from orchestrator.domain.outcome import Finding, FindingState
from tests.fakes.consultations import brief
from tests.unit.orchestrator.dialogue import talks

HERE = Path(__file__).parent
CALL = Evidence(talks.brief(), talks.findings(), talks.turns())
# Fewer of the true ones would make the check useless, though never wrong.
ENOUGH = 0.75


def examples(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


WHOLE_CALL, ONE_TURN = examples("claims.jsonl"), examples("claims_of_one_turn.jsonl")


def stands(example: dict[str, Any]) -> bool:
    if "turns" in example:
        return bool(standing({"claims": [example]}, CALL))
    asked, answer, intent = example["asked"], example["answer"], Intent(example["intent"])
    state = FindingState.UNCLEAR if intent is Intent.UNSURE else FindingState.ANSWERED
    turns = (talks.turn(1, asked, "questions[0]"), talks.turn(2, answer, "questions[0]", intent))
    evidence = Evidence(brief(), [Finding("questions[0]", asked, state, answer, 2)], turns)
    return bool(standing({"claims": [{"text": example["text"], "turns": [2]}]}, evidence))


@pytest.mark.parametrize("examples", [WHOLE_CALL, ONE_TURN], ids=["whole_call", "one_turn"])
def test_no_false_claim_stands_and_most_true_ones_do(examples: list[dict[str, Any]]) -> None:
    wrong = [example["text"] for example in examples if not example["stands"] and stands(example)]
    assert wrong == []
    true = [example for example in examples if example["stands"]]
    assert sum(map(stands, true)) >= ENOUGH * len(true)


def test_a_claim_cites_the_callees_turns_in_order_and_once() -> None:
    entry = {"text": " 혼자  살면서 하루에 한 끼 먹습니다 ", "turns": [16, 13, 14, 16]}
    (claim,) = standing({"claims": [entry, entry]}, CALL)
    assert (claim.text, claim.turn_numbers) == ("혼자 살면서 하루에 한 끼 먹습니다.", (14, 16))


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"claims": None},
        {"claims": "혼자 삽니다."},
        {"claims": [None, "혼자 삽니다.", 3, []]},
        {"claims": [{"text": "혼자 삽니다."}]},
        {"claims": [{"text": 3, "turns": [16]}]},
        {"claims": [{"text": "혼자 삽니다.", "turns": 16}]},
        {"claims": [{"text": "혼자 삽니다.", "turns": ["16"]}]},
        {"claims": [{"text": "혼자 삽니다.", "turns": [True]}]},
        {"claims": [{"text": "혼자 삽니다. " * 30, "turns": [16]}]},
        {"claims": [{"text": "", "turns": [16]}]},
    ],
)
def test_what_has_another_form_is_dropped(content: dict[str, Any]) -> None:
    assert standing(content, CALL) == ()


entries = st.lists(st.sampled_from(WHOLE_CALL), max_size=12)


@settings(max_examples=30)
@given(entries, entries)
def test_every_claim_is_judged_by_itself(some: list[dict[str, Any]], more: list[dict[str, Any]]) -> None:
    alone, together = standing({"claims": some}, CALL), standing({"claims": some + more}, CALL)
    assert together[: len(alone)] == alone
    assert set(together) == {*alone, *standing({"claims": more}, CALL)}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
claimed = st.fixed_dictionaries({"text": st.text() | anything, "turns": st.lists(st.integers(-3, 40)) | anything})


@settings(max_examples=35)
@given(st.fixed_dictionaries({"claims": st.lists(claimed | anything) | anything}))
def test_whatever_a_model_answers_only_cited_claims_stand(content: dict[str, Any]) -> None:
    for claim in standing(content, CALL):
        assert claim.turn_numbers
        assert set(claim.turn_numbers) <= CALL.turn_numbers


@pytest.mark.parametrize(
    ("one", "other", "opposed"),
    [
        ("병원에 못 가요", "병원에 갑니다", True),
        ("병원에 못 가요", "병원에 가지 못합니다", False),
        ("무릎이 안 아파요", "무릎이 아픕니다", True),
        ("안아파요", "아프지 않습니다", False),
        ("쌀이 없어요", "쌀이 있습니다", True),
        ("먹을 수 없어요", "먹지 못합니다", False),
        ("무료가 아니에요", "무료입니다", True),
        ("부담 안 돼요", "부담됩니다", True),
        ("굶고 있어요", "굶습니다", False),
        ("외로워요", "외롭다고 합니다", False),
        ("안녕히 계세요", "안녕합니다", False),
    ],
)
def test_opposites(one: str, other: str, opposed: bool) -> None:
    assert contradicts(words(other), words(one)) is opposed


@given(st.text())
def test_the_words_of_any_text(text: str) -> None:
    assert all(word.stem for word in words(text))
