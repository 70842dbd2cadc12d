"""What the gateway and the orchestrator themselves add to a turn of the Record loop.

Both sides fetch the same recording and use the same speech server, whose engines answer at once, and the same Redis:
ours as webhooks through the gateway, the bare script directly, one after the other, in turns. Only with the synthesis
within the turn do both sides do the same; speaking ahead takes ours off the path, and the script's stays on it.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import grpc
import pytest
from redis.asyncio import Redis

from calling.v1 import (
    audio_pb2,
    speech_to_text_service_pb2,
    speech_to_text_service_pb2_grpc,
    text_to_speech_service_pb2,
    text_to_speech_service_pb2_grpc,
)
from cli.embedded_redis import EmbeddedRedis
from cli.ports import free_ports
from cli.system import Ports, System
from tests.bench.phone_stub import ACCOUNT, RECORDING, SECONDS, TOKEN, Caller, Stub, phone_stub
from tests.bench.table import percentile, show

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

QUESTIONS = 100
CALLS = 3
WARM_UP = 20
# A callee speaks for longer than this; what is done meanwhile must not slow down what is measured next.
PAUSE = 0.03
WAV = audio_pb2.AudioFormat(encoding=audio_pb2.AudioFormat.ENCODING_WAV, sample_rate_hertz=8000)


@asynccontextmanager
async def _system(folder: Path, phone: Stub, *, speak_ahead: bool) -> AsyncIterator[tuple[System, int, str]]:
    gateway, orchestrator, speech = free_ports(3)
    redis = EmbeddedRedis(folder / "redis")
    environment = {
        "PATH": os.environ["PATH"],
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM_PHONE": "+15005550006",
        "TWILIO_API_BASE_URL": phone.url,
        "CALLS_PER_SECOND": "0",
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{gateway}",
        "STT_ENGINE": "instant",
        "TTS_ENGINE": "instant",
        "SPEAK_AHEAD": str(speak_ahead),
        "DRAIN_SECONDS": "1",
        "LOG_LEVEL": "WARNING",
    }
    system = System(
        Ports(gateway, orchestrator, speech),
        environment,
        redis=redis,
        working_dir=folder,
        write_log=lambda _name, _line: None,
        on_ready=lambda _name, _seconds: None,
    )
    async with system:
        yield system, speech, redis.url


class BareScript:
    """The same calls to the same servers, and nothing else."""

    def __init__(self, session: aiohttp.ClientSession, phone: Stub, speech: int, redis_url: str) -> None:
        self._session = session
        self._recording = f"{phone.url}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING}.wav"
        self._channel = grpc.aio.insecure_channel(f"127.0.0.1:{speech}")
        self._stt = speech_to_text_service_pb2_grpc.SpeechToTextServiceStub(self._channel)
        self._tts = text_to_speech_service_pb2_grpc.TextToSpeechServiceStub(self._channel)
        self._redis = Redis.from_url(redis_url, protocol=2)

    async def turn(self, number: int) -> None:
        """Hears, answers and writes, as a turn does."""
        await self._redis.hgetall("bare:record")
        async with self._session.get(self._recording) as response:
            audio = await response.read()
        config = speech_to_text_service_pb2.RecognitionConfig(format=WAV)
        await self._stt.Recognize(speech_to_text_service_pb2.RecognizeRequest(config=config, audio=audio))
        spoken = await self._tts.Synthesize(
            text_to_speech_service_pb2.SynthesizeRequest(
                text="네, 알겠습니다. 식사는 하셨어요?", config=text_to_speech_service_pb2.SynthesisConfig(format=WAV)
            )
        )
        await self._redis.set(f"bare:audio:{number}", spoken.audio, ex=60)
        async with self._redis.pipeline(transaction=True) as commit:
            commit.hset("bare:record", mapping={"version": number, "data": "x" * 2000})
            commit.rpush("bare:turns", "x" * 300, "x" * 300)
            commit.xadd("bare:events", {"e": "x" * 300})
            commit.hset("bare:replies", str(number), "x" * 200)
            await commit.execute()

    async def close(self) -> None:
        await self._channel.close()
        await self._redis.aclose()


async def _start(session: aiohttp.ClientSession, gateway_url: str) -> str:
    payload = {
        "vulnerable_id": "v-bench",
        "s_index": 1,
        "q_id": "q-bench",
        "name": "홍길동",
        "phone": "010-1234-5678",
        "gender": "M",
        "birth_date": "1941-03-02",
        "address": {"state": "", "city": "", "address1": "", "address2": ""},
        "question_list": [
            {"text": f"{n}번째로 여쭤볼게요. 요즘 어떠세요?", "expected_answer": []} for n in range(QUESTIONS)
        ],
        "vulnerabilities": {"risk_list": [], "desire_list": []},
    }
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    async with session.post(f"{gateway_url}/api/receive", json=payload, headers=headers) as response:
        assert response.status < 300, await response.text()
        return str((await response.json())["consultation_id"])


async def _measure(folder: Path, *, speak_ahead: bool) -> tuple[list[float], list[float]]:
    ours: list[float] = []
    bare: list[float] = []
    async with (
        phone_stub() as phone,
        _system(folder, phone, speak_ahead=speak_ahead) as (system, speech, redis_url),
        aiohttp.ClientSession() as session,
    ):
        script = BareScript(session, phone, speech, redis_url)
        for _ in range(CALLS):
            caller = Caller(session, system.gateway_url, await _start(session, system.gateway_url))
            twiml = await caller.post("voice")
            while (asked := re.search(r"/twilio/recording\?[^\"]*turn=(\d+)", twiml)) is not None:
                turn = asked.group(1)
                began = time.perf_counter()
                twiml = await caller.post(
                    "recording", f"&turn={turn}", RecordingSid=RECORDING, RecordingDuration=str(int(SECONDS))
                )
                ours.append((time.perf_counter() - began) * 1000)
                await asyncio.sleep(PAUSE)
                began = time.perf_counter()
                await script.turn(int(turn))
                bare.append((time.perf_counter() - began) * 1000)
                await asyncio.sleep(PAUSE)
        await script.close()
    return ours[WARM_UP:], bare[WARM_UP:]


def test_own_share_of_a_turn(tmp_path: Path) -> None:
    rows: list[tuple[str, ...]] = []
    for speak_ahead in (False, True):
        name = "speaking ahead" if speak_ahead else "synthesis within the turn"
        ours, bare = asyncio.run(_measure(tmp_path / name, speak_ahead=speak_ahead))
        assert len(ours) > QUESTIONS
        for who, values in ((f"gateway and orchestrator, {name}", ours), ("bare script, beside it", bare)):
            rows.append((who, str(len(values)), f"{percentile(values, 0.5):.1f}", f"{percentile(values, 0.95):.1f}"))
        ratios = (percentile(ours, share) / percentile(bare, share) for share in (0.5, 0.95))
        rows.append(("ratio", "", *(f"{ratio:.2f}" for ratio in ratios)))
    show("A turn of the Record loop, engines answering at once", ("", "turns", "p50 ms", "p95 ms"), rows)
