"""What a person at the terminal gets to see when something is wrong: one line, and an exit status."""

import errno
import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli import main, sandbox_system
from cli.embedded_redis import EmbeddedRedis
from cli.ports import free_ports
from sandbox.gateway_client import ConsultationRefused
from tests.fakes.receive_payloads import full_payload


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # no `.env` of a developer


def command(*words: str | Path) -> Result:
    return CliRunner().invoke(main.app, [str(word) for word in words])


def assert_one_line(result: Result, status: int, line: str) -> None:
    assert result.stderr == f"calling-orchestrator: {line}\n"
    assert result.stdout == ""
    assert result.exit_code == status


def test_version() -> None:
    assert command("version").stdout == "0.1.0\n"


def test_help_lists_the_commands() -> None:
    listing = command("--help").stdout
    for name in ("serve", "sandbox", "call", "watch", "transcript", "summary", "doctor", "version"):
        assert f" {name} " in listing


@pytest.mark.parametrize("words", [["watch", "1"], ["transcript", "1"], ["summary", "1"]])
def test_an_orchestrator_that_is_not_there(words: list[str]) -> None:
    result = command(*words, "--address", "grpc://127.0.0.1:1")
    assert_one_line(result, 1, "grpc://127.0.0.1:1: The orchestrator does not answer. Try again later.")


def test_a_payload_that_is_not_there() -> None:
    assert_one_line(command("call", "nowhere.json"), 2, "nowhere.json: No such file or directory")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"{", "The body is not valid JSON: EOF while parsing an object at line 1 column 1."),
        ("안녕".encode("euc-kr"), "is not UTF-8"),
        (json.dumps(full_payload() | {"name": 3}).encode(), "name must be a string."),
    ],
)
def test_a_payload_that_is_none(content: bytes, complaint: str) -> None:
    Path("receive.json").write_bytes(content)
    assert_one_line(command("call", "receive.json"), 2, f"receive.json: {complaint}")


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PORT", "eighty")
    result = command("serve")
    assert result.stderr.startswith("calling-orchestrator: HTTP_PORT: ")
    assert result.stderr.count("\n") == 1
    assert result.exit_code == 2


@pytest.fixture
def own_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, port in zip(("HTTP_PORT", "GRPC_PORT", "SPEECH_PORT"), free_ports(3), strict=True):
        monkeypatch.setenv(name, str(port))


@pytest.mark.usefixtures("own_ports")
@pytest.mark.parametrize("setting", ["HTTP_PORT", "GRPC_PORT", "SPEECH_PORT"])
def test_a_taken_port_is_named_with_its_setting(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv(setting, str(port))
        result = command("serve")
    assert_one_line(result, 1, f"port {port} is taken: stop what uses it, or set {setting} to another")


@pytest.mark.usefixtures("own_ports")
def test_a_data_directory_in_use_is_one_line(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / ".data" / "redis"):
        result = command("serve")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"calling-orchestrator: {tmp_path}/.data/redis is in use by the Redis server with")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["run", "call"])
def test_sandbox_files_that_are_not_there(name: str) -> None:
    assert_one_line(command("sandbox", name, "--payload", "no.json"), 2, "no.json: No such file or directory")
    assert_one_line(command("sandbox", name, "--callee", "no.json"), 2, "no.json: No such file or directory")


def test_a_callee_with_a_wrong_field_is_named() -> None:
    Path("callee.json").write_text(json.dumps({"turns": [{"say": "네"}, {"shout": "네"}]}))
    result = command("sandbox", "call", "--callee", "callee.json")
    assert result.exit_code == 2
    assert result.stderr.startswith("calling-orchestrator: callee.json: turns[1].shout: ")
    assert result.stderr.count("\n") == 1


def test_a_report_that_cannot_be_written_is_said_before_the_call() -> None:
    Path("file").touch()
    result = command("sandbox", "call", "--json", "file/out.json")
    assert_one_line(result, 2, "file/out.files: Not a directory")


@pytest.mark.usefixtures("own_ports")
def test_the_sandbox_names_a_taken_port_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("HTTP_PORT", str(port))
        result = command("sandbox", "run", "--once")
    assert_one_line(result, 1, f"port {port} is taken: stop what uses it, or set HTTP_PORT to another")


def test_a_full_disk_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sandbox_system.tempfile, "TemporaryDirectory", full)
    assert_one_line(command("sandbox", "call"), 1, "the disk is full")


@pytest.mark.parametrize(
    ("status", "answer", "exit_status", "told"),
    [
        (400, '{"error": {"reason": "INVALID_FIELD", "message": "phone is missing."}}', 2, "phone is missing."),
        (503, '{"error": {"reason": "STORE_UNAVAILABLE", "message": "Try again."}}', 1, "Try again."),
        (None, "no answer from the gateway", 1, "no answer from the gateway"),
        (502, "[]", 1, "[]"),
    ],
)
def test_a_refused_payload_is_told_in_the_words_of_the_gateway(
    status: int | None, answer: str, exit_status: int, told: str
) -> None:
    error = sandbox_system.refusal(ConsultationRefused(status, answer))
    assert (error.exit_status, str(error)) == (exit_status, f"the gateway refused the payload: {told}")
