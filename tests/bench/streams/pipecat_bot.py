"""A minimal Pipecat bot for the telephone, with engines that take as long as is said.

`python pipecat_bot.py SENTENCE FINAL FIRST_AUDIO FIRST_TOKEN`, in an environment of its own (`pipecat_environment`):
a file of 16 bit samples at 8000 Hz, and what its engines take, in seconds. Prints its URL and serves until killed.

What is measured is Pipecat's: its transport and Twilio serializer, its Silero detector with its defaults, its turn
taking without a further wait (its default, Smart Turn, would cost more), and its services as bases of ours.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI, WebSocket
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.frames.frames import (
    Frame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.runner.utils import parse_telephony_websocket
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings, STTSettings, TTSSettings
from pipecat.services.stt_service import SegmentedSTTService
from pipecat.services.tts_service import TTSService
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.turns.user_start import VADUserTurnStartStrategy
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.utils.time import time_now_iso8601
from pipecat.workers.runner import WorkerRunner

HERTZ = 8000
_REPLY = "네, 알겠습니다. "


class SpeechToText(SegmentedSTTService):
    """Hears the same words, so many seconds after the end of speech, but not before the detector has noticed it."""

    def __init__(self, delay: float) -> None:
        super().__init__(
            sample_rate=HERTZ,
            trailing_silence_secs=0.0,
            ttfs_p99_latency=0.0,
            settings=STTSettings(model=None, language=None),
        )
        self._delay = max(0.0, delay - VADParams().stop_secs)

    @property
    def wants_wav_segments(self) -> bool:
        return False

    async def run_stt(self, _audio: bytes) -> AsyncGenerator[Frame | None, None]:
        if self._delay:
            await asyncio.sleep(self._delay)
        yield TranscriptionFrame("네, 괜찮아요.", "", time_now_iso8601())


class LanguageModel(LLMService):
    """Answers every context with one sentence, two letters a token."""

    def __init__(self, delay: float, token: float) -> None:
        settings = {name: None for name in LLMSettings.__dataclass_fields__ if name not in ("extra", "_aliases")}
        super().__init__(settings=LLMSettings(**settings))
        self._delay, self._token = delay, token

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        await self.push_frame(LLMFullResponseStartFrame())
        if self._delay:
            await asyncio.sleep(self._delay)
        for start in range(0, len(_REPLY), 2):
            await self.push_frame(LLMTextFrame(_REPLY[start : start + 2]))
            if self._token:
                await asyncio.sleep(self._token)
        await self.push_frame(LLMFullResponseEndFrame())


class TextToSpeech(TTSService):
    """Says everything as one sentence from memory."""

    def __init__(self, sentence: bytes, delay: float) -> None:
        super().__init__(
            sample_rate=HERTZ,
            push_start_frame=True,
            push_stop_frames=True,
            settings=TTSSettings(model=None, voice=None, language=None),
        )
        self._sentence = sentence
        self._delay = delay

    async def run_tts(self, _text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        if self._delay:
            await asyncio.sleep(self._delay)
        yield TTSAudioRawFrame(self._sentence, HERTZ, 1, context_id=context_id)


@dataclass(frozen=True)
class Engines:
    """What the engines say, and what they take, in seconds."""

    sentence: bytes
    final: float
    first_audio: float
    first_token: float
    token: float


def worker(socket: WebSocket, stream_sid: str, engines: Engines) -> PipelineWorker:
    """Returns the pipeline of one call."""
    parameters = TwilioFrameSerializer.InputParams(auto_hang_up=False)
    transport = FastAPIWebsocketTransport(
        websocket=socket,
        params=FastAPIWebsocketParams(
            audio_in_enabled=True,
            audio_out_enabled=True,
            serializer=TwilioFrameSerializer(stream_sid, params=parameters),
        ),
    )
    turns = UserTurnStrategies(
        start=[VADUserTurnStartStrategy()],
        stop=[SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.0)],
    )
    user, assistant = LLMContextAggregatorPair(
        LLMContext(),
        user_params=LLMUserAggregatorParams(user_turn_strategies=turns, vad_analyzer=SileroVADAnalyzer()),
    )
    pipeline = Pipeline(
        [
            transport.input(),
            SpeechToText(engines.final),
            user,
            LanguageModel(engines.first_token, engines.token),
            TextToSpeech(engines.sentence, engines.first_audio),
            transport.output(),
            assistant,
        ]
    )
    rates = PipelineParams(audio_in_sample_rate=HERTZ, audio_out_sample_rate=HERTZ)
    made = PipelineWorker(pipeline, params=rates)

    @transport.event_handler("on_client_disconnected")
    async def _ended(_transport: object, _client: object) -> None:
        await made.cancel()

    return made


def application(engines: Engines) -> FastAPI:
    """Returns what takes the calls."""
    app = FastAPI()

    @app.websocket("/stream")
    async def _stream(socket: WebSocket) -> None:
        await socket.accept()
        _, call = await parse_telephony_websocket(socket)
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(worker(socket, call["stream_id"], engines))
        await runner.run()

    return app


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[object] | None = None) -> None:
        await super().startup(sockets)  # type: ignore[arg-type] # as uvicorn hands them on
        print(f"ws://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}/stream", flush=True)


def main() -> None:
    """Serves."""
    logger.remove()
    logger.add(sys.stderr, level="ERROR")
    sentence, *delays = sys.argv[1:]
    app = application(Engines(Path(sentence).read_bytes(), *map(float, delays)))
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off")
    asyncio.run(_Server(config).serve())


if __name__ == "__main__":
    main()
