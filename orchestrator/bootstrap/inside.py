"""Puts the dialogue together over what `outside` has opened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from observability import log
from orchestrator.adapters.listening.beeps import LineBeeps
from orchestrator.adapters.listening.recording_activity import RecordingActivity
from orchestrator.adapters.listening.voice_activity import CascadedSpeechDetector
from orchestrator.bootstrap.outside import Outside
from orchestrator.bootstrap.warm_up import WarmUp
from orchestrator.config import Settings
from orchestrator.dialogue.alarms import Alarms
from orchestrator.dialogue.answering.answering import Answering
from orchestrator.dialogue.background import Background
from orchestrator.dialogue.call.admission import Admission, LoadLimits
from orchestrator.dialogue.call.aftermath import Aftermath
from orchestrator.dialogue.call.call_status import CallStatusReports
from orchestrator.dialogue.call.dialling import Dialling
from orchestrator.dialogue.call.exchange_parts import ExchangeParts
from orchestrator.dialogue.call.hearing import Hearing
from orchestrator.dialogue.call.live_calls import LiveCalls, TurnLimits
from orchestrator.dialogue.call.noticing import LateNotice
from orchestrator.dialogue.call.patience import ListeningTimes
from orchestrator.dialogue.call.room_to_dial import RoomToDial
from orchestrator.dialogue.call.speaking import Speaking
from orchestrator.dialogue.call.speech_memory import NotShared
from orchestrator.dialogue.call.voice import Voice
from orchestrator.dialogue.campaign.campaigns import Campaigns
from orchestrator.dialogue.campaign.pump import Pump
from orchestrator.dialogue.consultations import Consultations
from orchestrator.dialogue.delivery import Deliveries
from orchestrator.dialogue.due_work import DueWork, Handler
from orchestrator.dialogue.interview.comprehension import Comprehension
from orchestrator.dialogue.language_model.second_opinion import SecondOpinion
from orchestrator.dialogue.ports.store import Due, DueKind
from orchestrator.dialogue.stream.live_speaking import LiveSpeaking
from orchestrator.dialogue.stream.stream_calls import StreamCalls, StreamParts
from orchestrator.dialogue.summary.conclusion import Conclusion
from orchestrator.dialogue.summary.summarising import Summarising
from orchestrator.dialogue.understanding.matching import Matching
from orchestrator.dialogue.understanding.problem_codes import ProblemCodes
from orchestrator.dialogue.understanding.understand import Understanding

logger = log.get(__name__)


@dataclass(frozen=True)
class Inside:
    """What the servicers and the loops use of the dialogue."""

    consultations: Consultations
    campaigns: Campaigns
    deliveries: Deliveries
    alarms: Alarms
    live_calls: LiveCalls
    streams: StreamCalls
    reports: CallStatusReports
    warm_up: WarmUp
    work: DueWork


def make_inside(settings: Settings, outside: Outside, exchanges: Background, chores: Background) -> Inside:
    """Returns the dialogue.

    Args:
        settings: what can be set.
        outside: the adapters.
        exchanges: owns the work on turns.
        chores: owns what may be left undone: another process does it again.
    """
    store, clock = outside.store, outside.clock
    handlers: dict[DueKind, Handler] = {}
    work = DueWork(store, clock, handlers, _work_failed)
    reports = CallStatusReports(
        store,
        clock,
        telephone=outside.telephone,
        last_words=timedelta(seconds=settings.last_words_seconds),
    )
    admission = Admission(LoadLimits.of_lag(settings.most_loop_lag_seconds), on_decision=outside.load.decided)
    outside.load.watch(lambda: admission.full, admission.measured)
    alarms = Alarms(
        store,
        outside.alarm_receivers,
        clock,
        acknowledge_within=timedelta(seconds=settings.alarm_acknowledge_seconds),
    )
    consultations = Consultations(
        store=store,
        audio=outside.audio,
        telephone=outside.telephone,
        clock=clock,
        institution=outside.institution,
        pauses=outside.pauses,
        alarms=alarms,
        retention=settings.retention,
    )
    pump = Pump(outside.campaigns, consultations, clock, outside.holidays, retention=settings.retention)
    dialling = Dialling(
        store,
        outside.telephone,
        clock,
        reports,
        permits=outside.permits,
        may_dial=pump.may_dial,
        retention=settings.retention,
    )
    deliveries = Deliveries(
        store,
        outside.receiver,
        clock,
        retention=settings.retention,
        on_attempt=outside.delivery_metrics.attempted,
    )
    conclusion = Conclusion(
        store=store,
        telephone=outside.telephone,
        receiver=outside.receiver,
        summarising=Summarising(outside.model),
        problem_codes=ProblemCodes(outside.sentences),
        pauses=outside.pauses,
        permits=outside.permits,
        clock=clock,
        retention=settings.retention,
        recordings_kept=timedelta(days=settings.recordings_kept_days),
    )
    handlers |= {
        DueKind.DIAL: RoomToDial(dialling.dial, admission, store, clock).dial,
        DueKind.CHECK: dialling.check,
        DueKind.CONCLUDE: conclusion.conclude,
        DueKind.DELIVER: deliveries.deliver,
        DueKind.ERASE: conclusion.erase_recordings,
        DueKind.ALARM: alarms.attend,
        DueKind.CAMPAIGN: pump.attend,
    }
    wording = outside.institution.wording
    speaking = Speaking(outside.text_to_speech, outside.audio, fixed=(wording.filler,))
    parts = _exchange_parts(settings, outside, chores, speaking)
    voice = _voice(settings, outside, chores)
    aftermath = Aftermath(outside.telephone, LateNotice(store, clock))
    limits = TurnLimits(filler=settings.filler_after_seconds)
    live_calls = LiveCalls(parts, aftermath, exchanges, limits, speak_ahead=settings.speak_ahead)
    return Inside(
        consultations=consultations,
        campaigns=Campaigns(outside.campaigns, clock),
        deliveries=deliveries,
        alarms=alarms,
        live_calls=live_calls,
        streams=_streams(
            settings,
            outside,
            parts=parts,
            live_calls=live_calls,
            aftermath=aftermath,
            exchanges=exchanges,
            voice=voice,
            admission=admission,
        ),
        reports=reports,
        warm_up=WarmUp(parts.comprehension, outside.institution, speaking, voice),
        work=work,
    )


def _streams(
    settings: Settings,
    outside: Outside,
    *,
    parts: ExchangeParts,
    live_calls: LiveCalls,
    aftermath: Aftermath,
    exchanges: Background,
    voice: Voice,
    admission: Admission,
) -> StreamCalls:
    wording = outside.institution.wording
    streamed = replace(parts, speaking=LiveSpeaking(voice), speak_while_thinking=settings.speak_while_thinking)
    streams = StreamCalls(
        StreamParts(
            store=outside.store,
            tokens=outside.stream_tokens,
            turn_by_turn=live_calls,
            exchanges=LiveCalls(
                streamed,
                aftermath,
                exchanges,
                speak_ahead=settings.speak_ahead,
                think_ahead=settings.think_ahead,
            ),
            recogniser=outside.streaming_speech_to_text,
            speech=voice,
            detector=CascadedSpeechDetector,
            beeps=LineBeeps,
            listening=parts.listening,
            background=exchanges,
            admission=admission,
            usual=settings.conversation_mode,
            most=settings.most_streams,
            can_talk=outside.can_stream,
            first_filler=settings.stream_filler_after_seconds,
            opener_after=settings.stream_opener_after_seconds if wording.answer_opener else None,
            stopgap=wording.filler,
        )
    )
    outside.stream_metrics.watch(lambda: streams.open_streams)
    return streams


def _voice(settings: Settings, outside: Outside, chores: Background) -> Voice:
    return Voice(
        outside.streaming_text_to_speech,
        outside.speech_cache if settings.shared_speech else NotShared(),
        chores,
        on_first_piece=outside.stream_metrics.first_piece,
    )


def _exchange_parts(settings: Settings, outside: Outside, chores: Background, speaking: Speaking) -> ExchangeParts:
    wording = outside.institution.wording
    understanding = Understanding(Matching(outside.sentences), outside.sentences)
    return ExchangeParts(
        store=outside.store,
        hearing=Hearing(outside.telephone, outside.speech_to_text, RecordingActivity(), _hearing_failed),
        comprehension=Comprehension(understanding, SecondOpinion(outside.model)),
        answering=Answering(wording, outside.model, outside.sentences, chores),
        speaking=speaking,
        clock=outside.clock,
        wording=wording,
        listening=ListeningTimes(settings.silence_timeout_seconds, settings.longest_answer_seconds),
        duty_phone=settings.hand_over_phone,
        ring_timeout=settings.hand_over_ring_seconds,
    )


def _hearing_failed(what: str) -> None:
    logger.warning("hearing_failed", error=what)


def _work_failed(due: Due, error: BaseException) -> None:
    logger.warning("due_work_failed", kind=due.kind, consultation_id=due.consultation_id, exc_info=error)
