"""A directory that belongs to one server at a time, even across crashes."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from cli.errors import CommandError

if TYPE_CHECKING:
    from pathlib import Path

PID_FILE = "redis.pid"
_POLL_SECONDS = 0.01
_MINIMUM_FREE_BYTES = 64_000_000


class DataDirectoryLockedError(CommandError):
    """Another server uses the data directory."""


class DiskFullError(CommandError):
    """The disk has no room for what must be written."""


def lock(directory: Path, timeout: float) -> int:
    """Makes a directory that only this user can read, and locks it.

    The lock lasts until the returned file descriptor is closed in this process and in every process that inherited
    it: a server that outlived its killed parent still holds it.

    Args:
        directory: Made if it is not there.
        timeout: Seconds to wait for a server of a killed parent that is about to end.

    Raises:
        DataDirectoryLockedError: Another server uses it; the text says which.
        DiskFullError: Less than 64 MB are free.
    """
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait_for(descriptor, directory, timeout)
        check_free_disk(directory, shutil.disk_usage(directory).free)
    except BaseException:
        os.close(descriptor)
        raise
    (directory / PID_FILE).unlink(missing_ok=True)
    return descriptor


def check_free_disk(directory: Path, free_bytes: int) -> None:
    """Raises DiskFullError if a server would soon have no room to write at a directory."""
    if free_bytes < _MINIMUM_FREE_BYTES:
        raise DiskFullError(f"the disk is full: at least 64 MB must be free at {directory}")


def _wait_for(descriptor: int, directory: Path, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise DataDirectoryLockedError(f"{directory} is in use by {_holder(directory)}") from None
            time.sleep(_POLL_SECONDS)


def _holder(directory: Path) -> str:
    with suppress(OSError, ValueError):
        return f"the Redis server with process id {int((directory / PID_FILE).read_text())}"
    return "another process"
