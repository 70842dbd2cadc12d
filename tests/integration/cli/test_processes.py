import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.child_process import Program, ProgramFailedError, ProgramRefusedError
from cli.ports import ensure_free, free_ports
from cli.processes import ProcessGroup

SERVER = """
import os, socket, sys
print("pid", os.getpid(), flush=True)
print("listening on", sys.argv[1], flush=True)
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    server.accept()[0].close()
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)" + SERVER
PARENT = """
import asyncio, signal, sys
from tests.integration.cli.test_processes import ProcessGroup, server

async def main():
    async with ProcessGroup(lambda name, line: None) as group:
        await group.start(server("a", int(sys.argv[1])), server("b", int(sys.argv[2])))
        print("started", flush=True)
        await group.wait()

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
asyncio.run(main())
"""


def server(name: str, port: int, script: str = SERVER, **options: float) -> Program:
    async def accepts() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        return True

    command = [sys.executable, "-c", script, str(port)]
    return Program(
        name=name, command=command, is_ready=accepts, environment=dict(os.environ), working_dir=Path(), **options
    )


def failing(name: str, script: str) -> Program:
    async def never() -> bool:
        return False

    command = [sys.executable, "-c", script]
    return Program(name, command, never, environment=os.environ, working_dir=Path())


class Log(list[tuple[str, str]]):
    def write(self, name: str, line: str) -> None:
        self.append((name, line))

    @property
    def pids(self) -> list[int]:
        return [int(line.split()[1]) for _, line in self if line.startswith("pid ")]


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - other processes tell nobody
            await asyncio.sleep(0.01)


async def test_programs_start_together_and_their_lines_are_named() -> None:
    first, second = free_ports(2)
    log = Log()
    async with ProcessGroup(log.write) as group:
        await group.start(server("first", first), server("second", second))
        assert not is_free(first)
        assert not is_free(second)
    assert ("first", f"listening on {first}") in log
    assert ("second", f"listening on {second}") in log
    for port in (first, second):
        ensure_free(port, "A")


async def test_they_stop_in_the_reverse_order_of_their_start() -> None:
    farewell = "import signal, sys; signal.signal(15, lambda *_: (print('bye', flush=True), sys.exit()))" + SERVER
    log = Log()
    async with ProcessGroup(log.write) as group:
        for name, port in zip("abc", free_ports(3), strict=True):
            await group.start(server(name, port, farewell))
    assert [name for name, line in log if line == "bye"] == ["c", "b", "a"]


async def test_one_that_ignores_sigterm_is_killed_after_its_time() -> None:
    [port] = free_ports(1)
    async with ProcessGroup(Log().write) as group:
        await group.start(server("stubborn", port, STUBBORN, stop_timeout=0.2))
        started = time.monotonic()
    assert 0.2 <= time.monotonic() - started < 5
    ensure_free(port, "A")


async def test_what_a_program_started_itself_ends_with_it() -> None:
    [port] = free_ports(1)
    starts_another = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SERVER!r}, sys.argv[1]])"
    async with ProcessGroup(Log().write) as group:
        await group.start(server("outer", port, starts_another))
    await until(lambda: is_free(port))  # what is killed is gone a moment later


async def test_a_crashed_program_is_started_again() -> None:
    [port] = free_ports(1)
    log = Log()
    async with ProcessGroup(log.write, restarts_per_minute=3) as group:
        await group.start(server("a", port))
        os.kill(log.pids[0], signal.SIGKILL)
        await until(lambda: len(log.pids) == 2)
        await until(lambda: not is_free(port))
        assert log.pids[0] != log.pids[1]
    assert ("a", f"a ended by SIGKILL; its last words: listening on {port}; starting it again") in log


async def test_one_that_crashes_too_often_fails_the_group() -> None:
    [port] = free_ports(1)
    log = Log()

    async def crash_it() -> None:
        killed: list[int] = []
        while len(killed) < 3:
            await until(lambda: len(log.pids) > len(killed) and not is_free(port))
            killed.append(log.pids[-1])
            os.kill(killed[-1], signal.SIGKILL)

    async with ProcessGroup(log.write, restarts_per_minute=2) as group:
        await group.start(server("a", port))
        crashes = asyncio.create_task(crash_it())
        with pytest.raises(ProgramFailedError, match=r"^a ended by SIGKILL; its last words: listening on \d+$"):
            await group.wait()
        await crashes
    assert len(log.pids) == 3


async def test_one_that_ends_at_its_start_is_an_error_with_its_last_words() -> None:
    program = failing("gateway", "import sys; sys.exit('no such file')")
    async with ProcessGroup(Log().write, restarts_per_minute=5) as group:
        with pytest.raises(ProgramFailedError, match=r"^gateway ended with status 1; its last words: no such file$"):
            await group.start(program)


async def test_one_that_refuses_its_settings_is_an_error_in_its_own_words() -> None:
    script = "import sys; print('gateway: HTTP_HOST: not an address', file=sys.stderr); sys.exit(2)"
    async with ProcessGroup(Log().write, restarts_per_minute=5) as group:
        with pytest.raises(ProgramRefusedError, match=r"^gateway: HTTP_HOST: not an address$") as refusal:
            await group.start(failing("gateway", script))
    assert refusal.value.exit_status == 2


async def test_one_that_refuses_its_settings_later_is_not_started_again() -> None:
    [port] = free_ports(1)
    log = Log()
    refuses = SERVER.replace("while True:", "for _ in range(2):") + "\nprint('a: no', flush=True); sys.exit(2)"
    async with ProcessGroup(log.write, restarts_per_minute=5) as group:
        await group.start(server("a", port, refuses))
        is_free(port)
        with pytest.raises(ProgramRefusedError, match=r"^a: no$"):
            await group.wait()
    assert len(log.pids) == 1


async def test_one_that_is_never_ready_is_an_error_in_time() -> None:
    [port] = free_ports(1)
    program = server("slow", port, "import time; print('waking up', flush=True); time.sleep(60)", start_timeout=0.5)
    async with ProcessGroup(Log().write) as group:
        with pytest.raises(ProgramFailedError, match=r"^slow was not ready after 0\.5 s; its last words: waking up$"):
            await group.start(program)


async def test_a_failed_start_leaves_nothing_of_the_others() -> None:
    [port] = free_ports(1)
    async with ProcessGroup(Log().write) as group:
        with pytest.raises(ProgramFailedError):
            await group.start(server("good", port), failing("bad", "raise SystemExit(3)"))
    assert is_free(port)


async def test_cancelling_in_mid_start_leaves_nothing() -> None:
    [port] = free_ports(1)

    async def run() -> None:
        async with ProcessGroup(Log().write) as group:
            await group.start(server("good", port), failing("hanging", "import time; time.sleep(60)"))

    task = asyncio.create_task(run())
    await until(lambda: not is_free(port))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert is_free(port)


def started_parent(ports: list[int]) -> "subprocess.Popen[bytes]":
    parent = subprocess.Popen([sys.executable, "-c", PARENT, *map(str, ports)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"started\n"
    return parent


def test_ctrl_c_leaves_no_process_and_no_port() -> None:
    ports = free_ports(2)
    with started_parent(ports) as parent:
        parent.send_signal(signal.SIGINT)
    assert all(map(is_free, ports))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process at its parent's death")
async def test_a_killed_parent_leaves_no_process_and_no_port() -> None:
    ports = free_ports(2)
    with started_parent(ports) as parent:
        parent.send_signal(signal.SIGKILL)
    await until(lambda: all(map(is_free, ports)))
