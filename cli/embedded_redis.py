"""A Redis server of our own on this machine: durable, reachable over a Unix socket only, and never left behind.

What it is made of, and why: an append-only file that is synced before each reply loses no acknowledged write, whatever
is killed; `noeviction` drops nothing when memory is short; Redis itself does not lock its directory, so that two
servers would write the same file, hence the lock, which the server inherits.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from cli import data_directory
from cli.data_directory import DiskFullError
from cli.errors import CommandError
from cli.parent_bound import bound
from cli.redis_server import find_redis_server

if TYPE_CHECKING:
    from types import TracebackType

_POLL_SECONDS = 0.01
_STOP_SECONDS = 10.0
_SOCKET_PATH_BYTES = 100  # sun_path holds 108 on Linux and 104 on macOS


class RedisStartError(CommandError):
    """The Redis server did not start; the text says its last words."""


class EmbeddedRedis:
    """A Redis server for one data directory.

    As a context manager it starts the server and waits until it answers. A caller that supervises its processes
    itself calls `open`, runs `command` with `inherited_fds`, waits for `answers`, and calls `close` in the end.

    Attributes:
        url: What clients connect to, known from `open` on: `unix:///path/to/redis.sock`.
        command: The command line of the server, likewise.
        inherited_fds: What the server must inherit, likewise: the lock on the data directory.
    """

    url: str
    command: list[str]
    inherited_fds: tuple[int, ...] = ()

    def __init__(self, data_dir: Path, *, start_timeout: float = 30.0, lock_timeout: float = 2.0) -> None:
        """Finds the server; starts nothing yet.

        Args:
            data_dir: Where the data is kept; made if it is not there, readable by this user only.
            start_timeout: Seconds within which the server must have read its data and answer.
            lock_timeout: Seconds to wait for a server of a killed parent that is about to end.

        Raises:
            RedisServerNotFoundError: There is no server that is new enough.
        """
        self.data_dir = data_dir.absolute()
        self.start_timeout = start_timeout
        self._lock_timeout = lock_timeout
        self._server = find_redis_server()
        self._socket = Path()
        self._process: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        """Makes and locks the data directory.

        Raises:
            DataDirectoryLockedError: Another server uses it.
            DiskFullError: Too little is free.
        """
        self.inherited_fds = (data_directory.lock(self.data_dir, self._lock_timeout),)
        self._socket = _socket_path(self.data_dir)
        self.url = f"unix://{quote(str(self._socket))}"
        self.command = [str(self._server.path), *_options(self.data_dir, self._socket)]

    def close(self) -> None:
        """Gives the data directory free; the server must have ended."""
        if not self.inherited_fds:
            return
        self._socket.unlink(missing_ok=True)
        if self._socket.parent != self.data_dir:
            shutil.rmtree(self._socket.parent, ignore_errors=True)
        for lock in self.inherited_fds:
            os.close(lock)
        self.inherited_fds = ()

    def answers(self) -> bool:
        """Tells whether the server answers PING; not so while it still reads its data."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1.0)
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def start(self) -> None:
        """Starts the server and waits until it answers.

        Raises:
            DataDirectoryLockedError: Another server uses the data directory.
            DiskFullError: Too little is free.
            RedisStartError: It ended, or did not answer in time.
        """
        self.open()
        try:
            with (self.data_dir / "redis.log").open("wb") as log:
                self._process = subprocess.Popen(  # noqa: S603 - the server found
                    bound(self.command),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=self.inherited_fds,
                    process_group=0,
                )
            self._wait_until_it_answers(self._process)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops the server (SIGTERM, then SIGKILL) and gives the data directory free."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None
        self.close()

    def kill(self) -> None:
        """Ends the server as a crash would (SIGKILL); `stop` is still due. Lets tests see what survives."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + self.start_timeout
        while not self.answers():
            ended = process.poll() is not None
            if ended or time.monotonic() > deadline:
                log = (self.data_dir / "redis.log").read_text(errors="replace")
                raise _start_error("ended" if ended else f"did not answer in {self.start_timeout:g} s", log)
            time.sleep(_POLL_SECONDS)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self.stop()


def _start_error(what: str, log: str) -> CommandError:
    if "No space left on device" in log:
        return DiskFullError("the disk is full: Redis cannot write its data")
    last_words = [line.strip() for line in log.splitlines() if line.strip()][-1:] or ["none"]
    return RedisStartError(f"Redis {what}; its last words: {last_words[0]}")


def _options(data_dir: Path, socket_path: Path) -> list[str]:
    options = {
        "dir": str(data_dir),
        "pidfile": str(data_dir / data_directory.PID_FILE),
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "appendonly": "yes",
        "appendfsync": "always",
        "maxmemory-policy": "noeviction",
        # A snapshot a day is the file to back up. The append-only file is the truth: a failed snapshot stops nothing.
        "save": "86400 1",
        "stop-writes-on-bgsave-error": "no",
        "loglevel": "warning",
    }
    return [word for name, value in options.items() for word in (f"--{name}", value)]


def _socket_path(data_dir: Path) -> Path:
    """Returns where the socket goes: to the data or, if that path is too long for a socket, to a short private one."""
    path = data_dir / "redis.sock"
    if len(os.fsencode(path)) <= _SOCKET_PATH_BYTES:
        return path
    return Path(tempfile.mkdtemp(prefix="redis-")) / path.name
