"""Sentences as vectors: what is encoded once, and what is kept."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from orchestrator.dialogue.understanding import sentences as module
from orchestrator.dialogue.understanding.sentences import Sentences
from orchestrator.domain.errors import EncoderUnavailable, StoreUnavailable
from tests.fakes.sentence_encoder import ScriptedSentenceEncoder
from tests.fakes.vector_store import InMemoryVectorStore
from tests.virtual_time import virtual_time

SET = [f"저장된 질문 {number}번이에요" for number in range(600)]


async def test_a_sentence_is_encoded_once() -> None:
    encoder = ScriptedSentenceEncoder()
    sentences = Sentences(encoder)
    first = await sentences.vectors(["가나", "다라", "가나"])
    again = await sentences.vectors(["다라", "마바"])
    assert first is not None
    assert again is not None
    assert encoder.encoded == ["가나", "다라", "마바"]
    assert np.array_equal(first[1], again[0])
    assert np.array_equal(first[0], first[2])


async def test_a_sentence_that_several_ask_for_at_once_is_encoded_once() -> None:
    encoder = ScriptedSentenceEncoder()
    sentences = Sentences(encoder)
    answers = await asyncio.gather(*(sentences.vectors(["가나"]) for _ in range(5)))
    indices = await asyncio.gather(*(sentences.index(["다라", "마바"]) for _ in range(5)))
    assert encoder.encoded == ["가나", "다라", "마바"]
    assert all(index is not None for index in indices)
    assert all(answer is not None for answer in answers)


async def test_the_latest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_SENTENCES", 2)
    encoder = ScriptedSentenceEncoder()
    sentences = Sentences(encoder)
    for sentence in ("가", "나", "가", "다", "가", "나"):
        await sentences.vectors([sentence])
    assert encoder.encoded == ["가", "나", "다", "나"]


async def test_without_an_answer_there_are_no_vectors() -> None:
    encoder = ScriptedSentenceEncoder()
    encoder.error = EncoderUnavailable()
    sentences = Sentences(encoder)
    assert await sentences.vectors(["가"]) is None
    assert await sentences.index(["가"]) is None
    encoder.error = None
    assert await sentences.vectors(["가"]) is not None


@virtual_time
async def test_a_slow_encoder_is_not_waited_for() -> None:
    loop = asyncio.get_running_loop()
    sentences = Sentences(ScriptedSentenceEncoder(delay=5))
    assert await sentences.vectors(["가"], timeout=1) is None
    assert loop.time() == 1


async def test_a_set_is_computed_once_for_all_processes() -> None:
    store = InMemoryVectorStore()
    encoders = [ScriptedSentenceEncoder(), ScriptedSentenceEncoder()]
    results = [await Sentences(encoder, store).index(SET) for encoder in encoders]
    assert [len(encoder.encoded) for encoder in encoders] == [600, 0]
    assert results[0] is not None
    assert results[1] is not None
    assert np.array_equal(results[0], results[1])
    assert results[0].shape == (600, 256)


async def test_vectors_of_another_encoder_are_not_taken() -> None:
    store = InMemoryVectorStore()
    await Sentences(ScriptedSentenceEncoder(name="one"), store).index(SET[:3])
    other = ScriptedSentenceEncoder(name="other")
    await Sentences(other, store).index(SET[:3])
    assert other.encoded == SET[:3]


async def test_sentences_are_told_apart_whatever_is_in_them() -> None:
    store = InMemoryVectorStore()
    encoder = ScriptedSentenceEncoder()
    for sentences in (["가", "나다"], ["가나", "다"], ["가나다"], ["2:가나"]):
        await Sentences(encoder, store).index(sentences)
    assert len(store.kept) == 4


@virtual_time
async def test_an_interrupted_set_is_gone_on_with() -> None:
    store = InMemoryVectorStore()
    encoder = ScriptedSentenceEncoder(delay=0.1)
    assert await Sentences(encoder, store).index(SET, timeout=40) is None
    before = len(encoder.encoded)
    assert await Sentences(encoder, store).index(SET, timeout=40) is not None
    assert len(encoder.encoded) < before + 600, "what was done was kept"


async def test_a_store_that_is_away_or_holds_nonsense_costs_only_work() -> None:
    store = InMemoryVectorStore()
    encoder = ScriptedSentenceEncoder()
    store.error = StoreUnavailable()
    assert await Sentences(encoder, store).index(SET[:2]) is not None
    store.error = None
    await Sentences(encoder, store).index(SET[:2])
    (key,) = store.kept
    await store.put(key, b"abc")
    vectors = await Sentences(encoder, store).index(SET[:2])
    assert vectors is not None
    assert vectors.shape == (2, 256)


async def test_a_small_set_is_in_memory_from_then_on() -> None:
    encoder = ScriptedSentenceEncoder()
    sentences = Sentences(encoder)
    await sentences.index(["가", "나"])
    await sentences.vectors(["나"])
    await sentences.index(["나", "가"])
    assert encoder.encoded == ["가", "나"]


async def test_nothing_has_no_vectors() -> None:
    sentences = Sentences(ScriptedSentenceEncoder())
    for vectors in (await sentences.vectors([]), await sentences.index([])):
        assert vectors is not None
        assert len(vectors) == 0
