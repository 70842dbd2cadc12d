"""The API's rules about requests that are not about audio, as the protos' comments state them."""

import math
from dataclasses import dataclass
from typing import Final

from calling.v1 import speech_to_text_service_pb2 as stt
from calling.v1 import text_to_speech_service_pb2 as tts
from speech.errors import InvalidFieldError

MAX_TEXT: Final = 4000
MAX_HINTS: Final = 500

_LANGUAGES: Final = frozenset({"", "ko", "ko-kr"})
_SLOWEST, _FASTEST = 0.5, 2.0


@dataclass(frozen=True)
class Delivery:
    """Says how a text is spoken."""

    voice: str
    speaking_rate: float


def hints_of(config: stt.RecognitionConfig) -> tuple[str, ...]:
    """Checks a recognition's config and returns its hints."""
    _check_language(config.language_code)
    if len(config.hints) > MAX_HINTS:
        raise InvalidFieldError("config.hints", f"has more than {MAX_HINTS} entries")
    return tuple(config.hints)


def delivery_of(config: tts.SynthesisConfig) -> Delivery:
    """Checks a synthesis' config and fills in its defaults."""
    _check_language(config.language_code)
    rate = config.speaking_rate or 1.0
    if math.isnan(rate) or not _SLOWEST <= rate <= _FASTEST:
        raise InvalidFieldError("config.speaking_rate", "must be 0 or from 0.5 to 2")
    return Delivery(config.voice, rate)


def check_text(text: str) -> None:
    """Checks a whole text to be spoken."""
    if not text.strip():
        raise InvalidFieldError("text", "is empty")
    check_length(len(text))


def check_length(characters: int) -> None:
    """Checks how long a text has become."""
    if characters > MAX_TEXT:
        raise InvalidFieldError("text", f"has more than {MAX_TEXT} characters")


def _check_language(code: str) -> None:
    if code.lower() not in _LANGUAGES:
        raise InvalidFieldError("config.language_code", "must be empty or ko-KR")
