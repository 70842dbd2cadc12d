import asyncio
import sys
from pathlib import Path

import pytest

from cli.child_process import Program
from tests.chaos import replica
from tests.chaos.replica import Replica


class Watched:
    """A program that only sleeps, and what was told of it."""

    def __init__(self, folder: Path) -> None:
        async def ready() -> bool:
            return True

        command = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
        program = Program(name="sleeper", command=command, is_ready=ready, environment={}, working_dir=folder)
        self.told: asyncio.Queue[str] = asyncio.Queue()
        self.replica = Replica(
            program,
            lambda _name, _line: None,
            on_up=lambda: self.told.put_nowait("up"),
            on_down=lambda: self.told.put_nowait("down"),
        )


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setattr(replica, "_BEFORE_RESTART_SECONDS", 0.0)
    return Watched(tmp_path)


async def test_what_is_killed_is_back(watched: Watched):
    await watched.replica.start()
    assert await watched.told.get() == "up"
    first = watched.replica.pid
    watched.replica.kill()
    assert [await watched.told.get(), await watched.told.get()] == ["down", "up"]
    assert (watched.replica.restarts, watched.replica.pid == first) == (1, False)
    await watched.replica.end()


async def test_what_stands_still_is_out_of_its_turn_and_goes_on(watched: Watched):
    await watched.replica.start()
    assert await watched.told.get() == "up"
    standing = asyncio.create_task(watched.replica.stop_for(0.2, noticed_after=0.1))
    assert await watched.told.get() == "down"
    assert _state(watched.replica.pid) == "T"
    await standing
    assert await watched.told.get() == "up"
    assert watched.replica.restarts == 0
    assert _state(watched.replica.pid) != "T"
    await watched.replica.end()


async def test_what_is_ended_stays_so(watched: Watched):
    await watched.replica.start()
    await watched.replica.end()
    assert not _runs(watched.replica.pid)


def _state(pid: int) -> str:
    """`T`: stopped; see proc(5)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def _runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
