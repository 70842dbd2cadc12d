"""TCP ports on this machine."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from cli.errors import CommandError


class PortTakenError(CommandError):
    """A port is in use by another program; the text names the port and the setting that changes it."""


def ensure_free(port: int, setting: str) -> None:
    """Raises PortTakenError if a program listens on a port.

    Asked before the program that wants the port is started: a gRPC server would share the port silently.

    Args:
        port: The port.
        setting: Name of the setting that chooses it, for the error.
    """
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("0.0.0.0", port))  # noqa: S104 - tried, not served
        except OSError:
            raise PortTakenError(f"port {port} is taken: stop what uses it, or set {setting} to another") from None


def free_ports(count: int) -> list[int]:
    """Returns ports of the loopback interface that no program listens on, all different."""
    with ExitStack() as stack:
        candidates = [stack.enter_context(socket.socket()) for _ in range(count)]
        for candidate in candidates:
            candidate.bind(("127.0.0.1", 0))
        return [candidate.getsockname()[1] for candidate in candidates]
