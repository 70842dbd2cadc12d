"""One of two speech servers behind a balancer is ill: whoever is connected to it is served by the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import grpc
import pytest

from orchestrator.adapters.speech import attempts
from orchestrator.adapters.speech.speech_to_text import GrpcSpeechToText
from orchestrator.adapters.speech.text_to_speech import GrpcTextToSpeech
from orchestrator.domain.errors import SpeechToTextUnavailable
from tests.chaos.balancer import Balancer
from tests.fakes.speech_servers import ScriptedRecogniser, ScriptedSynthesiser, serving
from tests.fakes.waiting import until
from tests.fakes.wav import tiny_wav


@dataclass
class Servers:
    """Two of them, and where their balancer listens; `ill` is the one that the first connection goes to."""

    address: str
    ill: tuple[ScriptedRecogniser, ScriptedSynthesiser]
    well: tuple[ScriptedRecogniser, ScriptedSynthesiser]


@pytest.fixture
async def servers() -> AsyncIterator[Servers]:
    one, other = ((ScriptedRecogniser(), ScriptedSynthesiser()) for _ in range(2))
    async with AsyncExitStack() as stack:
        ports = [await stack.enter_async_context(serving(*servicers)) for servicers in (one, other)]
        balancer = await stack.enter_async_context(Balancer(ports))
        yield Servers(f"127.0.0.1:{balancer.port}", ill=other, well=one)


@pytest.mark.parametrize("failure", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL])
async def test_what_one_server_fails_at_the_other_does(servers: Servers, failure: grpc.StatusCode) -> None:
    for servicer in servers.ill:
        servicer.failure = failure
    recogniser, synthesiser = GrpcSpeechToText(servers.address), GrpcTextToSpeech(servers.address)
    assert (await recogniser.recognize(tiny_wav(), timeout=3)).text == "네, 맞아요."
    assert await synthesiser.synthesize("안녕하세요.", timeout=3) == tiny_wav("spoken")
    assert servers.ill[0].requests
    await recogniser.close()
    await synthesiser.close()


async def test_a_server_that_says_nothing_is_not_waited_for(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "PATIENCE", 0.05)
    servers.ill[0].delay = 30
    recogniser = GrpcSpeechToText(servers.address)
    async with asyncio.timeout(2):
        assert (await recogniser.recognize(tiny_wav(), timeout=10)).text == "네, 맞아요."
    assert len(servers.ill[0].requests) == 1
    await recogniser.close()


async def test_who_is_merely_slow_is_still_listened_to(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "PATIENCE", 0.05)
    servers.ill[0].delay, servers.ill[0].text = 0.3, "천천히"
    servers.well[0].failure = grpc.StatusCode.UNAVAILABLE
    recogniser = GrpcSpeechToText(servers.address)
    assert (await recogniser.recognize(tiny_wav(), timeout=10)).text == "천천히"
    await recogniser.close()


async def test_who_has_too_much_to_do_is_not_asked_for_more(servers: Servers) -> None:
    servers.ill[0].failure = grpc.StatusCode.RESOURCE_EXHAUSTED
    recogniser = GrpcSpeechToText(servers.address)
    with pytest.raises(SpeechToTextUnavailable):
        await recogniser.recognize(tiny_wav(), timeout=3)
    assert (len(servers.ill[0].requests), len(servers.well[0].requests)) == (1, 0)
    await recogniser.close()


async def test_who_answered_in_anothers_place_is_asked_first_from_then_on(servers: Servers) -> None:
    servers.ill[0].failure = grpc.StatusCode.INTERNAL
    recogniser = GrpcSpeechToText(servers.address)
    await recogniser.recognize(tiny_wav(), timeout=3)
    asked = len(servers.ill[0].requests)
    for _ in range(3):
        await recogniser.recognize(tiny_wav(), timeout=3)
    assert (asked, len(servers.ill[0].requests), len(servers.well[0].requests)) == (1, 1, 4)
    await recogniser.close()


async def test_a_request_under_way_outlives_the_change_of_server(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "PATIENCE", 10.0)
    servers.ill[0].delay, servers.ill[0].text = 0.2, "천천히"
    recogniser = GrpcSpeechToText(servers.address)
    slow = asyncio.create_task(recogniser.recognize(tiny_wav(), timeout=5))
    await until(lambda: len(servers.ill[0].requests) == 1)
    servers.ill[0].delay, servers.ill[0].failure = 0.0, grpc.StatusCode.INTERNAL
    servers.ill[0].failures = 1
    assert (await recogniser.recognize(tiny_wav(), timeout=3)).text == "네, 맞아요."
    assert (await slow).text == "천천히"
    await recogniser.close()
