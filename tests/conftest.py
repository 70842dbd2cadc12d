"""What every test can have: a Redis server of its own, a clean environment, and no task left behind."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from urllib.parse import unquote, urlsplit

import pytest
from pytest_asyncio import is_async_test

from cli.embedded_redis import EmbeddedRedis
from tests.fakes.redis_cluster import RealCluster, cluster_of_one
from tests.fakes.redis_sentinels import WatchedRedis

# Settings of the programs: a developer's own must not change what a test sees.
_SETTINGS = (
    "TWILIO_",
    "OPENAI_",
    "REDIS_",
    "GRPC_",
    "STREAM_",
    "CONVERSATION_",
    "STT_",
    "TTS_",
    "LOG_",
    "SPEECH_",
    "ESPEAK_",
    "HTTP_",
    "ALARM_",
    "HAND_OVER_",
    "INSTITUTION_",
    "EMBEDDINGS",
    "CALLS_",
    "MOST_",
    "RESULT_",
)
_SETTING_NAMES = {
    "SPRING_BOOT_URL", "PUBLIC_BASE_URL", "FALLBACK_BASE_URL", "ORCHESTRATOR_URL", "API_TOKEN", "ROLE", "DATA_DIR",
    "DRAIN_SECONDS", "DRAIN_DELAY_SECONDS",
}  # fmt: skip


def pytest_configure() -> None:
    for name in list(os.environ):
        if name.startswith(_SETTINGS) or name in _SETTING_NAMES:
            del os.environ[name]


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis server of this worker process, empty at the start of each test that uses it."""
    with EmbeddedRedis(tmp_path_factory.mktemp("redis")) as redis:
        yield redis.url


@pytest.fixture(scope="session")
def cluster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis Cluster of one node."""
    with cluster_of_one(tmp_path_factory.mktemp("redis-cluster-of-one")) as url:
        yield url


@pytest.fixture(scope="session")
def whole_cluster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis Cluster of three masters and their replicas."""
    with RealCluster(tmp_path_factory.mktemp("redis-cluster")) as cluster:
        yield cluster.url


@pytest.fixture(scope="session")
def sentinel_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis master that three sentinels watch over."""
    with WatchedRedis(tmp_path_factory.mktemp("redis-sentinel")) as watched:
        yield watched.url


@pytest.fixture(autouse=True)
def _empty_redis(request: pytest.FixtureRequest) -> None:
    if "redis_url" in request.fixturenames:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(unquote(urlsplit(request.getfixturevalue("redis_url")).path))
            connection.sendall(b"FLUSHALL\r\n")
            assert connection.recv(64) == b"+OK\r\n"


@pytest.fixture(autouse=True)
def _tasks_are_owned(request: pytest.FixtureRequest) -> None:
    if is_async_test(request.node):
        request.getfixturevalue("_no_task_left")


@pytest.fixture
async def _no_task_left() -> AsyncIterator[None]:
    """Fails the test that leaves a task running: every task has an owner that awaits or cancels it."""
    yield
    left = asyncio.all_tasks() - {asyncio.current_task()}
    if left:  # what was cancelled last may still be on its way out
        _, left = await asyncio.wait(left, timeout=0.5)
    for task in left:
        task.cancel()
    assert not left, f"the test left tasks running: {left}"
