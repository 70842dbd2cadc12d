"""The OpenAI adapter against a real server that misbehaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest
from prometheus_client import CollectorRegistry

from orchestrator.adapters.openai.language_model import OpenAiLanguageModel
from orchestrator.adapters.openai.metrics import LanguageModelMetrics
from orchestrator.adapters.openai.model import OpenAiModel
from orchestrator.dialogue.ports.language_model import Completion, Message, Schema
from orchestrator.domain.errors import LanguageModelUnavailable
from orchestrator.domain.turn import LanguageModelUse
from tests.fakes.openai_server import Fault, ScriptedOpenAi, ScriptedReply, structured
from tests.fakes.waiting import until

MESSAGES = [Message("system", "짧게 답하세요."), Message("user", "누구세요?")]
SCHEMA = Schema("opinion", {"type": "object", "properties": {"intent": {"type": "string"}}})
YES = structured({"intent": "yes"})
DOWN = ScriptedReply(status=503)


@asynccontextmanager
async def serving(*replies: ScriptedReply) -> AsyncIterator[tuple[ScriptedOpenAi, OpenAiLanguageModel]]:
    async with ScriptedOpenAi(*replies) as server:
        model = OpenAiLanguageModel(OpenAiModel(api_key="sk-secret", model="gpt-test", base_url=server.base_url))
        yield server, model
        await model.close()


@asynccontextmanager
async def closing(model: OpenAiLanguageModel) -> AsyncIterator[OpenAiLanguageModel]:
    yield model
    await model.close()


@asynccontextmanager
async def two_servers(
    first: tuple[ScriptedReply, ...], second: tuple[ScriptedReply, ...]
) -> AsyncIterator[tuple[ScriptedOpenAi, ScriptedOpenAi, OpenAiLanguageModel]]:
    async with ScriptedOpenAi(*first) as one, ScriptedOpenAi(*second) as two:
        model = OpenAiLanguageModel(
            OpenAiModel(api_key="sk-one", model="gpt-one", base_url=one.base_url),
            OpenAiModel(api_key="sk-two", model="gpt-two", base_url=two.base_url),
        )
        yield one, two, model
        await model.close()


async def read(model: OpenAiLanguageModel, *, timeout: float = 5) -> str:
    return "".join([piece async for piece in model.stream(MESSAGES, max_tokens=64, timeout=timeout)])


async def complete(model: OpenAiLanguageModel, *, timeout: float = 5) -> Completion:
    return await model.complete(MESSAGES, SCHEMA, max_tokens=64, timeout=timeout)


async def test_what_is_sent_for_a_reply() -> None:
    async with serving() as (server, model):
        assert await read(model) == "네, 알려 드릴게요."
    (request,) = server.requests
    assert request == {
        "model": "gpt-test",
        "messages": [{"role": "system", "content": "짧게 답하세요."}, {"role": "user", "content": "누구세요?"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 64,
    }
    assert server.keys == ["Bearer sk-secret"]


async def test_what_is_sent_for_a_structured_answer() -> None:
    async with serving(YES) as (server, model):
        completion = await complete(model)
    assert completion == Completion({"intent": "yes"}, LanguageModelUse("gpt-test", "", 120, 30, 1))
    (request,) = server.requests
    assert request["stream"] is False
    assert request["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "opinion", "schema": SCHEMA.definition, "strict": True},
    }


# Structured answers that are none.


@pytest.mark.parametrize(
    "reply",
    [
        structured("네, 그렇습니다."),
        structured('{"intent": "ye', finish_reason="length"),
        structured('{"intent": "yes"}', finish_reason="length"),
        structured("[1]"),
        structured(""),
        structured("", refusal="미안하지만 답할 수 없습니다."),
        structured({"intent": "yes"}, finish_reason="content_filter"),
        *(structured({"intent": "yes"}, fault=fault) for fault in Fault if fault not in {Fault.NONE, Fault.STALL}),
    ],
)
async def test_what_is_no_structured_answer(reply: ScriptedReply) -> None:
    async with serving(reply) as (_, model):
        with pytest.raises(LanguageModelUnavailable):
            await complete(model, timeout=0.5)


async def test_halves_of_characters_are_left_out_of_structured_answers() -> None:
    async with serving(structured('{"quote": "네\\ud83d"}')) as (_, model):
        assert (await complete(model)).content == {"quote": "네"}


async def test_a_server_without_schemas_gets_the_schema_in_words_and_is_remembered() -> None:
    async with serving(YES) as (server, model):
        server.ignorant_of = {"json_schema", "temperature"}
        assert (await complete(model)).content == {"intent": "yes"}
        refused = len(server.requests) - 1
        assert (await complete(model)).content == {"intent": "yes"}
    assert refused == 2
    assert len(server.requests) == refused + 2
    for request in server.requests[-2:]:
        assert request["response_format"] == {"type": "json_object"}
        assert '"intent"' in request["messages"][-1]["content"]


async def test_a_server_that_does_not_count_streams_is_asked_without() -> None:
    async with serving() as (server, model):
        server.ignorant_of = {"stream_options"}
        assert await read(model)
        assert await read(model)
    assert ["stream_options" in request for request in server.requests] == [True, False, False]


async def test_a_server_that_does_not_say_what_it_cost() -> None:
    async with serving(structured({"intent": "yes"}, usage=None)) as (_, model):
        use = (await complete(model)).use
    assert (use.input_tokens, use.output_tokens) == (0, 0)


# Models that think.


def thinking(server: ScriptedOpenAi, name: str = "gpt-6-luna") -> OpenAiLanguageModel:
    return OpenAiLanguageModel(OpenAiModel(api_key="sk-secret", model=name, base_url=server.base_url))


async def test_a_reasoning_model_is_asked_not_to_think_and_nothing_it_refuses() -> None:
    async with ScriptedOpenAi(YES) as server:
        server.ignorant_of = {"temperature", "max_tokens"}
        async with closing(thinking(server)) as model:
            assert (await complete(model)).content == {"intent": "yes"}
            await read(model)
    answer, reply = server.requests
    assert (answer["max_completion_tokens"], answer["reasoning_effort"]) == (64, "none")
    assert answer["response_format"]["type"] == "json_schema"
    assert (reply["max_completion_tokens"], reply["reasoning_effort"]) == (64, "none")


async def test_a_model_that_cannot_but_think_gets_tokens_for_it() -> None:
    async with ScriptedOpenAi(YES) as server:
        server.refused_values = {"reasoning_effort": {"none"}}
        async with closing(thinking(server, "openai/o4-mini")) as model:
            await complete(model)
            await complete(model)
    asked = [(request["reasoning_effort"], request["max_completion_tokens"]) for request in server.requests]
    assert asked == [("none", 64), ("low", 2064), ("low", 2064)]


async def test_a_server_that_knows_no_effort_is_asked_without() -> None:
    async with ScriptedOpenAi(YES) as server:
        server.ignorant_of = {"reasoning_effort", "max_completion_tokens"}
        async with closing(thinking(server)) as model:
            await complete(model)
    assert "reasoning_effort" not in server.requests[-1]
    assert server.requests[-1]["max_tokens"] == 2064


async def test_what_two_requests_at_once_were_refused_is_learned_once() -> None:
    async with ScriptedOpenAi(YES) as server:
        server.refused_values = {"reasoning_effort": {"none"}}
        async with closing(thinking(server)) as model:
            both = await asyncio.gather(complete(model), complete(model))
    assert [completion.content for completion in both] == [{"intent": "yes"}] * 2
    efforts = [request["reasoning_effort"] for request in server.requests]
    assert efforts.count("low") == 2  # what the second refusal taught was known by then: nobody went on to no effort


@pytest.mark.parametrize("name", ["gpt-4o-mini", "gpt-4.1", "gpt-oss-20b", "exaone-4.0", "llama-o3d", "solar-pro"])
async def test_what_is_no_reasoning_model_of_openai_is_asked_plainly(name: str) -> None:
    async with ScriptedOpenAi(YES) as server, closing(thinking(server, name)) as model:
        await complete(model)
    (request,) = server.requests
    assert (request["max_tokens"], request["temperature"]) == (64, 0)
    assert "reasoning_effort" not in request


# Failures, and what is done about them.


@pytest.mark.parametrize("status", [400, 401, 404, 422])
async def test_what_would_fail_again_is_not_repeated(status: int) -> None:
    async with serving(ScriptedReply(status=status)) as (server, model):
        with pytest.raises(LanguageModelUnavailable):
            await read(model)
        with pytest.raises(LanguageModelUnavailable):
            await complete(model)
        assert len(server.requests) == 2


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
async def test_what_may_pass_is_repeated(status: int) -> None:
    async with serving(ScriptedReply(status=status), YES) as (server, model):
        use = (await complete(model)).use
        assert (len(server.requests), use.attempts) == (2, 2)


async def test_a_stream_that_failed_before_its_first_words_is_repeated() -> None:
    async with serving(ScriptedReply((), Fault.CUT), ScriptedReply()) as (server, model):
        assert await read(model) == "네, 알려 드릴게요."
        assert len(server.requests) == 2


async def test_a_stream_is_not_repeated_after_its_first_words() -> None:
    async with two_servers((ScriptedReply(("네, ",), Fault.CUT),), (ScriptedReply(),)) as (one, two, model):
        with pytest.raises(LanguageModelUnavailable):
            await read(model)
        assert (len(one.requests), len(two.requests)) == (1, 0)


async def test_it_is_asked_again_when_the_server_says() -> None:
    busy = ScriptedReply(status=429, headers={"Retry-After": "30", "retry-after-ms": "300"})
    async with serving(busy, YES) as (server, model):
        loop = asyncio.get_running_loop()
        started = loop.time()
        await complete(model)
        assert 0.3 <= loop.time() - started < 1.5
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    "reply",
    [
        ScriptedReply(status=429, headers={"Retry-After": "30"}),
        ScriptedReply(status=429, code="insufficient_quota"),
        ScriptedReply(status=401),
        structured("", refusal="답할 수 없습니다."),
        structured("말로 답합니다."),
        structured('{"intent"', finish_reason="length"),
        structured({"intent": "no"}, delay=30),
    ],
)
async def test_another_model_is_asked_at_once_where_waiting_is_in_vain(reply: ScriptedReply) -> None:
    async with two_servers((reply,), (YES,)) as (one, two, model):
        loop = asyncio.get_running_loop()
        started = loop.time()
        completion = await complete(model, timeout=1.2)
        assert loop.time() - started < 1.2
        assert completion.content == {"intent": "yes"}
        assert (completion.use.model, completion.use.attempts) == ("gpt-two", 2)
        assert (one.keys, two.keys) == (["Bearer sk-one"], ["Bearer sk-two"])


async def test_a_stream_that_does_not_begin_leaves_time_for_another_model() -> None:
    async with two_servers((ScriptedReply(delay=30),), (ScriptedReply(),)) as (one, _, model):
        assert await read(model, timeout=1.2) == "네, 알려 드릴게요."
        await until(lambda: one.abandoned == 1)


async def test_a_model_that_keeps_failing_is_left_alone() -> None:
    async with two_servers((ScriptedReply(status=401),), (YES,)) as (one, two, model):
        for _ in range(5):
            await complete(model)
        assert (len(one.requests), len(two.requests)) == (3, 5)


async def test_answers_that_are_none_do_not_make_a_model_left_alone() -> None:
    async with two_servers((structured("말로 답합니다."),), (YES,)) as (one, _, model):
        for _ in range(5):
            await complete(model)
        assert len(one.requests) == 5


async def test_a_hurried_model_is_not_to_blame() -> None:
    async with serving(structured({}, delay=30)) as (server, model):
        for _ in range(5):
            with pytest.raises(LanguageModelUnavailable):
                await complete(model, timeout=0.05)
        server.replies = [YES]
        assert (await complete(model)).content == {"intent": "yes"}


async def test_what_it_costs_and_how_it_fails_is_counted_and_logged_without_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    registry = CollectorRegistry()
    said = ScriptedReply(("할머니가 아프대요", "."))
    async with ScriptedOpenAi(DOWN, said) as server:
        only = OpenAiModel(api_key="sk-secret", model="gpt-test", base_url=server.base_url)
        model = OpenAiLanguageModel(only, metrics=LanguageModelMetrics(registry))
        await read(model)
        server.replies = [ScriptedReply(status=400)]
        with pytest.raises(LanguageModelUnavailable) as failure:
            await read(model)
        await model.close()
    prefix, of_the_model = "orchestrator_language_model", {"model": "gpt-test"}
    assert registry.get_sample_value(f"{prefix}_tokens_total", of_the_model | {"direction": "input"}) == 120
    assert registry.get_sample_value(f"{prefix}_tokens_total", of_the_model | {"direction": "output"}) == 30
    assert registry.get_sample_value(f"{prefix}_attempts_total", of_the_model) == 2
    assert registry.get_sample_value(f"{prefix}_duration_seconds_count", of_the_model) == 1
    assert registry.get_sample_value(f"{prefix}_failures_total", of_the_model | {"kind": "rejected"}) == 1
    logged = "".join(capsys.readouterr()) + str(failure.value)
    assert "language_model_used" in logged
    assert "language_model_failed" in logged
    assert not any(word in logged for word in ("할머니", "누구세요", "짧게", "sk-secret"))


# Streams.


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
    model = OpenAiLanguageModel(OpenAiModel(api_key="k", model="m", base_url="http://127.0.0.1:9/v1"))
    with pytest.raises(LanguageModelUnavailable):
        await read(model)
    await model.close()
