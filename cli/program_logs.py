"""Where the lines go that the programs log."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import TextIO


class LogFiles:
    """A file for each program, `NAME.log`, begun anew."""

    def __init__(self, directory: Path) -> None:
        """Makes the directory if it is not there."""
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self._files: dict[str, TextIO] = {}

    def write(self, name: str, line: str) -> None:
        """Writes a line of a program; on a full disk it is lost."""
        with suppress(OSError):
            if name not in self._files:
                self._files[name] = (self.directory / f"{name}.log").open("w", encoding="utf-8")
            print(line, file=self._files[name], flush=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        for file in self._files.values():
            with suppress(OSError):
                file.close()


def write_named(name: str, line: str) -> None:
    """Writes a line of a program to stderr after its name: for people."""
    print(f"{name:<12} {line}", file=sys.stderr, flush=True)


def write_plain(_name: str, line: str) -> None:
    """Writes a line of a program to stderr as it is: for machines, which find the program in the line."""
    print(line, file=sys.stderr, flush=True)
