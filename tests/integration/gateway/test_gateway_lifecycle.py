"""Start, health, metrics, drain; and the program itself as a process."""

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path

import aiohttp
import pytest
from twilio.request_validator import RequestValidator

from calling.v1 import call_service_pb2 as pb
from gateway.app import start
from tests.fakes.orchestrator_servicers import Delay
from tests.integration.gateway.gateway_client import CONSULTATION, DEADLINES, PUBLIC, TOKEN, Client, settings

VOICE = f"/twilio/voice?consultation={CONSULTATION}"
HUNG_UP = pb.AnswerCallResponse(reply=pb.Reply(hang_up=pb.HangUp()))
ROOT = Path(__file__).parents[3]


async def test_alive_and_ready(client: Client, orchestrator):
    assert (await client.get("/healthz")).status == 200
    assert (await client.get("/readyz")).status == 200
    await orchestrator.set_serving(False)
    assert (await client.get("/healthz")).status == 200
    answer = await client.get("/readyz")
    assert answer.status == 503
    assert json.loads(answer.body) == {"status": "orchestrator not serving"}
    await orchestrator.set_serving(True)
    async with asyncio.timeout(5):  # the channel itself watches the orchestrator's health
        while (await client.get("/readyz")).status != 200:  # noqa: ASYNC110 - it is asked
            await asyncio.sleep(0.01)


async def test_not_ready_first_then_drained(orchestrator):
    orchestrator.on("AnswerCall", Delay(0.4), HUNG_UP)
    gateway = await start(settings(orchestrator.address, drain_delay_seconds=0.2), DEADLINES)
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        client = Client(session, gateway)
        running = group.create_task(client.webhook(VOICE))
        await asyncio.sleep(0.05)
        stopping = group.create_task(gateway.stop())
        await asyncio.sleep(0.05)
        answer = await client.get("/readyz")
        assert (answer.status, json.loads(answer.body)) == (503, {"status": "draining"})
        assert (await client.get("/healthz")).status == 200
        await stopping
        assert (await running).verbs == ["Hangup"]
        with pytest.raises(aiohttp.ClientConnectorError):
            await client.get("/healthz")


async def test_metrics_count_routes_and_name_nobody(client: Client, orchestrator):
    orchestrator.on("AnswerCall", HUNG_UP)
    await client.webhook(VOICE)
    await client.webhook("/twilio/voice")
    await client.get(f"/api/consultations/{CONSULTATION}")
    await client.get("/nowhere/010-1234-5678")
    await client.ask("PROPFIND", "/healthz")
    answer = await client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    for line in (
        'gateway_http_requests_total{method="POST",route="/twilio/voice",status="200"} 2.0',
        'gateway_http_requests_total{method="GET",route="/api/consultations/{consultation_id}",status="501"} 1.0',
        'gateway_http_requests_total{method="GET",route="none",status="404"} 1.0',
        'gateway_http_requests_total{method="OTHER",route="none",status="405"} 1.0',
        'gateway_webhook_duration_seconds_count{route="/twilio/voice"} 2.0',
        'gateway_webhook_failures_total{answer="given_up",route="/twilio/voice"} 1.0',
        "gateway_event_streams 0.0",
    ):
        assert line in answer.text
    assert "1234" not in answer.text
    assert CONSULTATION not in answer.text


async def test_nothing_personal_in_the_logs(client: Client, orchestrator, capsys):
    orchestrator.on("AnswerCall", HUNG_UP)
    await client.webhook(VOICE, SpeechResult="비밀이에요")
    await client.post("/api/receive", json={"name": "홍길동", "phone": 1012345678})
    await client.get("/api/receive?name=홍길동")
    await client.post(VOICE, data={"CallerName": "홍길동"})
    written = "".join(capsys.readouterr())
    assert "/twilio/voice" in written
    for personal in ("홍길동", "비밀", "12345678", "%ED%99%8D", "São"):
        assert personal not in written


async def test_broken_http_is_not_quoted_in_the_log(client: Client, caplog):
    reader, writer = await asyncio.open_connection("127.0.0.1", client.gateway.port)
    writer.write("GET / HTTP/1.1\r\n홍길동 010-1234-5678\r\n\r\n".encode())
    assert b" 400 " in await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert [record.getMessage() for record in caplog.records] == ["malformed request: BadHttpMessage"]
    assert "1234" not in caplog.text


async def test_taken_port(client: Client, orchestrator):
    with pytest.raises(OSError, match="address already in use"):
        await start(settings(orchestrator.address, http_port=client.gateway.port), DEADLINES)


async def run_gateway(**environment: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway",
        cwd=ROOT, env={"PATH": os.environ["PATH"], "HTTP_PORT": "0"} | environment, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def test_process_serves_until_it_is_told_to_stop(orchestrator):
    process = await run_gateway(ORCHESTRATOR_URL=f"grpc://{orchestrator.address}", LOG_FORMAT="json")
    async with asyncio.timeout(20):
        lines = [json.loads(await process.stderr.readline()) for _ in range(2)]
        assert [line["event"] for line in lines] == ["twilio_paths_closed", "gateway_started"]
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{lines[1]['port']}/readyz") as answer,
        ):
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
        assert await process.stderr.read() == b""


async def test_process_closes_streams_when_it_is_told_to_stop(orchestrator):
    """Their calls go on at another gateway."""
    process = await run_gateway(
        ORCHESTRATOR_URL=orchestrator.address, LOG_FORMAT="json", TWILIO_AUTH_TOKEN=TOKEN, PUBLIC_BASE_URL=PUBLIC
    )
    path = "/twilio/media/tok-1"
    signature = RequestValidator(TOKEN).compute_signature("wss" + PUBLIC.removeprefix("https") + path, {})
    async with asyncio.timeout(20), aiohttp.ClientSession() as session:
        port = json.loads(await process.stderr.readline())["port"]
        url = f"http://127.0.0.1:{port}{path}"
        async with session.ws_connect(url, headers={"X-Twilio-Signature": signature}) as stream:
            process.send_signal(signal.SIGTERM)
            closed = await stream.receive()
            assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, 1000)
        assert await process.wait() == 0
        assert b'"reason": "shutdown"' in await process.stderr.read()


async def test_process_with_a_wrong_setting():
    process = await run_gateway(HTTP_PORT="eighty", TWILIO_AUTH_TOKEN="secret")
    async with asyncio.timeout(20):
        _, written = await process.communicate()
    assert process.returncode == 2
    assert written.decode() == (
        "gateway: HTTP_PORT: Input should be a valid integer, unable to parse string as an integer\n"
    )


async def test_process_and_a_taken_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = await run_gateway(HTTP_PORT=str(port), LOG_LEVEL="error")
        async with asyncio.timeout(20):
            _, written = await process.communicate()
    assert process.returncode == 1
    assert written.decode().startswith(f"gateway: HTTP_HOST, HTTP_PORT: cannot listen on 127.0.0.1:{port} (")
    assert written.count(b"\n") == 1
