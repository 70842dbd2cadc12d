"""Redis servers with ports of their own: the nodes of a cluster, masters, replicas and sentinels. To be killed."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import redis

from cli.parent_bound import bound
from cli.redis_server import find_redis_server


class RedisNode:
    """A server on a TCP port, or a sentinel.

    Attributes:
        port: where it listens.
        ask: a client that waits.
    """

    def __init__(
        self, directory: Path, port: int, options: Mapping[str, object], *, sentinel: bool = False, password: str = ""
    ) -> None:
        """Starts nothing yet.

        Args:
            directory: its own, made here.
            port: where it listens.
            options: its configuration.
            sentinel: whether it is a sentinel.
            password: what it asks of its clients.
        """
        directory.mkdir()
        self.port = port
        self._directory = directory
        self._mode = ["--sentinel"] if sentinel else []
        # A file, because sentinels and nodes of a cluster rewrite theirs.
        usual = {"port": port, "bind": "127.0.0.1", "loglevel": "warning", "logfile": directory / "log"}
        lines = [f"{name} {value}" for name, value in {**usual, **options}.items()]
        (directory / "redis.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.ask = redis.Redis(
            port=port, password=password or None, protocol=2, socket_timeout=2, decode_responses=True
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it; `until_answers` waits for it."""
        program = str(find_redis_server().path)
        self._process = subprocess.Popen(
            bound([program, str(self._directory / "redis.conf"), *self._mode]),
            cwd=self._directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def answers(self) -> bool:
        """Tells whether it listens."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """Kills it at once."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)

    def freeze(self) -> None:
        """Stops it without closing anything."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Has it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Ends it, whatever state it is in."""
        self.ask.close()
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def replication(self) -> dict[str, Any]:
        """Returns what it says of its replication."""
        found: dict[str, Any] = self.ask.info("replication")
        return found


def wait_until(condition: Callable[[], bool], what: str, *, seconds: float = 20.0) -> None:
    """Returns as soon as a condition holds."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except redis.RedisError:
            pass
        assert time.monotonic() < deadline, f"in vain: {what}"
        time.sleep(0.02)
