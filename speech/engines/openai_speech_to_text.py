"""OpenAI's `audio/transcriptions`, or that of any server that is compatible with it."""

import math
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Any, Final

from openai import AsyncStream, BadRequestError, UnprocessableEntityError, omit
from openai.types.audio import (
    Transcription,
    TranscriptionStreamEvent,
    TranscriptionTextDeltaEvent,
    TranscriptionTextDoneEvent,
)

from audio import Samples, wav
from audio.wav import Recording
from speech import engine
from speech.engine import Interim, Recognition, RecognitionEvent
from speech.engines.half_close import milliseconds, whole
from speech.engines.openai_provider import Provider, asking
from speech.errors import EngineFailedError

NAME: Final = "openai"

LANGUAGE: Final = "ko"


class OpenAISpeechToText:
    """Recognises whole recordings; a stream when it has ended.

    Args:
        provider: The server.
        model: Its name of the model.
    """

    name = NAME

    def __init__(self, provider: Provider, model: str) -> None:
        self._client = provider.client()
        self._timeout = provider.timeout
        self._model = model
        self._streams = True

    async def prepare(self) -> None:
        """Asks nothing: a provider that is down at start may be up at the first call."""

    async def recognize(self, recording: Recording, hints: Sequence[str]) -> Recognition:
        """Uploads the recording as a WAV file of 16 bits.

        Confidence is the mean probability of the tokens, where the model tells it (`gpt-4o-transcribe` and its kin).
        """
        if recording.samples.size == 0:
            return Recognition("", None)
        async with asking(self._timeout):
            return _recognition(await self._client.audio.transcriptions.create(**self._request(recording, hints)))

    async def recognize_stream(self, rate_hz: int, pieces: AsyncIterator[Samples]) -> AsyncGenerator[RecognitionEvent]:
        """Uploads the audio when it has ended; the words come one by one where the provider has them so."""
        recording = await whole(rate_hz, pieces)
        if recording.samples.size == 0:
            return
        offset_ms = milliseconds(recording)
        answer = await self._answer(recording)
        if isinstance(answer, Recognition):
            yield engine.Final(offset_ms, answer)
            return
        try:
            text = ""
            while isinstance(event := await self._event(answer), TranscriptionTextDeltaEvent):
                text += event.delta
                yield Interim(offset_ms, Recognition(text.strip(), None))
            yield engine.Final(offset_ms, _recognition(event))
        finally:
            await answer.close()

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.close()

    async def _answer(self, recording: Recording) -> Recognition | AsyncStream[TranscriptionStreamEvent]:
        """Returns the provider's words, or the stream in which they come."""
        answer = await self._streamed(recording) if self._streams else None
        if answer is None:
            answer = await self.recognize(recording, ())
        self._streams = not isinstance(answer, Recognition)
        return answer

    async def _streamed(self, recording: Recording) -> Recognition | AsyncStream[TranscriptionStreamEvent] | None:
        """Asks for a stream; a provider that has none answers with all words at once, or refuses: None."""
        async with asking(self._timeout):
            try:
                request = self._request(recording, ())
                answer: AsyncStream[TranscriptionStreamEvent]
                answer = await self._client.audio.transcriptions.create(**request, stream=True)
            except (BadRequestError, UnprocessableEntityError):
                return None
            if "text/event-stream" in answer.response.headers.get("content-type", ""):
                return answer
            return _recognition(Transcription.model_validate_json(await answer.response.aread()))

    def _request(self, recording: Recording, hints: Sequence[str]) -> dict[str, Any]:
        takes_keywords = self._model == "gpt-transcribe"
        return {
            "file": ("speech.wav", wav.write(recording.samples, recording.rate_hz, "linear16"), "audio/wav"),
            "model": self._model,
            "language": LANGUAGE,
            "response_format": "json",
            "keywords": list(hints) if hints and takes_keywords else omit,
            "prompt": ", ".join(hints) if hints and not takes_keywords else omit,
            "include": ["logprobs"] if _tells_probabilities(self._model) else omit,
        }

    async def _event(self, stream: AsyncStream[TranscriptionStreamEvent]) -> TranscriptionStreamEvent:
        """Returns the next event that has words."""
        async with asking(self._timeout):
            async for event in stream:
                match event:
                    case TranscriptionTextDeltaEvent(delta=str()) | TranscriptionTextDoneEvent():
                        return event
        raise EngineFailedError("the provider's answer broke off")


def _tells_probabilities(model: str) -> bool:
    """Says whether a model takes `include=["logprobs"]` (OpenAI's reference of transcriptions)."""
    return model.startswith("gpt-4o") and "diarize" not in model


def _recognition(answer: object) -> Recognition:
    match answer:
        case Transcription(text=str(text)) | TranscriptionTextDoneEvent(text=str(text)):
            logprobs = [token.logprob for token in answer.logprobs or () if token.logprob is not None]
            confidence = min(math.exp(sum(logprobs) / len(logprobs)), 1.0) if logprobs else None
            return Recognition(text.strip(), confidence)
    raise EngineFailedError("the provider's answer holds no text")
