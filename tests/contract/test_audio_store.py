"""What every audio store does: the one in memory, the one in Redis, and that in a cluster."""

from collections.abc import AsyncIterator

import pytest

from orchestrator.adapters.redis.audio_store import RedisAudioStore
from orchestrator.adapters.redis.client import open_client
from orchestrator.dialogue.ports.audio import AudioStore
from orchestrator.domain.errors import AudioNotFound
from tests.fakes.audio_store import InMemoryAudioStore
from tests.fakes.redis_worlds import REDIS
from tests.fakes.wav import tiny_wav


@pytest.fixture(params=["memory", *REDIS])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[AudioStore]:
    if request.param == "memory":
        yield InMemoryAudioStore()
        return
    client = open_client(request.getfixturevalue(f"{request.param}_url"))
    yield RedisAudioStore(client)
    await client.aclose()


async def test_audio_is_kept_under_a_name_that_cannot_be_guessed(store: AudioStore) -> None:
    tokens = [await store.put(tiny_wav(text)) for text in ("one", "two", "two")]
    assert len(set(tokens)) == 3
    assert all(len(token) >= 32 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)
    assert [(await store.get(token)).content for token in tokens] == [tiny_wav(text) for text in ("one", "two", "two")]


async def test_the_etag_tells_contents_apart(store: AudioStore) -> None:
    one, same, other = [(await store.get(await store.put(tiny_wav(text)))).etag for text in ("a", "a", "b")]
    assert one == same != other
    assert one.isalnum()


@pytest.mark.parametrize("token", ["", "unknown", "../../etc", "*", "가", "a" * 5000, "a\r\nDEL b"])
async def test_names_that_stand_for_nothing(store: AudioStore, token: str) -> None:
    await store.put(tiny_wav())
    with pytest.raises(AudioNotFound):
        await store.get(token)


async def test_erasing(store: AudioStore) -> None:
    tokens = [await store.put(tiny_wav(str(number))) for number in range(4)]
    await store.delete([tokens[0], "", "unknown", tokens[2], tokens[2]])
    await store.delete([])
    for position, token in enumerate(tokens):
        if position in {0, 2}:
            with pytest.raises(AudioNotFound):
                await store.get(token)
        else:
            assert (await store.get(token)).content == tiny_wav(str(position))
