"""Sets up .venv: every package of requirements.lock, hash-checked, and the project itself.

Doing it again when nothing changed costs a few milliseconds; doing it again after an interruption repairs it. Needs
the standard library only. Which package registry is asked is pip's own configuration.
"""

import errno
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "setup.stamp"
LOG = VENV / "setup.log"
LOCK = ROOT / "requirements.lock"
INCOMPLETE = "incomplete"
NEEDED_BYTES = 1_000_000_000  # .venv takes half of it, pip's downloads and their unpacking the rest
DISK_FULL = "the disk is full"


class SetupError(Exception):
    """Setting up failed; the text is one line for the person at the terminal."""


def main() -> int:
    """Makes .venv what requirements.lock and pyproject.toml say; returns the exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if _stamp() != _wanted_stamp():
            _set_up()
    except (SetupError, OSError) as error:
        full = isinstance(error, OSError) and error.errno == errno.ENOSPC
        print(f"setup: {DISK_FULL if full else error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("setup: stopped; the next run repairs what is half done", file=sys.stderr)
        return 130
    return 0


def _wanted_stamp() -> str:
    """Returns what an up-to-date .venv's stamp says: a hash of all that it is made from."""
    digest = hashlib.sha256(f"{_python_version()} {ROOT}\n".encode())
    for source in (LOCK, ROOT / "pyproject.toml"):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _stamp() -> str | None:
    return STAMP.read_text() if STAMP.exists() else None


def _python_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _set_up() -> None:
    with LOCK.open() as lock:  # two terminals in a fresh clone: the second waits, then finds it done
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = _wanted_stamp()
        if _stamp() == wanted:
            return
        check_free_disk(shutil.disk_usage(ROOT).free)
        if _stamp() == INCOMPLETE or not _is_usable():
            _make_venv()
        STAMP.write_text(INCOMPLETE)
        pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--no-input", "--progress-bar", "off", "--no-deps"]
        _run("packages", [*pip, "--require-hashes", "-r", str(LOCK)], _pip_progress)
        _run("this project", [*pip, "--no-build-isolation", "-e", str(ROOT)])
        STAMP.write_text(wanted)


def check_free_disk(free_bytes: int) -> None:
    """Raises SetupError if the disk cannot hold what is about to be installed."""
    if free_bytes < NEEDED_BYTES:
        needed, free = NEEDED_BYTES // 1_000_000, free_bytes // 1_000_000
        raise SetupError(f"needs {needed} MB of free disk at {ROOT}, there are {free} MB")


def _is_usable() -> bool:
    """Tells whether .venv's own pip runs here with this Python: not so after a move, a copy, or a change of Python."""
    try:
        answer = subprocess.run([VENV / "bin" / "pip", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return False
    here, python = f" from {VENV}{os.sep}", f"(python {_python_version()})"
    return answer.returncode == 0 and here in answer.stdout and python in answer.stdout


def _make_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        package = f"python{_python_version()}-venv"
        raise SetupError(f"this Python comes without venv; on Debian or Ubuntu: apt install {package}")
    if VENV.exists():
        shutil.rmtree(VENV)
    VENV.mkdir()
    STAMP.write_text(INCOMPLETE)
    # Run by an old .venv's python, this is the Python which that .venv was made with.
    interpreter = getattr(sys, "_base_executable", sys.executable)
    _run("Python environment", [interpreter, "-m", "venv", str(VENV)])


def _no_progress(_lines: list[str]) -> str:
    return ""


def _pip_progress(lines: list[str]) -> str:
    collected = sum(line.startswith("Collecting ") for line in lines)
    if any(line.startswith("Installing collected packages") for line in lines):
        return f"unpacking {collected}"
    return f"{collected} of {LOCK.read_text().count('==')}"


def _run(title: str, command: list[str], progress: Callable[[list[str]], str] = _no_progress) -> None:
    """Runs one stage, shows how it goes, and keeps its output in .venv/setup.log."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environment |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_USER": "0"}
    lines: list[str] = []
    with LOG.open("a") as log, _Stage(title) as stage:
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment
        ) as process:
            try:
                for line in process.stdout or ():
                    log.write(line)
                    lines.append(line.strip())
                    stage.detail = progress(lines)
            except BaseException:
                process.terminate()
                process.wait()
                raise
        stage.outcome = "done" if process.returncode == 0 else "failed"
    if process.returncode != 0:
        raise SetupError(f"{title}: {failure_of(lines)} (all of it: {LOG})")


def failure_of(lines: list[str]) -> str:
    """Returns the one line of a failed command's output that says why it failed."""
    output = "\n".join(lines)
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return DISK_FULL
    if "after connection broken by" in output:
        return "the package registry cannot be reached"
    errors = [line for line in lines if line.startswith("ERROR: ")]
    told = [line for line in errors or lines if line]
    return told[-1].removeprefix("ERROR: ") if told else "it said nothing"


class _Stage:
    """One line on the terminal for one stage, with the seconds it has taken; elsewhere one line at its end."""

    def __init__(self, title: str) -> None:
        self.detail = ""
        self.outcome = "stopped"
        self._title = title
        self._started = time.monotonic()
        self._ended = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        self._ticker.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._ticker.join()
        print(self._line(self.outcome), flush=True)

    def _tick(self) -> None:
        while sys.stdout.isatty() and not self._ended.wait(0.2):
            print(self._line(self.detail), end="", flush=True)

    def _line(self, end: str) -> str:
        over_the_last = "\r\033[K" if sys.stdout.isatty() else ""
        return f"{over_the_last}setup: {self._title:<18} {time.monotonic() - self._started:4.0f} s  {end}"
