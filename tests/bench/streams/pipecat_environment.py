"""The environment that the Pipecat bot runs in, apart from ours: made once, in `.data/pipecat`."""

from __future__ import annotations

import subprocess
import venv
from pathlib import Path
from typing import Final

REQUIREMENTS: Final = ("pipecat-ai[websocket,silero]==1.14.*", "uvicorn>=0.32,<1")

_FOLDER: Final = Path(__file__).parents[3] / ".data" / "pipecat"
_INSTALL_SECONDS: Final = 600


class NoPipecat(Exception):
    """Raised when Pipecat cannot be installed."""


def pipecat_python() -> str:
    """Returns the interpreter that has Pipecat; makes it if there is none, which takes a minute and the network.

    Raises:
        NoPipecat: it cannot be had here.
    """
    python = _FOLDER / "venv" / "bin" / "python"
    made_for, wanted = _FOLDER / "requirements", "\n".join(REQUIREMENTS)
    if made_for.exists() and made_for.read_text() == wanted:
        return str(python)
    venv.create(_FOLDER / "venv", with_pip=True, clear=True)
    try:
        command = [str(python), "-m", "pip", "install", "-q", *REQUIREMENTS]
        subprocess.run(command, check=True, timeout=_INSTALL_SECONDS, capture_output=True)
    except (subprocess.SubprocessError, OSError) as error:
        raise NoPipecat(getattr(error, "stderr", None) or str(error)) from error
    made_for.write_text(wanted)
    return str(python)
