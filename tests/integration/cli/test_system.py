"""The whole system as processes: `serve` and `sandbox call`. What the programs do is tested elsewhere."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
import pytest

from cli.child_process import ProgramFailedError
from cli.ports import free_ports
from cli.sandbox_system import sandbox_system
from cli.settings import Settings
from cli.system import Ports
from tests.running_programs import programs_in

COMMAND = (sys.executable, "-P", "-c", "from cli.main import main; main()")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - other processes tell nobody
            await asyncio.sleep(0.05)


async def until_ready(url: str) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(15):
        while True:
            try:
                async with session.get(f"{url}/readyz") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)


@pytest.fixture
def ports() -> list[int]:
    return free_ports(3)


@pytest.fixture
def serving(tmp_path: Path, ports: list[int]) -> Iterator["subprocess.Popen[bytes]"]:
    settings = dict(zip(("HTTP_PORT", "GRPC_PORT", "SPEECH_PORT"), map(str, ports), strict=True))
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(
            [*COMMAND, "serve"], cwd=tmp_path, env=os.environ | settings, stdout=log, stderr=log
        ) as process,
    ):
        yield process
        process.kill()


needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@needs_linux
@pytest.mark.slow
async def test_serve_brings_back_what_crashes_and_leaves_nothing(
    serving: "subprocess.Popen[bytes]", tmp_path: Path, ports: list[int]
) -> None:
    url = f"http://127.0.0.1:{ports[0]}"
    await until_ready(url)
    for name in ("redis", "orchestrator"):
        crashed = programs_in(tmp_path)[name]
        os.kill(crashed, signal.SIGKILL)
        await until(lambda name=name, crashed=crashed: programs_in(tmp_path).get(name, crashed) != crashed)
        await until_ready(url)
    serving.terminate()
    assert await asyncio.to_thread(serving.wait, 20) == 0
    assert programs_in(tmp_path) == {}
    assert all(map(is_free, ports))
    assert "starting it again" in (tmp_path / "log").read_text()


@pytest.mark.slow
@needs_linux
async def test_a_killed_serve_leaves_nothing(
    serving: "subprocess.Popen[bytes]", tmp_path: Path, ports: list[int]
) -> None:
    await until_ready(f"http://127.0.0.1:{ports[0]}")
    serving.kill()
    serving.wait()
    await until(lambda: programs_in(tmp_path) == {})
    assert all(map(is_free, ports))


@pytest.mark.slow
@needs_linux
async def test_work_is_given_up_when_a_program_of_the_sandbox_ends(ports: list[int]) -> None:
    ready: dict[str, float] = {}
    running = sandbox_system(
        Ports(*ports), 1.0, Settings(_env_file=None), write_log=lambda *_: None, on_ready=ready.__setitem__
    )
    async with running as sandbox:
        assert set(ready) == {"redis", "speech", "orchestrator", "gateway"}
        folder = sandbox.system._working_dir
        os.kill(programs_in(folder)["gateway"], signal.SIGKILL)
        with pytest.raises(ProgramFailedError, match=r"^gateway ended by SIGKILL"):
            await sandbox.system.guard(asyncio.sleep(60))
    assert programs_in(folder) == {}
    assert not folder.exists()


@pytest.mark.slow
async def test_a_call_in_the_sandbox_is_reported_and_meets_no_real_account(tmp_path: Path) -> None:
    real = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_API_BASE_URL": "http://127.0.0.1:1", "API_TOKEN": "secret"}
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in real.items()))
    process = await asyncio.create_subprocess_exec(
        *(*COMMAND, "sandbox", "call", "--speed", "300", "--json", "out.json"),
        cwd=tmp_path,
        env=os.environ | real,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert (err, process.returncode) == (b"", 0)
    assert out.startswith(b"out.json: completed, ")
    report = json.loads((tmp_path / "out.json").read_text())
    assert (report["result"]["v_id"], report["result"]["fail_code"]) == ("VUL-2026-00417", 0)
    assert report["consultation"]["delivery"] == "delivered"
    assert {turn["speaker"] for turn in report["transcript"]} == {"agent", "callee"}
    assert report["twilio"]["errors"] == []
    for path in report["audio"].values():
        assert (tmp_path / path).read_bytes()[:4] == b"RIFF"
    assert {path.name for path in (tmp_path / "out.files" / "logs").iterdir()} >= {"gateway.log", "orchestrator.log"}
