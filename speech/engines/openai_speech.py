"""OpenAI's `audio/transcriptions` and `audio/speech`, or those of any server that is compatible with them.

OpenAI itself ends `audio/speech` on 6 January 2027 (its deprecations page); other providers and local servers keep it.
"""

import asyncio
import math
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from openai import APIStatusError, AsyncOpenAI, OpenAIError, Timeout, omit
from openai.types.audio import Transcription

from audio import wav
from audio.wav import Recording
from observability import log
from speech.engine import Recognition
from speech.errors import EngineFailedError

NAME: Final = "openai"

LANGUAGE: Final = "ko"

_CONNECT_SECONDS: Final = 3.0
_MAX_SPEECH_BYTES: Final = 64 * 1024 * 1024
_MAX_SPEECH_SECONDS: Final = 1800.0
_MAX_RETRY_AFTER: Final = 60.0

logger = log.get(__name__)


@dataclass(frozen=True)
class Provider:
    """Says where the server is.

    Attributes:
        api_key: Its key; many local servers take any.
        base_url: Its address up to `/v1`; None for OpenAI's own.
        timeout: Seconds a whole request may take.
    """

    api_key: str
    base_url: str | None
    timeout: float

    def client(self) -> AsyncOpenAI:
        """Makes a client that does not retry: the callers have deadlines, and retry or do without."""
        timeout = Timeout(self.timeout, connect=min(_CONNECT_SECONDS, self.timeout))
        return AsyncOpenAI(api_key=self.api_key, base_url=self.base_url, max_retries=0, timeout=timeout)


class OpenAISpeechToText:
    """Recognises whole recordings.

    Args:
        provider: The server.
        model: Its name of the model.
    """

    name = NAME

    def __init__(self, provider: Provider, model: str) -> None:
        self._client = provider.client()
        self._timeout = provider.timeout
        self._model = model

    async def prepare(self) -> None:
        """Asks nothing: a provider that is down at start may be up at the first call."""

    async def recognize(self, recording: Recording, hints: Sequence[str]) -> Recognition:
        """Uploads the recording as a WAV file of 16 bits.

        Confidence is the mean probability of the tokens, where the model tells it (`gpt-4o-transcribe` and its kin).
        """
        if recording.samples.size == 0:
            return Recognition("", None)
        file = ("speech.wav", wav.write(recording.samples, recording.rate_hz, "linear16"), "audio/wav")
        takes_keywords = self._model == "gpt-transcribe"
        async with _asking(self._timeout):
            answer = await self._client.audio.transcriptions.create(
                file=file,
                model=self._model,
                language=LANGUAGE,
                response_format="json",
                keywords=list(hints) if hints and takes_keywords else omit,
                prompt=", ".join(hints) if hints and not takes_keywords else omit,
                include=["logprobs"] if _tells_probabilities(self._model) else omit,
            )
            if not isinstance(answer, Transcription) or not isinstance(answer.text, str):
                raise EngineFailedError("the provider's answer holds no text")
            return Recognition(answer.text.strip(), _confidence(answer))

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.close()


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
        async with _asking(self._timeout):
            response = await self._client.audio.speech.create(
                input=text,
                model=self._model,
                voice=voice or self._voice,
                response_format="wav",
                speed=speaking_rate if speaking_rate != 1.0 else omit,
            )
            return wav.read(response.content, max_bytes=_MAX_SPEECH_BYTES, max_seconds=_MAX_SPEECH_SECONDS)

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.close()


@asynccontextmanager
async def _asking(timeout: float) -> AsyncGenerator[None]:
    """Bounds a request in time, and makes every way it can fail an `EngineFailedError` without the provider's words."""
    try:
        async with asyncio.timeout(timeout):
            yield
    except APIStatusError as error:
        logger.warning("provider_refused", status=error.status_code)
        raise EngineFailedError(f"the provider answered {error.status_code}", _retry_after(error)) from error
    except TimeoutError as error:
        logger.warning("provider_timed_out", seconds=timeout)
        raise EngineFailedError("the provider did not answer in time") from error
    except (OpenAIError, ValueError) as error:  # ValueError: a body that is no JSON, or no WAV file
        logger.warning("provider_failed", error=type(error).__name__)
        raise EngineFailedError("the provider cannot be reached, or answered something unusable") from error


def _retry_after(error: APIStatusError) -> float:
    """Returns the seconds that the provider asks for, within reason."""
    try:
        return min(max(float(error.response.headers.get("retry-after", "")), 0.0), _MAX_RETRY_AFTER)
    except ValueError:
        return 1.0


def _tells_probabilities(model: str) -> bool:
    """Says whether a model takes `include=["logprobs"]` (OpenAI's reference of transcriptions)."""
    return model.startswith("gpt-4o") and "diarize" not in model


def _confidence(answer: Transcription) -> float | None:
    logprobs = [token.logprob for token in answer.logprobs or () if token.logprob is not None]
    return min(math.exp(sum(logprobs) / len(logprobs)), 1.0) if logprobs else None
