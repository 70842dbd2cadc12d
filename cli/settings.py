"""The settings that the command itself reads, from the environment or `.env`; the programs read their own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from cli.errors import UsageError

Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """What can be set. An environment variable has the field's name in capitals; empty means not set."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    http_port: Port = 8000
    """The gateway's port."""
    grpc_port: Port = 50050
    """The orchestrator's port."""
    speech_port: Port = 50051
    """The port of the speech server that `serve` starts if GRPC_STT_URL or GRPC_TTS_URL is not set."""
    data_dir: Path = Path(".data")
    """Where the embedded Redis keeps its data, and the sandbox its logs."""

    redis_url: str = ""
    redis_host: str = ""
    redis_port: int | None = None
    redis_db: int | None = None
    grpc_stt_url: str = ""
    grpc_tts_url: str = ""

    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_from_phone: str = ""
    twilio_api_base_url: str = "https://api.twilio.com"
    public_base_url: str = ""
    twilio_webhook_url: str = ""
    spring_boot_url: str = ""

    openai_api_key: str = ""
    openai_model: str = "gpt-6-luna"
    openai_base_url: str = ""
    stt_engine: str = "sandbox-voice"
    tts_engine: str = "sandbox-voice"
    openai_stt_model: str = "gpt-transcribe"
    openai_stt_base_url: str = ""
    openai_tts_model: str = "gpt-4o-mini-tts"
    openai_tts_base_url: str = ""
    alarm_urls: str = ""
    embeddings: str = ""

    @property
    def external_redis_url(self) -> str:
        """The URL of a Redis that somebody else manages; empty if nothing names one."""
        if self.redis_url or not (self.redis_host or self.redis_port or self.redis_db):
            return self.redis_url
        return f"redis://{self.redis_host or '127.0.0.1'}:{self.redis_port or 6379}/{self.redis_db or 0}"

    @property
    def needs_speech_server(self) -> bool:
        """Whether one of the two speech services is nobody else's."""
        return not (self.grpc_stt_url and self.grpc_tts_url)


def read() -> Settings:
    """Reads the settings.

    Raises:
        UsageError: One is wrong; the text names the variable.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"]).upper()
        raise UsageError(f"{name}: {first['msg']}") from None
