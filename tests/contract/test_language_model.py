"""What every language model does: the scripted one, and the one behind a server like OpenAI's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing

import pytest

from orchestrator.adapters.openai.language_model import OpenAiLanguageModel
from orchestrator.adapters.openai.model import OpenAiModel
from orchestrator.dialogue.ports.language_model import LanguageModel, Message, Schema
from orchestrator.domain.errors import LanguageModelUnavailable
from orchestrator.domain.turn import LanguageModelUse
from tests.fakes.language_model import ScriptedLanguageModel
from tests.fakes.openai_server import Fault, ScriptedOpenAi, ScriptedReply, structured

SCHEMA = Schema("opinion", {"type": "object"})
ANSWER = {"intent": "yes", "quote": "네"}
MESSAGES = [Message("system", "짧게 답하세요."), Message("user", "이거 돈 드나요?")]

# Makes a model that says a text and answers a schema, after seconds, or breaks off after its first words.
Make = Callable[..., Awaitable[LanguageModel]]


@pytest.fixture(params=["scripted", "openai"])
async def make(request: pytest.FixtureRequest) -> AsyncIterator[Make]:
    async with AsyncExitStack() as stack:

        async def scripted(text: str = "아니요, 무료예요.", *, delay: float = 0, breaks: bool = False) -> LanguageModel:
            answers = {"opinion": LanguageModelUnavailable() if breaks else ANSWER}
            return ScriptedLanguageModel(text, structured=answers, delay=delay, breaks_after=1 if breaks else None)

        async def served(text: str = "아니요, 무료예요.", *, delay: float = 0, breaks: bool = False) -> LanguageModel:
            pieces = tuple(text[start : start + 4] for start in range(0, len(text), 4))
            fault = Fault.CUT if breaks else Fault.NONE
            reply = ScriptedReply(pieces[:1] if breaks else pieces, fault, delay=delay)
            by_schema = {"opinion": structured(ANSWER, fault=fault, delay=delay)}
            server = await stack.enter_async_context(ScriptedOpenAi(reply, by_schema=by_schema))
            model = OpenAiLanguageModel(OpenAiModel(api_key="key", model="scripted", base_url=server.base_url))
            stack.push_async_callback(model.close)
            return model

        yield scripted if request.param == "scripted" else served


async def read(model: LanguageModel, *, timeout: float = 5) -> list[str]:
    return [piece async for piece in model.stream(MESSAGES, max_tokens=100, timeout=timeout)]


async def test_a_reply_comes_in_pieces(make: Make) -> None:
    pieces = await read(await make())
    assert len(pieces) > 1
    assert "".join(pieces) == "아니요, 무료예요."


async def test_a_reply_that_takes_too_long_is_a_failure(make: Make) -> None:
    model = await make(delay=30)
    loop = asyncio.get_running_loop()
    started = loop.time()
    with pytest.raises(LanguageModelUnavailable):
        await read(model, timeout=0.1)
    assert loop.time() - started < 1


async def test_a_reply_that_breaks_off_is_a_failure_after_its_first_words(make: Make) -> None:
    model = await make(breaks=True)
    async with aclosing(model.stream(MESSAGES, max_tokens=100, timeout=5)) as pieces:
        assert await anext(pieces) == "아니요,"
        with pytest.raises(LanguageModelUnavailable):
            await anext(pieces)


async def test_the_reader_may_stop_early(make: Make) -> None:
    model = await make()
    async with aclosing(model.stream(MESSAGES, max_tokens=100, timeout=5)) as pieces:
        assert await anext(pieces)
    assert await read(model)


async def test_the_deadline_is_the_models_not_the_readers(make: Make) -> None:
    """Who is slow in speaking the first words is not interrupted while doing so."""
    model = await make()
    async with aclosing(model.stream(MESSAGES, max_tokens=100, timeout=0.3)) as pieces:
        assert await anext(pieces)
        await asyncio.sleep(0.4)


async def test_what_a_reply_cost_is_told_at_its_end(make: Make) -> None:
    model = await make()
    uses: list[LanguageModelUse] = []
    async with aclosing(model.stream(MESSAGES, max_tokens=100, timeout=5, on_use=uses.append)) as pieces:
        assert await anext(pieces)
        assert uses == []
        async for _ in pieces:
            pass
    (use,) = uses
    assert use.input_tokens > 0
    assert (use.model, use.attempts) == ("scripted", 1)


async def test_a_structured_answer_comes_with_what_it_cost(make: Make) -> None:
    completion = await (await make()).complete(MESSAGES, SCHEMA, max_tokens=100, timeout=5)
    assert completion.content == ANSWER
    assert completion.use.input_tokens > 0


async def test_a_structured_answer_that_takes_too_long_is_a_failure(make: Make) -> None:
    model = await make(delay=30)
    loop = asyncio.get_running_loop()
    started = loop.time()
    with pytest.raises(LanguageModelUnavailable):
        await model.complete(MESSAGES, SCHEMA, max_tokens=100, timeout=0.1)
    assert loop.time() - started < 1


async def test_a_structured_answer_that_breaks_off_is_a_failure(make: Make) -> None:
    model = await make(breaks=True)
    with pytest.raises(LanguageModelUnavailable):
        await model.complete(MESSAGES, SCHEMA, max_tokens=100, timeout=0.5)
