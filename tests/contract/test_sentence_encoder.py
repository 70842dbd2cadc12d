"""What every sentence encoder does: the scripted one, E5 in this process, and one behind a server like OpenAI's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import numpy as np
import pytest

from orchestrator.adapters.nano_sentence_encoder import NanoSentenceEncoder, installed
from orchestrator.adapters.openai.sentence_encoder import OpenAiSentenceEncoder
from orchestrator.dialogue.ports.sentences import SentenceEncoder
from orchestrator.domain.errors import EncoderUnavailable
from tests.fakes.embeddings_server import ScriptedEmbeddings
from tests.fakes.sentence_encoder import ScriptedSentenceEncoder

needs_e5 = pytest.mark.skipif(not installed(), reason="the extra [embeddings] is not installed")


@pytest.fixture(params=["scripted", pytest.param("e5", marks=needs_e5), "openai"])
async def encoder(request: pytest.FixtureRequest) -> AsyncIterator[SentenceEncoder]:
    if request.param == "scripted":
        yield ScriptedSentenceEncoder(delay=0.001)
        return
    async with AsyncExitStack() as stack:
        if request.param == "e5":
            encoder: NanoSentenceEncoder | OpenAiSentenceEncoder = NanoSentenceEncoder()
        else:
            server = await stack.enter_async_context(ScriptedEmbeddings(delay=0.001))
            encoder = OpenAiSentenceEncoder(api_key="key", model="scripted", base_url=server.base_url)
        stack.push_async_callback(encoder.close)
        yield encoder


async def test_each_sentence_gets_a_unit_vector(encoder: SentenceEncoder) -> None:
    vectors = await encoder.encode(["무릎이 아파요", "밥은 잘 먹어요", "무릎이 아파요"], timeout=20)
    assert vectors.dtype == np.float32
    assert vectors.shape[0] == 3
    assert vectors.shape[1] > 100
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert np.allclose(vectors[0], vectors[2])
    assert vectors[0] @ vectors[1] < 0.99


async def test_a_sentence_has_the_same_vector_in_any_company(encoder: SentenceEncoder) -> None:
    together = await encoder.encode(["허리가 아파요", "무릎이 아파요"], timeout=20)
    alone = await encoder.encode(["무릎이 아파요"], timeout=20)
    assert np.allclose(together[1], alone[0], atol=1e-4)


async def test_what_is_alike_lies_near(encoder: SentenceEncoder) -> None:
    asked, same, other = await encoder.encode(
        ["보일러가 고장 났어요", "보일러 고장이 났어요", "손주가 학교에 갔어요"], timeout=20
    )
    assert asked @ same > asked @ other


@pytest.mark.parametrize("odd", ["", " ", "a\0b", "가" * 5000, "반쪽 \ud83d", "😀🎉", "\n\t"])
async def test_odd_sentences_have_a_vector_too(encoder: SentenceEncoder, odd: str) -> None:
    vectors = await encoder.encode([odd, "네"], timeout=20)
    assert vectors.shape[0] == 2
    assert np.isfinite(vectors).all()


async def test_nothing_to_encode(encoder: SentenceEncoder) -> None:
    assert len(await encoder.encode([], timeout=1)) == 0


async def test_the_deadline_holds(encoder: SentenceEncoder) -> None:
    await encoder.encode(["네"], timeout=20)
    loop = asyncio.get_running_loop()
    started = loop.time()
    with pytest.raises(EncoderUnavailable):
        await encoder.encode([f"긴 문장 {number} 번째입니다" for number in range(2000)], timeout=0.0005)
    assert loop.time() - started < 0.5
    assert len(await encoder.encode(["네"], timeout=20)) == 1


async def test_many_at_once_get_their_own(encoder: SentenceEncoder) -> None:
    sentences = [f"{number}번 문장이에요" for number in range(6)]
    each = await asyncio.gather(*(encoder.encode([sentence], timeout=20) for sentence in sentences))
    together = await encoder.encode(sentences, timeout=20)
    assert np.allclose(np.concatenate(each), together, atol=1e-4)


def test_the_name_is_stable() -> None:
    assert NanoSentenceEncoder.name == "multilingual-e5-small-q4:query"
