"""Runs a program that does not outlive the process that started it, even if that one is killed.

The new process asks the kernel for SIGTERM at its parent's death (prctl(2), PR_SET_PDEATHSIG; Linux only), then
becomes the program. Doing this after the exec and not in `preexec_fn` keeps fork handlers and locks of a threaded
parent out of it. The kernel means the parent's thread: start programs from the main thread.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def bound(command: list[str]) -> list[str]:
    """Returns the command line that runs `command` (first item: an absolute path) bound to this process."""
    if sys.platform != "linux":
        return command
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


def main() -> None:
    """Binds this process to its parent and becomes the program; arguments: the parent's id, the command."""
    parent, *command = sys.argv[1:]
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):
        sys.exit(1)  # the parent ended before the kernel was asked
    os.execv(command[0], command)  # noqa: S606 - becoming the program is the purpose


if __name__ == "__main__":
    main()
