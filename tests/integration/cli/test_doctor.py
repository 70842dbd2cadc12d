import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Iterator
from datetime import date
from pathlib import Path
from unittest.mock import ANY

import aiohttp
import pytest
import redis
from aiohttp import web
from typer.testing import CliRunner

from cli import accounts, main
from cli.doctor import redis_properties
from cli.findings import Finding
from cli.ports import free_ports
from cli.settings import Settings
from tests.fakes.http_server import HttpServer
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


def test_a_master_that_goes_on_without_its_replicas_is_warned_of(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        info = client.info()
        assert redis_properties(info | {"connected_slaves": 1}).grade == "warning"
        client.config_set("min-replicas-to-write", 1)
        try:
            assert redis_properties(client.info() | {"connected_slaves": 1}).grade == "ok"
        finally:
            client.config_set("min-replicas-to-write", 0)


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
    grade, text = found["Redis"]
    assert grade == "problem"
    assert text.startswith("REDIS_URL: does not answer (ConnectionError): start it, or leave REDIS_URL empty")


def test_speech_servers_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("GRPC_STT_URL", f"grpc://127.0.0.1:{port}")
        monkeypatch.setenv("GRPC_TTS_URL", "127.0.0.1:1")
        status, found = findings()
    assert status == 1
    assert found["GRPC_STT_URL"] == ("ok", f"127.0.0.1:{port} answers")
    grade, text = found["GRPC_TTS_URL"]
    assert grade == "problem"
    assert text.startswith("127.0.0.1:1 does not answer: start it, or leave GRPC_TTS_URL empty")


def test_a_taken_port_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("GRPC_PORT", str(server.getsockname()[1]))
        assert findings()[1]["GRPC_PORT"][0] == "warning"


def test_for_people_it_is_a_table() -> None:
    result = CliRunner().invoke(main.app, ["doctor"])
    assert result.exit_code == 0
    assert "not set: the built-in rules answer" in result.stdout


# Accounts.

SID, TOKEN = "AC" + "0" * 32, "secret"


class Provider(HttpServer):
    """Twilio's accounts and OpenAI's models, as far as they are looked up."""

    def __init__(self, account: object = None, model: object = None, *, status: int = 200) -> None:
        self.answers = {"Accounts": account or {}, "models": model or {}}
        self.status = status
        self.authorizations: list[str] = []

    async def handle(self, request: web.Request) -> web.Response:
        self.authorizations.append(request.headers.get("Authorization", ""))
        kind = "Accounts" if "Accounts" in request.path else "models"
        return web.json_response(self.answers[kind], status=self.status)


def asked_of(look_up: Callable[[str], Awaitable[Finding]], provider: Provider) -> Finding:
    async def asked() -> Finding:
        async with provider:
            return await look_up(provider.url)

    return asyncio.run(asked())


def account(sid: str = SID) -> Callable[[str], Awaitable[Finding]]:
    return lambda url: accounts.twilio_account(url, sid, TOKEN)


def model(name: str) -> Callable[[str], Awaitable[Finding]]:
    return lambda url: accounts.language_model(f"{url}/v1", "sk-secret", name)


def test_an_account_that_twilio_knows() -> None:
    provider = Provider({"type": "Full"})
    assert asked_of(account(), provider).grade == "ok"
    assert provider.authorizations == [aiohttp.encode_basic_auth(SID, TOKEN)]


@pytest.mark.parametrize("sid", ["", "SK" + "0" * 32, SID[:-1], "+821012345678"])
def test_what_is_no_account_sid_is_not_sent_anywhere(sid: str) -> None:
    provider = Provider({"type": "Full"})
    assert asked_of(account(sid), provider).grade == "problem"
    assert provider.authorizations == []


@pytest.mark.parametrize(
    ("provider", "grade", "told"),
    [
        (Provider(status=401), "problem", "do not belong together"),
        (Provider({"type": "Trial"}), "warning", "verified numbers only"),
        (Provider(status=503), "warning", "answers 503"),
    ],
)
def test_an_account_that_will_not_do(provider: Provider, grade: str, told: str) -> None:
    found = asked_of(account(), provider)
    assert (found.grade, told in found.text) == (grade, True)
    assert TOKEN not in found.text


@pytest.mark.parametrize(
    ("provider", "grade", "told"),
    [
        (Provider(model={"id": "m"}), "ok", "set, model m"),
        (Provider(model={"id": "m", "shutdown_date": "2027-01-14"}), "warning", "shut down on 2027-01-14"),
        (Provider(model={"id": "m", "shutdown_date": None}), "ok", "set, model m"),
        (Provider(status=401), "problem", "refused"),
        (Provider(status=404), "ok", "answers 404"),
    ],
)
def test_the_language_model_is_asked_for(provider: Provider, grade: str, told: str) -> None:
    found = asked_of(model("m"), provider)
    assert (found.grade, told in found.text) == (grade, True)
    assert "sk-secret" not in found.text


def test_a_server_that_is_not_there_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("TWILIO_API_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", SID)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    status, found = findings()
    assert status == 1
    assert found["OPENAI_API_KEY"][0] == found["TWILIO_ACCOUNT_SID"][0] == "problem"
    assert found["TWILIO_FROM_PHONE"] == ("warning", "not set: no real calls")
    assert found["STT_ENGINE"][0] == "problem"  # the sandbox's voice is for the sandbox


def test_it_says_when_a_speech_model_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTS_ENGINE", "openai")
    grade, text = findings()[1]["TTS_ENGINE"]
    assert (grade, "2027-01-06" in text, "OPENAI_TTS_BASE_URL" in text) == ("warning", True, True)
    monkeypatch.setenv("OPENAI_TTS_BASE_URL", "http://127.0.0.1:8880/v1")
    assert findings()[1]["TTS_ENGINE"] == ("ok", "openai")


def test_the_defaults_outlive_what_was_announced() -> None:
    own = Settings.model_fields
    assert [accounts.end_of(own[name].default) for name in ("openai_model", "openai_stt_model")] == [None, None]
    assert accounts.end_of("gpt-4o-mini") == date(2027, 1, 14)
