"""What everybody does who hands out tokens for streams: in memory, in Redis, and in a cluster."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.stream_tokens import RedisStreamTokens
from orchestrator.dialogue.ports.streams import ExpectedStream, StreamTokens
from orchestrator.domain.errors import StoreUnavailable
from tests.fakes.clock import ManualClock
from tests.fakes.redis_worlds import REDIS
from tests.fakes.stream_tokens import InMemoryStreamTokens

EXPECTED = ExpectedStream("c-17", "CA0123456789abcdef0123456789abcdef")


@pytest.fixture(params=["memory", *REDIS])
async def tokens(request: pytest.FixtureRequest) -> AsyncIterator[StreamTokens]:
    if request.param == "memory":
        yield InMemoryStreamTokens()
        return
    client = open_client(request.getfixturevalue(f"{request.param}_url"))
    yield RedisStreamTokens(client)
    await client.aclose()


@pytest.mark.parametrize("expected", [EXPECTED, ExpectedStream("", ""), ExpectedStream('가"\n,[', "CA 1")])
async def test_a_token_is_good_once(tokens: StreamTokens, expected: ExpectedStream) -> None:
    token = await tokens.issue(expected)
    assert await tokens.redeem(token) == expected
    assert await tokens.redeem(token) is None


async def test_a_token_of_256_bits_fits_into_a_path_and_no_two_are_equal(tokens: StreamTokens) -> None:
    issued = [await tokens.issue(EXPECTED) for _ in range(20)]
    assert all(re.fullmatch(r"[\w-]{43}", token, re.ASCII) for token in issued)
    assert len(set(issued)) == len(issued)
    assert all([await tokens.redeem(token) == EXPECTED for token in issued])


async def test_of_many_who_ask_at_once_one_gets_it(tokens: StreamTokens) -> None:
    token = await tokens.issue(EXPECTED)
    redeemed = await asyncio.gather(*(tokens.redeem(token) for _ in range(10)))
    assert sorted(found is not None for found in redeemed) == [False] * 9 + [True]


@pytest.mark.parametrize("token", ["", "*", "가", "a" * 10_000, "\ud800", "x\r\nDEL y"])
async def test_what_was_never_handed_out_is_good_for_nothing(tokens: StreamTokens, token: str) -> None:
    await tokens.issue(EXPECTED)
    assert await tokens.redeem(token) is None


async def test_redis_holds_no_token_and_forgets_in_two_minutes(redis_url: str) -> None:
    client = open_client(redis_url)
    token = await RedisStreamTokens(client).issue(EXPECTED)
    (name,) = await client.execute_command("KEYS", "*")
    assert token not in name.decode() + (await client.execute_command("GET", name)).decode()
    assert 110 < await client.execute_command("TTL", name) <= 120
    await client.aclose()


async def test_an_old_token_is_good_for_nothing(redis_url: str) -> None:
    client, clock = open_client(redis_url), ManualClock()
    real, fake = RedisStreamTokens(client), InMemoryStreamTokens(clock)
    issued = [(tokens, await tokens.issue(EXPECTED)) for tokens in (real, fake)]
    (name,) = await client.execute_command("KEYS", "*")
    await client.execute_command("PEXPIRE", name, 0)
    clock.advance(timedelta(minutes=2).total_seconds())
    for tokens, token in issued:
        assert await tokens.redeem(token) is None
    await client.aclose()


async def test_a_store_that_is_away() -> None:
    fake = InMemoryStreamTokens()
    fake.error = StoreUnavailable()
    client = open_client("redis://127.0.0.1:9")
    for tokens in (fake, RedisStreamTokens(client)):
        for use in (tokens.issue(EXPECTED), tokens.redeem("token")):
            with pytest.raises(StoreUnavailable):
                await use
    await client.aclose()
