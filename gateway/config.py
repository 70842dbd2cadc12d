"""The gateway's settings, from the environment or `.env`. Read by `__main__` only."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.orchestrator_target import address


def _web_address(value: str) -> str:
    """Returns a base URL without its trailing slash, as every other URL is appended to it."""
    parts = urlsplit(value)
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
        raise ValueError(
            "must be an http:// or https:// URL without user, query or fragment (TWILIO_WEBHOOK_URL is its older name)"
        )
    _ = parts.port  # raises ValueError if it is none
    return value.rstrip("/")


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


class Settings(BaseSettings):
    """Everything that can be set. An environment variable has the field's name in capitals; empty means not set."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", populate_by_name=True, frozen=True
    )

    http_host: str = "127.0.0.1"
    """Where to listen; `0.0.0.0` for all interfaces (then set API_TOKEN)."""
    http_port: int = Field(8000, ge=0, le=65535)
    """0 takes a free port."""
    public_base_url: Annotated[str, AfterValidator(_web_address)] = Field(
        "http://127.0.0.1:8000", validation_alias=AliasChoices("PUBLIC_BASE_URL", "TWILIO_WEBHOOK_URL")
    )
    """How Twilio reaches this gateway: the base of every URL in TwiML, and what Twilio's signatures are checked
    against."""
    fallback_base_url: Annotated[str, AfterValidator(_web_address)] | None = None
    """The same under another host name: Twilio comes by it when it does not reach the first one."""
    orchestrator_url: Annotated[str, AfterValidator(address)] = "127.0.0.1:50050"
    """Where orchestrators are: `host:port`, several addresses, or a `dns:` target (see `orchestrator_target`)."""
    twilio_auth_token: SecretStr | None = None
    """Checks Twilio's signatures. Without it every Twilio path answers 403."""
    api_token: SecretStr | None = None
    """If set, the backend's paths need `Authorization: Bearer <token>`."""
    drain_delay_seconds: float = Field(0.0, ge=0, le=120)
    """How long `/readyz` says 503 before the gateway stops accepting: what a load balancer needs to notice."""
    stream_batch_milliseconds: int = Field(60, ge=20, le=500)
    """How much of a callee's audio is sent to the orchestrator together: less is quicker, more is cheaper."""
    stream_busy_batch_milliseconds: int = Field(100, ge=20, le=500)
    """The same with many streams at this gateway (see `media_batch`); less than the other means as much."""
    most_loop_lag_seconds: float = Field(0.1, gt=0, le=10)
    """A gateway whose event loop is later than this carries no new stream: those calls go on turn by turn."""
    log_format: Literal["json", "console"] = "json"
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = "INFO"

    @property
    def base_urls(self) -> tuple[str, ...]:
        """Every base under which Twilio comes."""
        return (self.public_base_url, *filter(None, [self.fallback_base_url]))


def complaint(error: ValidationError) -> str:
    """Returns one line that names the first wrong variable and says what is wrong; never its value."""
    first = error.errors(include_input=False, include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"]).upper()
    return f"{name}: {first['msg'].removeprefix('Value error, ')}"
