"""The composition root: the only place that names engines. Each is imported only where it is chosen."""

import os
from dataclasses import dataclass
from typing import Final

from pydantic import SecretStr

from audio.voice import Voice
from speech.config import Settings
from speech.engine import SpeechToTextEngine, TextToSpeechEngine
from speech.workers import Workers

_THREADS: Final = min(os.cpu_count() or 1, 4)


@dataclass(frozen=True)
class Engines:
    """Holds the two engines of a server."""

    speech_to_text: SpeechToTextEngine
    text_to_speech: TextToSpeechEngine

    async def prepare(self) -> None:
        """Loads what they need.

        Raises:
            EngineFailedError: One cannot work here.
        """
        await self.speech_to_text.prepare()
        await self.text_to_speech.prepare()

    async def close(self) -> None:
        """Lets go of what they hold."""
        await self.speech_to_text.close()
        await self.text_to_speech.close()


def engines(settings: Settings) -> Engines:
    """Makes the engines that the settings name."""
    return Engines(_speech_to_text(settings), _text_to_speech(settings))


# ruff: noqa: PLC0415 - the engines' packages take up to a second to import, or are not installed


def _speech_to_text(settings: Settings) -> SpeechToTextEngine:
    match settings.stt_engine:
        case "openai":
            from speech.engines.openai_provider import Provider
            from speech.engines.openai_speech_to_text import OpenAISpeechToText

            key, base_url = _place(settings, settings.openai_stt_api_key, settings.openai_stt_base_url)
            provider = Provider(key, base_url, settings.openai_speech_timeout_seconds)
            return OpenAISpeechToText(provider, settings.openai_stt_model)
        case "faster-whisper":
            from speech.engines.faster_whisper import FasterWhisperSpeechToText

            return FasterWhisperSpeechToText(settings.whisper_model, settings.whisper_vad, Workers(1))
        case "instant":
            from speech.engines.instant import InstantSpeechToText

            return InstantSpeechToText()
        case "sandbox-voice":
            from speech.engines.sandbox_voice import SandboxVoiceSpeechToText

            return SandboxVoiceSpeechToText(Workers(_THREADS))


def _text_to_speech(settings: Settings) -> TextToSpeechEngine:
    voice = Voice(settings.espeak_pitch, settings.espeak_speed)
    match settings.tts_engine:
        case "openai":
            from speech.engines.openai_provider import Provider
            from speech.engines.openai_text_to_speech import OpenAITextToSpeech

            key, base_url = _place(settings, settings.openai_tts_api_key, settings.openai_tts_base_url)
            provider = Provider(key, base_url, settings.openai_speech_timeout_seconds)
            return OpenAITextToSpeech(provider, settings.openai_tts_model, settings.openai_tts_voice)
        case "espeak":
            from speech.engines.espeak import EspeakTextToSpeech

            return EspeakTextToSpeech(voice, Workers(_THREADS))
        case "instant":
            from speech.engines.instant import InstantTextToSpeech

            return InstantTextToSpeech()
        case "sandbox-voice":
            from speech.engines.sandbox_voice import SandboxVoiceTextToSpeech

            return SandboxVoiceTextToSpeech(voice, Workers(_THREADS))


def _place(settings: Settings, key: SecretStr | None, base_url: str | None) -> tuple[str, str | None]:
    """Returns key and address of a provider; the general key never goes to an address of its own."""
    if base_url is None:
        key = key or settings.openai_api_key
        base_url = settings.openai_base_url
    return (key.get_secret_value() if key else "none"), base_url
