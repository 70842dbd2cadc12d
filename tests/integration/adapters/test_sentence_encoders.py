"""Sentence encoders: what only they do."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest

from orchestrator.adapters import nano_sentence_encoder
from orchestrator.adapters.nano_sentence_encoder import NanoSentenceEncoder, installed
from orchestrator.adapters.openai.sentence_encoder import OpenAiSentenceEncoder
from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.keys import vectors_key
from orchestrator.adapters.redis.vector_store import RedisVectorStore
from orchestrator.domain.errors import EncoderUnavailable
from tests.fakes.embeddings_server import ScriptedEmbeddings


@pytest.mark.parametrize(
    "server",
    [
        {"status": 500},
        {"status": 401},
        {"body": {"data": None}},
        {"body": {"hello": "world"}},
        {"body": {"data": [{"index": 0, "embedding": [0.0, 0.0]}]}},
        {"body": {"data": [{"index": 0, "embedding": ["a"]}]}},
        {"body": {"data": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0]}]}},
    ],
)
async def test_a_server_that_gives_no_vectors_is_unavailable(server: dict[str, Any]) -> None:
    async with ScriptedEmbeddings(**server) as embeddings:
        encoder = OpenAiSentenceEncoder(api_key="key", model="scripted", base_url=embeddings.base_url)
        with pytest.raises(EncoderUnavailable):
            await encoder.encode(["네"], timeout=5)
        await encoder.close()
        assert len(embeddings.requests) == 1, "nothing is repeated"


async def test_nobody_there_is_unavailable() -> None:
    encoder = OpenAiSentenceEncoder(api_key="key", model="scripted", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(EncoderUnavailable):
        await encoder.encode(["네"], timeout=5)
    await encoder.close()


async def test_many_sentences_are_sent_in_batches() -> None:
    async with ScriptedEmbeddings() as embeddings:
        encoder = OpenAiSentenceEncoder(api_key="key", model="scripted", base_url=embeddings.base_url)
        vectors = await encoder.encode([f"문장 {number}" for number in range(300)], timeout=20)
        await encoder.close()
    assert len(vectors) == 300
    assert [len(request["input"]) for request in embeddings.requests] == [128, 128, 44]


async def test_without_the_extra_the_encoder_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nano_sentence_encoder, "_PACKAGE", "no_such_package")
    encoder = NanoSentenceEncoder()
    assert not installed()
    with pytest.raises(EncoderUnavailable):
        await encoder.encode(["네"], timeout=5)
    await encoder.close()


@pytest.mark.skipif(not installed(), reason="the extra [embeddings] is not installed")
async def test_an_utterance_does_not_wait_for_an_index() -> None:
    encoder = NanoSentenceEncoder()
    await encoder.encode(["네"], timeout=20)
    index = asyncio.create_task(encoder.encode([f"저장된 질문 {number}번이에요" for number in range(1000)], timeout=20))
    await asyncio.sleep(0.1)
    started = time.monotonic()
    await encoder.encode(["이거 돈 드나요"], timeout=5)
    took = time.monotonic() - started
    assert not index.done()
    index.cancel()
    await asyncio.gather(index, return_exceptions=True)
    await encoder.close()
    assert took < 2, "the index alone takes half a minute"


async def test_vectors_expire_when_they_are_not_used(redis_url: str) -> None:
    client = open_client(redis_url)
    store = RedisVectorStore(client, ttl=timedelta(seconds=100))
    await store.put("00ff", b"vectors")
    await client.expire(vectors_key("00ff"), 10)
    assert await store.get("00ff") == b"vectors"
    assert 90 < await client.ttl(vectors_key("00ff")) <= 100
    await client.aclose()
