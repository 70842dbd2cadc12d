"""The speech server's settings, from the environment or `.env`. Read by `__main__` only."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SpeechToTextName = Literal["sandbox-voice", "openai", "faster-whisper", "instant"]
TextToSpeechName = Literal["sandbox-voice", "espeak", "openai", "instant"]


def _web_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must be an http:// or https:// URL")
    return value.rstrip("/")


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


WebAddress = Annotated[str, AfterValidator(_web_address)]


class Settings(BaseSettings):
    """Everything that can be set. An environment variable has the field's name in capitals; empty means not set."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    speech_host: str = "127.0.0.1"
    """Where to listen; `0.0.0.0` for all interfaces."""
    speech_port: int = Field(50051, ge=0, le=65535)
    """0 takes a free port."""
    stt_engine: SpeechToTextName = "sandbox-voice"
    """`sandbox-voice` is a test instrument that understands only the sandbox; `instant` is for measuring."""
    tts_engine: TextToSpeechName = "sandbox-voice"
    """`sandbox-voice` is a test instrument; `instant` is for measuring."""

    espeak_pitch: int = Field(50, ge=0, le=100)
    """The pitch of espeak's and the sandbox's voice."""
    espeak_speed: int = Field(160, ge=80, le=450)
    """Their speed in words a minute."""

    openai_api_key: SecretStr | None = None
    """Needed by the engine `openai`, unless OPENAI_BASE_URL or the ones below name a server that takes any key."""
    openai_base_url: WebAddress | None = None
    """A server compatible with OpenAI's, up to `/v1`."""
    openai_stt_base_url: WebAddress | None = None
    """The same for recognition only."""
    openai_stt_api_key: SecretStr | None = None
    openai_stt_model: str = "gpt-transcribe"
    openai_tts_base_url: WebAddress | None = None
    """The same for synthesis only."""
    openai_tts_api_key: SecretStr | None = None
    openai_tts_model: str = "gpt-4o-mini-tts"
    openai_tts_voice: str = "coral"
    openai_speech_timeout_seconds: float = Field(10.0, gt=0, le=120)
    """How long one request to the provider may take."""

    whisper_model: str = "base"
    """A directory, or a model's name, for the engine `faster-whisper`."""
    whisper_vad: bool = True
    """Cut silence out before recognising."""

    speech_max_rpcs: int = Field(200, ge=1)
    """How many RPCs run at once; more are refused as OVERLOADED."""
    speech_drain_seconds: float = Field(15.0, ge=0, le=600)
    """How long running RPCs may go on after SIGTERM."""
    log_format: Literal["json", "console"] = "json"
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = "INFO"

    @model_validator(mode="after")
    def _openai_needs_a_key(self) -> "Settings":
        keyless = self.openai_api_key is None and self.openai_base_url is None
        if self.stt_engine == "openai" and keyless and not (self.openai_stt_api_key or self.openai_stt_base_url):
            raise ValueError("OPENAI_API_KEY: must be set for STT_ENGINE=openai")
        if self.tts_engine == "openai" and keyless and not (self.openai_tts_api_key or self.openai_tts_base_url):
            raise ValueError("OPENAI_API_KEY: must be set for TTS_ENGINE=openai")
        return self


def complaint(error: ValidationError) -> str:
    """Returns one line that names the first wrong variable and says what is wrong; never its value."""
    first = error.errors(include_input=False, include_url=False)[0]
    message = first["msg"].removeprefix("Value error, ")
    name = ".".join(str(part) for part in first["loc"]).upper()
    return f"{name}: {message}" if name else message
