"""Matching one utterance against 10,000 stored questions, besides the embedding of the utterance itself."""

from __future__ import annotations

import time

import numpy as np
import pytest

from evaluation.public_sets import sentences
from orchestrator.dialogue.answering.question_likeness import QuestionIndex, askings
from orchestrator.dialogue.answering.question_meanings import BACKGROUND, Meanings
from orchestrator.domain.question import FrequentQuestion
from tests.bench.table import percentile, show

pytestmark = [pytest.mark.bench, pytest.mark.timeout(120)]

STORED = 10_000
ASKED = 500
DIMENSIONS = 384  # multilingual E5 small


def _vectors(count: int) -> np.ndarray:
    vectors = np.random.default_rng(1).normal(size=(count, DIMENSIONS)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_ten_thousand_stored_questions() -> None:
    stored = [FrequentQuestion(f"{text} ({number}번)", text) for number, text in enumerate(sentences()[:STORED])]
    rows = []
    started = time.perf_counter()
    for entry in stored:
        askings(entry.question)
        askings(entry.answer)
    named = time.perf_counter() - started
    started = time.perf_counter()
    plain = QuestionIndex(stored)
    built = time.perf_counter() - started
    meanings = Meanings(_vectors(len(stored)), _vectors(len(stored)), _vectors(len(BACKGROUND)))
    for name, index in (("words", plain), ("words and vectors", plain.with_meanings(meanings))):
        costs, work = [], []
        for entry, vector in zip(stored[:: len(stored) // ASKED], _vectors(len(stored)), strict=False):
            started, worked = time.perf_counter(), time.thread_time()
            found = index.best(entry.answer, vector)
            costs.append((time.perf_counter() - started) * 1000)
            work.append((time.thread_time() - worked) * 1000)
            assert found is not None
        rows.append(
            (
                name,
                str(len(costs)),
                f"{percentile(costs, 0.5):.2f}",
                f"{percentile(costs, 0.95):.2f}",
                f"{percentile(work, 0.95):.2f}",
            )
        )
    show(f"{len(stored)} stored questions", ("", "asked", "p50 ms", "p95 ms", "p95 ms of work"), rows)
    show(
        "Made once",
        ("", "s"),
        [("what each asks (in steps)", f"{named:.1f}"), ("letters (in a thread)", f"{built:.2f}")],
    )
