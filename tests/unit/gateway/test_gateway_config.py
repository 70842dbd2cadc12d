"""Settings from the environment."""

import pytest
from pydantic import ValidationError

from gateway.config import Settings, complaint


@pytest.fixture
def environment(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # no .env
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


def test_defaults(environment):
    settings = Settings()
    assert settings.http_host == "127.0.0.1"
    assert settings.http_port == 8000
    assert settings.public_base_url == "http://127.0.0.1:8000"
    assert settings.orchestrator_url == "127.0.0.1:50050"
    assert settings.twilio_auth_token is None
    assert settings.api_token is None
    assert settings.stream_batch_milliseconds == 60
    assert settings.stream_busy_batch_milliseconds == 100


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("PUBLIC_BASE_URL", "https://calls.example.org/", "public_base_url", "https://calls.example.org"),
        ("PUBLIC_BASE_URL", "https://example.org:8443/calling", "public_base_url", "https://example.org:8443/calling"),
        ("TWILIO_WEBHOOK_URL", "https://old.example.org", "public_base_url", "https://old.example.org"),
        ("ORCHESTRATOR_URL", "grpc://orchestrator:50050", "orchestrator_url", "orchestrator:50050"),
        ("ORCHESTRATOR_URL", "http://10.0.0.1:50050/", "orchestrator_url", "10.0.0.1:50050"),
        ("FALLBACK_BASE_URL", "https://other.example.org/", "fallback_base_url", "https://other.example.org"),
        ("FALLBACK_BASE_URL", "", "fallback_base_url", None),
        ("ORCHESTRATOR_URL", "grpc://10.0.0.1:1,10.0.0.2:2", "orchestrator_url", "10.0.0.1:1,10.0.0.2:2"),
        ("ORCHESTRATOR_URL", "[::1]:50050", "orchestrator_url", "[::1]:50050"),
        ("ORCHESTRATOR_URL", "10.0.0.1:1,10.0.0.2:2", "orchestrator_url", "10.0.0.1:1,10.0.0.2:2"),
        ("ORCHESTRATOR_URL", "dns://10.0.0.1/orchestrator:1", "orchestrator_url", "dns://10.0.0.1/orchestrator:1"),
        ("HTTP_PORT", "0", "http_port", 0),
        ("HTTP_PORT", "", "http_port", 8000),
        ("TWILIO_AUTH_TOKEN", "", "twilio_auth_token", None),
        ("LOG_LEVEL", "debug", "log_level", "DEBUG"),
    ],
)
def test_read(environment, name, value, field, expected):
    environment.setenv(name, value)
    assert getattr(Settings(), field) == expected


def test_newer_name_wins(environment):
    environment.setenv("TWILIO_WEBHOOK_URL", "https://old.example.org")
    environment.setenv("PUBLIC_BASE_URL", "https://new.example.org")
    assert Settings().public_base_url == "https://new.example.org"


def test_dot_env(environment, tmp_path):
    (tmp_path / ".env").write_text("HTTP_PORT=9000\nREDIS_URL=redis://x\n")
    assert Settings().http_port == 9000


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("HTTP_PORT", "70000", "HTTP_PORT: Input should be less than or equal to 65535"),
        ("PUBLIC_BASE_URL", "calls.example.org", "PUBLIC_BASE_URL: must be an http:// or https:// URL"),
        ("PUBLIC_BASE_URL", "ftp://calls.example.org", "PUBLIC_BASE_URL: must be"),
        ("PUBLIC_BASE_URL", "https://user:pw@calls.example.org", "PUBLIC_BASE_URL: must be"),
        ("PUBLIC_BASE_URL", "https://calls.example.org/?x=1", "PUBLIC_BASE_URL: must be"),
        ("PUBLIC_BASE_URL", "https://calls.example.org:99999", "PUBLIC_BASE_URL: "),
        ("TWILIO_WEBHOOK_URL", "https://", "PUBLIC_BASE_URL: must be an http:// or https:// URL without user, query"),
        ("ORCHESTRATOR_URL", "orchestrator", "ORCHESTRATOR_URL: must be host:port"),
        ("ORCHESTRATOR_URL", "orchestrator:0", "ORCHESTRATOR_URL: must be host:port"),
        ("ORCHESTRATOR_URL", "10.0.0.1:1,", "ORCHESTRATOR_URL: must be host:port"),
        ("ORCHESTRATOR_URL", "a b:1", "ORCHESTRATOR_URL: must be host:port"),
        (
            "ORCHESTRATOR_URL",
            "one:1,two:1",
            "ORCHESTRATOR_URL: must be one name, or addresses of one kind: a name may stand for several",
        ),
        ("LOG_FORMAT", "xml", "LOG_FORMAT: Input should be 'json' or 'console'"),
        ("STREAM_BATCH_MILLISECONDS", "5", "STREAM_BATCH_MILLISECONDS: Input should be greater than or equal to 20"),
        ("DRAIN_DELAY_SECONDS", "-1", "DRAIN_DELAY_SECONDS: Input should be greater than or equal to 0"),
    ],
)
def test_wrong(environment, name, value, message):
    environment.setenv(name, value)
    with pytest.raises(ValidationError) as wrong:
        Settings()
    line = complaint(wrong.value)
    assert line.startswith(message)
    assert "\n" not in line
    assert "pw" not in line


def test_tokens_are_not_shown(environment):
    environment.setenv("TWILIO_AUTH_TOKEN", "geheim-1")
    environment.setenv("API_TOKEN", "geheim-2")
    assert "geheim" not in repr(Settings())
