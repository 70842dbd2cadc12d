import json
import socket
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import ANY

import pytest
import redis
from typer.testing import CliRunner

from cli import main
from cli.ports import free_ports
from tests.fakes.redis_worlds import SEVERAL_SERVERS


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, port in zip(("HTTP_PORT", "GRPC_PORT", "SPEECH_PORT"), free_ports(3), strict=True):
        monkeypatch.setenv(name, str(port))


@pytest.fixture
def memory_policy(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as client:
        yield client
        client.config_set("maxmemory-policy", "noeviction")


def findings() -> tuple[int, dict[str, tuple[str, str]]]:
    result = CliRunner().invoke(main.app, ["doctor", "--json"])
    found = {each["subject"]: (each["grade"], each["text"]) for each in json.loads(result.stdout)}
    return result.exit_code, found


def test_a_bare_machine_is_ready_for_the_sandbox_and_told_what_real_calls_need() -> None:
    status, found = findings()
    assert status == 0
    assert found["Redis"][0] == "ok"
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "PUBLIC_BASE_URL", "SPRING_BOOT_URL", "OPENAI_API_KEY"):
        assert found[name][0] == "warning"


@pytest.mark.parametrize("chosen", ["auto", "off", "openai"])
def test_it_says_whether_meaning_is_compared_and_what_is_lost_without(
    chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBEDDINGS", chosen)
    grade, text = findings()[1]["EMBEDDINGS"]
    assert (grade, "only words are compared" in text) == (("warning", True) if chosen == "off" else ("ok", False))


def test_a_machine_without_the_extra_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.doctor.find_spec", lambda _: None)
    assert findings()[1]["EMBEDDINGS"][0] == "warning"


def test_a_durable_redis_is_fine(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", redis_url)
    grade, text = findings()[1]["Redis"]
    assert grade == "ok"
    assert text.endswith("append-only file on, noeviction")


@pytest.mark.parametrize("kind", SEVERAL_SERVERS)
def test_a_redis_of_any_kind_is_found(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", request.getfixturevalue(f"{kind}_url"))
    assert findings()[1]["Redis"] == ("warning", ANY)  # those of the tests keep nothing on disk


def test_a_redis_that_may_drop_consultations_is_a_problem(
    redis_url: str, memory_policy: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory_policy.config_set("maxmemory-policy", "allkeys-lru")
    monkeypatch.setenv("REDIS_URL", redis_url)
    status, found = findings()
    assert status == 1
    assert found["Redis"][0] == "problem"
    assert "set maxmemory-policy noeviction" in found["Redis"][1]


def test_a_redis_that_is_not_there_is_a_problem_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://:secret@127.0.0.1:1/0")
    status, found = findings()
    assert status == 1
    assert found["Redis"] == ("problem", "REDIS_URL: does not answer (ConnectionError)")


def test_speech_servers_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("GRPC_STT_URL", f"grpc://127.0.0.1:{port}")
        monkeypatch.setenv("GRPC_TTS_URL", "127.0.0.1:1")
        status, found = findings()
    assert status == 1
    assert found["GRPC_STT_URL"] == ("ok", f"127.0.0.1:{port} answers")
    assert found["GRPC_TTS_URL"] == ("problem", "127.0.0.1:1 does not answer")


def test_a_taken_port_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("GRPC_PORT", str(server.getsockname()[1]))
        assert findings()[1]["GRPC_PORT"][0] == "warning"


def test_for_people_it_is_a_table() -> None:
    result = CliRunner().invoke(main.app, ["doctor"])
    assert result.exit_code == 0
    assert "not set: the built-in rules answer" in result.stdout
