"""`python -m tests.chaos.counted FILE MODULE`: runs a program that writes how many tasks it has at each SIGUSR1."""

from __future__ import annotations

import asyncio
import runpy
import signal
import sys
from pathlib import Path


def main() -> None:
    """Installs the handler and becomes the program."""
    file, module = sys.argv[1:]

    def tell(_number: int, _frame: object) -> None:
        try:
            count = len(asyncio.all_tasks())
        except RuntimeError:
            return  # its loop does not run at this moment
        Path(file).write_text(str(count), encoding="ascii")

    signal.signal(signal.SIGUSR1, tell)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
