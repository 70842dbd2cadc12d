"""Speech synthesis by eSpeak NG: robotic, instant, and needs nothing but its wheel.

The library runs in a process of its own, kept for the next text: if it crashes, that costs one new process and not
this one. It ends with this process, however this one ends: its input is closed then.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
from functools import cache
from typing import IO, Final

import numpy as np

from audio.espeak_library import Anchor, EspeakError, Synthesis

__all__ = ["Anchor", "EspeakError", "Synthesis", "synthesize"]

_ATTEMPTS: Final = 2


def synthesize(text: str, pitch: int, words_per_minute: int) -> Synthesis:
    """Speaks Korean text. Blocks, briefly: about a thousandth of the speech's duration. Call it from any thread.

    Args:
        text: What to say.
        pitch: 0 to 100, 50 being the voice's own.
        words_per_minute: 80 to 450, 175 being the voice's own.

    Raises:
        EspeakError: The library cannot be loaded or failed.
    """
    return _process().synthesize(text, pitch, words_per_minute)


class _EspeakProcess:
    """Starts the process when it is needed, and again when it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def synthesize(self, text: str, pitch: int, words_per_minute: int) -> Synthesis:
        request = json.dumps([text, pitch, words_per_minute]).encode() + b"\n"
        with self._lock:
            for _ in range(_ATTEMPTS):
                try:
                    return self._ask(request)
                except (OSError, EOFError):
                    self._end()
        raise EspeakError("the eSpeak NG library crashed")

    def close(self) -> None:
        """Ends the process."""
        with self._lock:
            self._end()

    def _ask(self, request: bytes) -> Synthesis:
        entry, out = self._pipes()
        entry.write(request)
        entry.flush()
        header = json.loads(_line(out))
        if "error" in header:
            raise EspeakError(header["error"])
        sound = out.read(header["bytes"])
        if len(sound) < header["bytes"]:
            raise EOFError
        anchors = tuple(Anchor(*anchor) for anchor in header["anchors"])
        return Synthesis(np.frombuffer(sound, dtype=np.int16), header["rate_hz"], anchors)

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None:
            command = [sys.executable, "-P", "-m", "audio.espeak_process"]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
        if self._process.stdin is None or self._process.stdout is None:
            raise EOFError
        return self._process.stdin, self._process.stdout

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _line(out: IO[bytes]) -> bytes:
    line = out.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    return line


@cache
def _process() -> _EspeakProcess:
    process = _EspeakProcess()
    atexit.register(process.close)
    return process
