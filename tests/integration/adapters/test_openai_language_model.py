"""The OpenAI adapter against a real server that misbehaves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from orchestrator.adapters.openai_language_model import OpenAiLanguageModel
from orchestrator.dialogue.ports import Message
from orchestrator.domain.errors import LanguageModelUnavailable
from tests.fakes.openai_server import Fault, ScriptedOpenAi, ScriptedReply
from tests.fakes.waiting import until

MESSAGES = [Message("system", "짧게 답하세요."), Message("user", "누구세요?")]


@asynccontextmanager
async def serving(*replies: ScriptedReply) -> AsyncIterator[tuple[ScriptedOpenAi, OpenAiLanguageModel]]:
    async with ScriptedOpenAi(*replies) as server:
        model = OpenAiLanguageModel(api_key="sk-secret", model="gpt-test", base_url=server.base_url)
        yield server, model
        await model.close()


async def read(model: OpenAiLanguageModel, *, timeout: float = 5) -> str:
    return "".join([piece async for piece in model.stream(MESSAGES, max_tokens=64, timeout=timeout)])


async def test_what_is_sent() -> None:
    async with serving() as (server, model):
        assert await read(model) == "네, 알려 드릴게요."
    (request,) = server.requests
    assert request == {
        "model": "gpt-test",
        "messages": [{"role": "system", "content": "짧게 답하세요."}, {"role": "user", "content": "누구세요?"}],
        "stream": True,
        "max_tokens": 64,
    }
    assert server.keys == ["Bearer sk-secret"]


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
async def test_an_error_is_not_repeated(status: int) -> None:
    async with serving(ScriptedReply(status=status)) as (server, model):
        with pytest.raises(LanguageModelUnavailable):
            await read(model)
        assert len(server.requests) == 1


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault not in {Fault.NONE, Fault.STALL}])
@pytest.mark.parametrize("pieces", [(), ("네, ", "그건")])
async def test_a_stream_that_goes_wrong(fault: Fault, pieces: tuple[str, ...]) -> None:
    async with serving(ScriptedReply(pieces, fault)) as (_, model):
        with pytest.raises(LanguageModelUnavailable):
            await read(model)


async def test_a_stream_that_stalls_ends_at_the_deadline() -> None:
    async with serving(ScriptedReply(("네, ",), Fault.STALL)) as (server, model):
        with pytest.raises(LanguageModelUnavailable):
            await read(model, timeout=0.2)
        await until(lambda: server.abandoned == 1)


async def test_many_small_pieces_do_not_put_the_deadline_off() -> None:
    async with serving(ScriptedReply(("네",) * 100, pause=0.05)) as (_, model):
        with pytest.raises(LanguageModelUnavailable):
            await read(model, timeout=0.3)


async def test_a_reply_of_the_greatest_length_is_a_reply() -> None:
    async with serving(ScriptedReply(finish_reason="length")) as (_, model):
        assert await read(model)


@pytest.mark.parametrize("finish_reason", ["content_filter", "tool_calls", None])
async def test_other_ends_are_failures(finish_reason: str | None) -> None:
    async with serving(ScriptedReply(finish_reason=finish_reason)) as (_, model):
        with pytest.raises(LanguageModelUnavailable):
            await read(model)


@pytest.mark.parametrize("finish_reason", ["stop", "length"])
async def test_a_reply_without_words_is_none(finish_reason: str) -> None:
    async with serving(ScriptedReply((), finish_reason=finish_reason)) as (_, model):
        with pytest.raises(LanguageModelUnavailable):
            await read(model)


async def test_halves_of_characters_are_left_out() -> None:
    async with serving(ScriptedReply(("네", "\ud83d", "\ude00", "요"))) as (server, model):
        server.ascii_only = True
        assert await read(model) == "네요"


async def test_closing_the_stream_cancels_the_request() -> None:
    async with serving(ScriptedReply(("네, ",) * 1000, pause=0.01)) as (server, model):
        async with aclosing(model.stream(MESSAGES, max_tokens=64, timeout=5)) as pieces:
            await anext(pieces)
        await until(lambda: server.abandoned == 1)


async def test_cancelling_the_reader_cancels_the_request() -> None:
    async with serving(ScriptedReply(delay=30)) as (server, model):
        reader = asyncio.create_task(read(model))
        await until(lambda: len(server.requests) == 1)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        await until(lambda: server.abandoned == 1)


async def test_nobody_there() -> None:
    model = OpenAiLanguageModel(api_key="k", model="m", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(LanguageModelUnavailable):
        await read(model)
    await model.close()
