"""The worlds that contract suites run in."""

import socket
import subprocess
import time
from collections.abc import Iterator

import pytest

from cli.redis_server import find_redis_server


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def ask(port: int, command: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(command.encode() + b"\r\n")
        return connection.recv(65536)


@pytest.fixture(scope="session")
def cluster_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a cluster of one node: it refuses what does not lie in one slot, as a large one does."""
    port = free_port()
    command = [find_redis_server().path, "--port", port, "--cluster-enabled", "yes", "--cluster-port", free_port()]
    server = subprocess.Popen(
        [str(part) for part in (*command, "--bind", "127.0.0.1", "--save", "", "--loglevel", "warning")],
        cwd=tmp_path_factory.mktemp("cluster"),
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                if b"cluster_state:ok" in ask(port, "CLUSTER INFO"):
                    break
                ask(port, "CLUSTER ADDSLOTSRANGE 0 16383")
            except OSError:
                pass
            assert time.monotonic() < deadline, "the cluster did not start"
            time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture(scope="session")
def cluster_url(cluster_server: int) -> str:
    return f"redis+cluster://127.0.0.1:{cluster_server}"
