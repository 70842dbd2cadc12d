"""The composition root: the only place that names concrete classes, and where the settings are read."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from observability import log
from orchestrator.adapters.backend_results import BackendResults
from orchestrator.adapters.grpc_speech_to_text import GrpcSpeechToText
from orchestrator.adapters.grpc_text_to_speech import GrpcTextToSpeech
from orchestrator.adapters.openai_language_model import OPENAI_URL, OpenAiLanguageModel
from orchestrator.adapters.recording_activity import RecordingActivity
from orchestrator.adapters.redis_audio_store import RedisAudioStore
from orchestrator.adapters.redis_client import open_client
from orchestrator.adapters.redis_consultation_store import RedisConsultationStore, SchemaMismatch
from orchestrator.adapters.system_clock import SystemClock
from orchestrator.adapters.twilio_telephone import TwilioTelephone
from orchestrator.config import Settings
from orchestrator.dialogue.answering import Answering
from orchestrator.dialogue.background import Background
from orchestrator.dialogue.budget import Budget
from orchestrator.dialogue.call_status import CallStatusReports
from orchestrator.dialogue.conclusion import Conclusion
from orchestrator.dialogue.consultations import Consultations
from orchestrator.dialogue.delivery import Deliveries
from orchestrator.dialogue.dialling import Dialling
from orchestrator.dialogue.due_work import DueWork, Handler
from orchestrator.dialogue.exchange import ExchangeParts, ListeningTimes
from orchestrator.dialogue.hearing import Hearing
from orchestrator.dialogue.live_calls import LiveCalls, TurnLimits
from orchestrator.dialogue.ports import Due, DueKind, LanguageModel
from orchestrator.dialogue.speaking import Speaking
from orchestrator.dialogue.summarising import Summarising
from orchestrator.dialogue.wording import Wording
from orchestrator.domain.errors import StoreUnavailable
from orchestrator.domain.question import FrequentQuestion
from orchestrator.rpc.call_servicer import CallServicer
from orchestrator.rpc.consultation_servicer import ConsultationServicer
from orchestrator.server import OrchestratorServer

logger = log.get(__name__)

__all__ = ["Orchestrator", "SchemaMismatch"]


@dataclass(frozen=True)
class _Outside:
    """What the dialogue uses of the world."""

    clock: SystemClock
    store: RedisConsultationStore
    audio: RedisAudioStore
    telephone: TwilioTelephone
    speech_to_text: GrpcSpeechToText
    text_to_speech: GrpcTextToSpeech
    receiver: BackendResults
    model: LanguageModel | None


@dataclass(frozen=True)
class _Dialogue:
    """What the servicers and the loops use of the dialogue."""

    consultations: Consultations
    deliveries: Deliveries
    live_calls: LiveCalls
    reports: CallStatusReports
    speaking: Speaking
    work: DueWork


class Orchestrator:
    """The running program. Enter it to start, leave it to stop: what runs is drained, then everything is closed.

    Attributes:
        port: where it listens.
        serving: runs as long as the program can serve; fails with `SchemaMismatch` if the store is not ours to write.
    """

    port: int
    serving: asyncio.Task[None]

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Starts.

        Raises:
            PortTaken
        """
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops."""
        await self._stack.aclose()

    async def _start(self) -> None:
        settings = self._settings
        outside = self._open_adapters()
        exchanges, loops = Background(_task_failed), Background(_task_failed)
        self._stack.push_async_callback(exchanges.close)
        self._stack.push_async_callback(loops.close)
        dialogue = self._dialogue(outside, exchanges)
        server = OrchestratorServer(
            ConsultationServicer(dialogue.consultations, dialogue.deliveries),
            CallServicer(dialogue.live_calls, dialogue.reports, outside.audio),
            outside.store.ping,
        )
        self.port = await server.start(settings.grpc_host, settings.grpc_port)
        self.serving = loops.start(_serve(outside.store, server, dialogue.work), name="serve")
        loops.start(dialogue.speaking.warm(Budget(60.0)), name="warm")
        # Undone from the last to the first: no new calls, no new work, then the end of what runs.
        self._stack.push_async_callback(exchanges.drain, settings.drain_seconds)
        self._stack.push_async_callback(asyncio.wait, {self.serving}, timeout=settings.drain_seconds)
        self._stack.callback(dialogue.work.stop)
        self._stack.push_async_callback(server.stop, settings.drain_seconds)
        logger.info("started", port=self.port, language_model=settings.openai_model if outside.model else "none")

    def _open_adapters(self) -> _Outside:
        settings = self._settings
        redis = open_client(settings.redis_url)
        self._stack.push_async_callback(redis.aclose)
        clock = SystemClock()
        outside = _Outside(
            clock=clock,
            store=RedisConsultationStore(redis, clock),
            audio=RedisAudioStore(redis, ttl=settings.audio_ttl_seconds),
            telephone=TwilioTelephone(
                account_sid=settings.twilio_account_sid,
                auth_token=settings.twilio_auth_token.get_secret_value(),
                from_phone=settings.twilio_from_phone,
                api_base_url=settings.twilio_api_base_url,
                public_base_url=settings.public_base_url,
            ),
            speech_to_text=GrpcSpeechToText(settings.grpc_stt_url),
            text_to_speech=GrpcTextToSpeech(settings.grpc_tts_url, voice=settings.tts_voice),
            receiver=BackendResults(settings.spring_boot_url or None),
            model=self._language_model(),
        )
        opened = (outside.store, outside.telephone, outside.speech_to_text, outside.text_to_speech, outside.receiver)
        for adapter in opened:
            self._stack.push_async_callback(adapter.close)
        return outside

    def _dialogue(self, outside: _Outside, exchanges: Background) -> _Dialogue:
        settings = self._settings
        store, clock, telephone = outside.store, outside.clock, outside.telephone
        wording = replace(Wording(), institution=settings.institution_name)
        handlers: dict[DueKind, Handler] = {}
        work = DueWork(store, handlers, _work_failed)
        last_words = timedelta(seconds=settings.last_words_seconds)
        reports = CallStatusReports(store, clock, work.nudge, last_words=last_words)
        dialling = Dialling(store, telephone, clock, reports, work.nudge)
        deliveries = Deliveries(store, outside.receiver, clock, work.nudge, retention=settings.retention)
        conclusion = Conclusion(
            store=store,
            telephone=telephone,
            receiver=outside.receiver,
            summarising=Summarising(outside.model),
            clock=clock,
            nudge=work.nudge,
            retention=settings.retention,
        )
        handlers |= {
            DueKind.DIAL: dialling.dial,
            DueKind.CHECK: dialling.check,
            DueKind.CONCLUDE: conclusion.conclude,
            DueKind.DELIVER: deliveries.deliver,
            DueKind.ERASE: conclusion.erase_recordings,
        }
        speaking = Speaking(outside.text_to_speech, outside.audio, fixed=(wording.filler,))
        parts = ExchangeParts(
            store=store,
            hearing=Hearing(telephone, outside.speech_to_text, RecordingActivity(), _hearing_failed),
            answering=Answering(wording, outside.model),
            speaking=speaking,
            clock=clock,
            wording=wording,
            listening=ListeningTimes(settings.silence_timeout_seconds, settings.longest_answer_seconds),
        )
        consultations = Consultations(
            store=store,
            audio=outside.audio,
            telephone=telephone,
            clock=clock,
            wording=wording,
            nudge=work.nudge,
            retention=settings.retention,
            institution_questions=_institution_questions(settings.institution_questions_file),
        )
        limits = TurnLimits(filler=settings.filler_after_seconds)
        live_calls = LiveCalls(parts, exchanges, limits, speak_ahead=settings.speak_ahead)
        return _Dialogue(consultations, deliveries, live_calls, reports, speaking, work)

    def _language_model(self) -> LanguageModel | None:
        key = self._settings.openai_api_key.get_secret_value()
        if not key:
            logger.warning("no_language_model", meaning="OPENAI_API_KEY is not set: the built-in rules answer")
            return None
        model = OpenAiLanguageModel(
            api_key=key, model=self._settings.openai_model, base_url=self._settings.openai_base_url or OPENAI_URL
        )
        self._stack.push_async_callback(model.close)
        return model


async def _serve(store: RedisConsultationStore, server: OrchestratorServer, work: DueWork) -> None:
    """Serves from the moment that the store answers and is known to be ours, until the work is stopped."""
    while not work.stopping:
        try:
            await store.prepare()
        except StoreUnavailable:
            await asyncio.sleep(1.0)
            continue
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(server.watch_store(), name="watch_store")
            await work.run()
            watching.cancel()


def _institution_questions(file: Path | None) -> tuple[FrequentQuestion, ...]:
    if file is None:
        return ()
    entries = json.loads(file.read_text(encoding="utf-8"))
    return tuple(FrequentQuestion(entry["question"], entry["answer"]) for entry in entries)


def _task_failed(name: str, error: BaseException) -> None:
    logger.error("task_failed", task=name, exc_info=error)


def _hearing_failed(what: str) -> None:
    logger.warning("hearing_failed", error=what)


def _work_failed(due: Due, error: BaseException) -> None:
    logger.warning("due_work_failed", kind=due.kind, consultation_id=due.consultation_id, exc_info=error)
