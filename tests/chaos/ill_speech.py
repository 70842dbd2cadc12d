"""`python -m tests.chaos.ill_speech`: a speech server whose engines fail (SIGUSR1) or hang (SIGUSR2) for seconds."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

from audio import Samples
from audio.wav import Recording
from observability import log
from speech import bootstrap
from speech.bootstrap import Engines
from speech.config import Settings
from speech.engine import (
    Recognition,
    RecognitionEvent,
    SpeechToTextEngine,
    StreamingSpeechToTextEngine,
    TextToSpeechEngine,
)
from speech.errors import EngineFailedError
from speech.server import start
from tests.chaos.plan import ILL_SECONDS


class Illness:
    """Says what ails the engines at present."""

    def __init__(self) -> None:
        self._failing_until = 0.0
        self._hanging_until = 0.0

    def fail(self) -> None:
        self._failing_until = time.monotonic() + ILL_SECONDS

    def hang(self) -> None:
        self._hanging_until = time.monotonic() + ILL_SECONDS

    async def suffer(self) -> None:
        """Lets a request suffer.

        Raises:
            EngineFailedError: the engines fail.
        """
        if time.monotonic() < self._failing_until:
            raise EngineFailedError("chaos")
        await asyncio.sleep(max(0.0, self._hanging_until - time.monotonic()))


class IllSpeechToText:
    """Recognises as another engine does, if it is well."""

    def __init__(self, engine: SpeechToTextEngine, illness: Illness) -> None:
        assert isinstance(engine, StreamingSpeechToTextEngine)
        self.name = engine.name
        self.prepare, self.close = engine.prepare, engine.close
        self._engine = engine
        self._illness = illness

    async def recognize(self, recording: Recording, hints: Sequence[str]) -> Recognition:
        await self._illness.suffer()
        return await self._engine.recognize(recording, hints)

    async def recognize_stream(
        self, rate_hz: int, pieces: AsyncIterator[Samples]
    ) -> AsyncGenerator[RecognitionEvent, None]:
        await self._illness.suffer()
        async for event in self._engine.recognize_stream(rate_hz, pieces):
            await self._illness.suffer()
            yield event


class IllTextToSpeech:
    """Speaks as another engine does, if it is well."""

    def __init__(self, engine: TextToSpeechEngine, illness: Illness) -> None:
        self.name = engine.name
        self.prepare, self.close = engine.prepare, engine.close
        self._engine = engine
        self._illness = illness

    async def synthesize(self, text: str, voice: str, speaking_rate: float) -> Recording:
        await self._illness.suffer()
        return await self._engine.synthesize(text, voice, speaking_rate)


async def serve() -> None:
    """Serves until SIGTERM."""
    settings, illness = Settings(), Illness()
    log.configure(settings.log_format, settings.log_level)
    well = bootstrap.engines(settings)
    engines = Engines(IllSpeechToText(well.speech_to_text, illness), IllTextToSpeech(well.text_to_speech, illness))
    server = await start(settings, engines)
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, told_to_stop.set)
    loop.add_signal_handler(signal.SIGUSR1, illness.fail)
    loop.add_signal_handler(signal.SIGUSR2, illness.hang)
    await told_to_stop.wait()
    await server.stop(settings.speech_drain_seconds)


if __name__ == "__main__":
    sys.exit(asyncio.run(serve()))
