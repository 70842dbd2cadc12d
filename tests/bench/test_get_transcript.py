"""Requests a second of GetTranscript beside an empty grpc.aio handler: one client, two servers in turns."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import grpc
import pytest

from calling.v1 import consultation_service_pb2, consultation_service_pb2_grpc
from cli.embedded_redis import EmbeddedRedis
from tests.bench.table import show
from tests.bench.transcript_server import CONSULTATION_ID, TURNS

pytestmark = [pytest.mark.bench, pytest.mark.timeout(120)]

IN_FLIGHT = 24
SECONDS = 3.0
ROUNDS = 5


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _load(port: int) -> int:
    """Asks as fast as the server answers, and returns how many answers came."""
    request = consultation_service_pb2.GetTranscriptRequest(consultation_id=CONSULTATION_ID)
    end = time.monotonic() + SECONDS
    answers = 0
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = consultation_service_pb2_grpc.ConsultationServiceStub(channel)

        async def ask() -> None:
            nonlocal answers
            while time.monotonic() < end:
                await stub.GetTranscript(request)
                answers += 1

        await asyncio.gather(*(ask() for _ in range(IN_FLIGHT)))
    return answers


def _start(kind: str, redis_url: str) -> tuple[subprocess.Popen[str], int]:
    command = [sys.executable, "-m", "tests.bench.transcript_server", kind, redis_url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def test_get_transcript_beside_an_empty_handler(tmp_path: Path) -> None:
    rates: dict[str, list[float]] = {"empty": [], "GetTranscript": []}
    costs: dict[str, list[float]] = {"empty": [], "GetTranscript": []}
    with EmbeddedRedis(tmp_path) as redis:
        servers = {kind: _start(kind, redis.url) for kind in rates}
        for _ in range(ROUNDS):
            for kind, (process, port) in servers.items():
                before = _cpu_seconds(process.pid)
                answers = asyncio.run(_load(port))
                rates[kind].append(answers / SECONDS)
                costs[kind].append((_cpu_seconds(process.pid) - before) / answers * 1e6)
        for process, _ in servers.values():
            process.kill()
            process.communicate()
    rate = {kind: statistics.median(rates[kind]) for kind in rates}
    rows = [(kind, f"{rate[kind]:.0f}", f"{statistics.median(costs[kind]):.0f}") for kind in rates]
    rows.append(("ratio", f"{rate['GetTranscript'] / rate['empty']:.2f}", ""))
    title = f"GetTranscript of {TURNS} turns, {IN_FLIGHT} in flight, medians of {ROUNDS} rounds"
    show(title, ("handler", "requests/s", "server CPU us"), rows)
