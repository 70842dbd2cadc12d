"""OpenAI's `audio/speech`, or that of any server that is compatible with it.

OpenAI itself ends it on 6 January 2027 (its deprecations page); other providers and local servers keep it.
"""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Any, Final

from openai import omit

from audio import wav
from audio.wav import Recording
from speech.engines.live_wav import LiveWav
from speech.engines.openai_provider import Provider, asking

NAME: Final = "openai"

_MAX_SPEECH_BYTES: Final = 64 * 1024 * 1024
_MAX_SPEECH_SECONDS: Final = 1800.0


class OpenAITextToSpeech:
    """Speaks texts.

    Args:
        provider: The server.
        model: Its name of the model.
        voice: Its name of the default voice.
    """

    name = NAME

    def __init__(self, provider: Provider, model: str, voice: str) -> None:
        self._client = provider.client()
        self._timeout = provider.timeout
        self._model = model
        self._voice = voice

    async def prepare(self) -> None:
        """Asks nothing: a provider that is down at start may be up at the first call."""

    async def synthesize(self, text: str, voice: str, speaking_rate: float) -> Recording:
        """Fetches the speech as a WAV file, at whatever rate the provider speaks."""
        async with asking(self._timeout):
            response = await self._client.audio.speech.create(**self._request(text, voice, speaking_rate))
            return wav.read(response.content, max_bytes=_MAX_SPEECH_BYTES, max_seconds=_MAX_SPEECH_SECONDS)

    async def synthesize_stream(self, text: str, voice: str, speaking_rate: float) -> AsyncGenerator[Recording]:
        """Fetches the same file, and hands out what is there of it."""
        speech = self._client.audio.speech.with_streaming_response
        async with AsyncExitStack() as stack:
            async with asking(self._timeout):
                request = speech.create(**self._request(text, voice, speaking_rate))
                response = await stack.enter_async_context(request)
            chunks, file = response.iter_bytes(), LiveWav()
            chunk: bytes | None = b""
            while chunk is not None:
                async with asking(self._timeout):
                    chunk = await anext(chunks, None)
                    piece = file.finish() if chunk is None else file.feed(chunk)
                if piece is not None:
                    yield piece

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.close()

    def _request(self, text: str, voice: str, speaking_rate: float) -> dict[str, Any]:
        return {
            "input": text,
            "model": self._model,
            "voice": voice or self._voice,
            "response_format": "wav",
            "speed": speaking_rate if speaking_rate != 1.0 else omit,
        }
