"""`StreamCall` over a real gRPC server: a call as two streams of audio."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from calling.v1 import audio_pb2, consultation_pb2
from calling.v1 import call_service_pb2 as pb
from tests.integration.orchestrator.served import Served, refusal, serving
from tests.unit.orchestrator.dialogue.scene import Scene
from tests.unit.orchestrator.rpc.orders import start_request

MULAW = audio_pb2.AudioFormat(encoding=audio_pb2.AudioFormat.ENCODING_MULAW, sample_rate_hertz=8000)
SILENCE, SPEECH = b"_" * 480, b"S" * 480


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with serving(Scene()) as served:
        yield served


async def stream_token(served: Served) -> str:
    """Starts a consultation that is to be a stream; the person answers."""
    request = start_request()
    request.dialling.conversation_mode = consultation_pb2.CONVERSATION_MODE_STREAM
    await served.start(request)
    answer = await served.calls.AnswerCall(
        pb.AnswerCallRequest(consultation_id=served.scene.id, call_sid=served.scene.call_sid)
    )
    assert list(answer.reply.prompts) == []
    return answer.reply.open_stream.stream_token


def start(served: Served, token: str, **fields: Any) -> pb.StreamCallRequest:
    known = {"consultation_id": served.scene.id, "call_sid": served.scene.call_sid, "format": MULAW}
    return pb.StreamCallRequest(start=pb.StreamStart(**{**known, "stream_token": token, **fields}))


async def refused(served: Served, *requests: pb.StreamCallRequest) -> tuple[str, str]:
    stream = served.calls.StreamCall(iter(requests))
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await stream.read()
    return refusal(error.value).code, refusal(error.value).reason


async def test_words_come_down_sentence_by_sentence_each_with_its_mark(served: Served) -> None:
    stream = served.calls.StreamCall()
    await stream.write(start(served, await stream_token(served)))
    kinds: list[str] = []
    marks: list[str] = []
    async with asyncio.timeout(10):
        while len(marks) < 5:
            event = await stream.read()
            kinds.append(event.WhichOneof("event"))
            if event.mark:
                marks.append(event.mark)
                await stream.write(pb.StreamCallRequest(mark=event.mark))
    assert kinds[0] == "audio"
    assert len(set(marks)) == 5
    stream.cancel()


async def test_a_callee_who_speaks_is_answered(served: Served) -> None:
    served.phone.recogniser.words.append("네")
    stream = served.calls.StreamCall()
    await stream.write(start(served, await stream_token(served)))

    async def callee() -> None:
        for sound in (*[SPEECH] * 12, *[SILENCE] * 200):
            await stream.write(pb.StreamCallRequest(audio=sound))
            await asyncio.sleep(0.06)

    async with asyncio.timeout(20):
        marks = 0
        while marks < 5:
            event = await stream.read()
            if event.mark:
                marks += 1
                await stream.write(pb.StreamCallRequest(mark=event.mark))
        speaking = asyncio.create_task(callee())
        while len(served.phone.speech.spoken) < 6:
            await stream.read()
    assert "홍길동" in served.phone.speech.spoken[5]
    speaking.cancel()
    await asyncio.gather(speaking, return_exceptions=True)
    stream.cancel()


async def test_a_token_is_good_once(served: Served) -> None:
    token = await stream_token(served)
    stream = served.calls.StreamCall()
    await stream.write(start(served, token))
    await stream.read()
    assert await refused(served, start(served, token)) == ("FAILED_PRECONDITION", "STREAM_NOT_EXPECTED")
    stream.cancel()


async def test_a_token_is_good_for_its_call_alone(served: Served) -> None:
    token = await stream_token(served)
    other = start(served, token, call_sid="CA" + "0" * 32)
    assert await refused(served, other) == ("FAILED_PRECONDITION", "STREAM_NOT_EXPECTED")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"call_sid": "x"}, "start.call_sid"),
        ({"stream_token": ""}, "start.stream_token"),
        ({"format": audio_pb2.AudioFormat()}, "start.format"),
        ({"consultation_id": "x"}, "consultation_id"),
    ],
)
async def test_what_is_wrong_with_the_start_is_named(served: Served, fields: dict[str, Any], field: str) -> None:
    token = await stream_token(served)
    stream = served.calls.StreamCall(iter([start(served, token, **fields)]))
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await stream.read()
    assert refusal(error.value).reason == "INVALID_FIELD"
    assert field in refusal(error.value).fields


async def test_the_start_comes_first(served: Served) -> None:
    assert await refused(served, pb.StreamCallRequest(audio=b"x")) == ("INVALID_ARGUMENT", "INVALID_FIELD")


async def test_an_empty_stream(served: Served) -> None:
    assert await refused(served) == ("INVALID_ARGUMENT", "INVALID_FIELD")
