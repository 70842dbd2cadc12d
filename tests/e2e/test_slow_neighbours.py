"""Whole calls in which programs hang, which is worse than their death: nobody is left in silence, and the call goes on.

Programs are stopped as the kernel stops them: their connections stay open, and nothing answers.
"""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from sandbox.phone_call import place_call
from sandbox.report import Report
from sandbox.script import parse_script
from tests.e2e.test_trouble import SHORT, running
from tests.running_programs import programs_in

LONGEST_SILENCE = 6.0  # phone seconds, in which requests to us take what they really take
SPEED = 8.0
LISTENING = {"Record", "Gather"}
KEYS = parse_script(
    json.dumps(
        {
            "when": [
                {"heard": "여섯 자리를 눌러", "dtmf": "480312"},
                {"heard": "눌러 주세요", "dtmf": "1"},
            ],
            "otherwise": "네.",
        }
    )
)


def silences(report: Report) -> list[float]:
    """Returns how long the callee heard nothing while nobody listened to them, each time."""
    covered = []
    for verb in report.twilio["verbs"]:
        covered += [tuple(sound) for sound in verb.outcome.get("audio_s", ())]
        if verb.verb in LISTENING and verb.ended_s is not None:
            covered.append((verb.started_s, verb.ended_s))
    gaps, until = [], 0.0
    for start, end in sorted(covered):
        gaps.append(max(0.0, start - until))
        until = max(until, end)
    return gaps


@contextmanager
def stopped(folder: Path, program: str) -> Iterator[None]:
    """Stops a program until the end of the block."""
    group = os.getpgid(programs_in(folder)[program])
    os.killpg(group, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(group, signal.SIGCONT)


@asynccontextmanager
async def never_answering() -> AsyncIterator[str]:
    """A server that takes requests and never says a word."""
    hanging: set[asyncio.StreamWriter] = set()

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hanging.add(writer)

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        for writer in hanging:
            writer.close()


async def call_with_hanging(folder: Path, program: str) -> Report:
    """Calls somebody who answers by words and keys; a program stops at the callee's first words."""
    payload = json.dumps(SHORT).encode()
    async with (
        never_answering() as model,
        running(folder, SPEED, OPENAI_API_KEY="key", OPENAI_BASE_URL=model, MOST_LOOP_LAG_SECONDS="5") as (world, url),
    ):
        with world.events() as events:
            calling = asyncio.create_task(place_call(world, url, payload, KEYS, real_timeout_s=70))
            async for event in events:
                if event.kind == "callee_said":
                    break
        with stopped(folder, program):
            return await calling


@pytest.mark.slow
@pytest.mark.timeout(150)
async def test_with_speech_servers_and_language_model_that_hang_words_are_read_and_keys_pressed(
    tmp_path: Path,
) -> None:
    report = await call_with_hanging(tmp_path, "speech")
    assert report.ended
    assert report.result is not None
    assert max(silences(report)) <= LONGEST_SILENCE
    assert {"Say", "Gather"} <= {verb.verb for verb in report.twilio["verbs"]}
    assert any(turn["source"] == "keypad" for turn in report.transcript)
