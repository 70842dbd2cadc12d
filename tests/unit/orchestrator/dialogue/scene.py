"""A whole consultation over fakes, driven like a telephone call.

    scene = Scene()
    await scene.start()
    await scene.answer()
    await scene.say("네")
    await scene.hang_up()
    await scene.finish()
    print(scene.transcript())

The scene does what the telephone network does: it asks again after `Wait`, and reports that the goodbye was played.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from orchestrator.adapters.korean_holidays import KoreanHolidays
from orchestrator.dialogue.alarms import Alarms
from orchestrator.dialogue.answering.answering import Answering
from orchestrator.dialogue.background import Background
from orchestrator.dialogue.call.aftermath import Aftermath
from orchestrator.dialogue.call.call_status import CallStatusReports
from orchestrator.dialogue.call.dialling import Dialling
from orchestrator.dialogue.call.exchange_parts import ExchangeParts
from orchestrator.dialogue.call.hearing import Hearing
from orchestrator.dialogue.call.live_calls import LiveCalls, TurnLimits
from orchestrator.dialogue.call.noticing import LateNotice
from orchestrator.dialogue.call.patience import ListeningTimes
from orchestrator.dialogue.call.speaker import Speaker as Spoken
from orchestrator.dialogue.call.speaking import Speaking
from orchestrator.dialogue.campaign.campaigns import Campaigns
from orchestrator.dialogue.campaign.pump import Pump
from orchestrator.dialogue.consultations import Consultations
from orchestrator.dialogue.delivery import Deliveries
from orchestrator.dialogue.due_work import Handler
from orchestrator.dialogue.interview.comprehension import Comprehension
from orchestrator.dialogue.interview.institution import Institution
from orchestrator.dialogue.language_model.second_opinion import SecondOpinion
from orchestrator.dialogue.ports.store import Due, DueKind
from orchestrator.dialogue.ports.telephone import CallReport, CallStatus
from orchestrator.dialogue.summary.conclusion import Conclusion
from orchestrator.dialogue.summary.summarising import Summarising
from orchestrator.dialogue.understanding.matching import Matching
from orchestrator.dialogue.understanding.problem_codes import ProblemCodes
from orchestrator.dialogue.understanding.sentences import Sentences
from orchestrator.dialogue.understanding.understand import Understanding
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.errors import CallTakenOver
from orchestrator.domain.outcome import Finding, Outcome
from orchestrator.domain.plan import StepKind
from orchestrator.domain.turn import (
    CalleeInput,
    HandOver,
    HandOverEnded,
    HangUp,
    KeypadInput,
    RecordingInput,
    Reply,
    SilenceInput,
    Speaker,
    Turn,
    Wait,
)
from tests.fakes.activity import ScriptedActivity
from tests.fakes.alarm_receivers import ScriptedAlarmReceivers
from tests.fakes.audio_store import InMemoryAudioStore
from tests.fakes.campaign_store import InMemoryCampaignStore
from tests.fakes.clock import ManualClock
from tests.fakes.consultation_store import InMemoryConsultationStore
from tests.fakes.consultations import brief as default_brief
from tests.fakes.dial_permits import InMemoryDialPermits
from tests.fakes.institution import short_institution
from tests.fakes.language_model import ScriptedLanguageModel
from tests.fakes.pause_memory import InMemoryPauseMemory
from tests.fakes.result_receiver import ScriptedResultReceiver
from tests.fakes.speech_to_text import ScriptedSpeechToText
from tests.fakes.telephone import ScriptedTelephone
from tests.fakes.text_to_speech import ScriptedTextToSpeech

RETENTION = timedelta(days=30)
RECORDINGS_KEPT = timedelta(days=7)
LATER = 60.0  # seconds after which all that was left undone is due
# A filler comes late, so that what a test calls slow is the only thing that is.
PATIENT = TurnLimits(filler=8.0)


class Scene:
    """The dialogue and the world around it.

    Attributes:
        reply: what the telephone was told last.
        said: all prompts that were played, in order.
        operator_answers: whether a person answers when the callee is put through.
        failures: of tasks that outlived their request.
    """

    def __init__(
        self,
        *,
        language_model: ScriptedLanguageModel | None = None,
        receiver: ScriptedResultReceiver | None = None,
        institution: Institution | None = None,
        sentences: Sentences | None = None,
        duty_phone: str = "",
        alarm_line: int = 1,
        calls_per_second: float = 0,
        most_calls: int = 0,
    ) -> None:
        self.clock = ManualClock()
        self.store = InMemoryConsultationStore(self.clock)
        self.audio = InMemoryAudioStore(self.clock)
        self.telephone = ScriptedTelephone()
        self.hears = ScriptedSpeechToText()
        self.activity = ScriptedActivity()
        self.speaks = ScriptedTextToSpeech()
        self.language_model = language_model
        self.receiver = receiver or ScriptedResultReceiver()
        self.alarm_receivers = ScriptedAlarmReceivers(alarm_line)
        self.pauses = InMemoryPauseMemory()
        self.institution = institution or short_institution()
        self.wording = self.institution.wording
        self.sentences = sentences
        self.duty_phone = duty_phone
        self.failures: list[BaseException] = []
        self.background = Background(self._failed)
        self.reports = CallStatusReports(self.store, self.clock, telephone=self.telephone)
        self.permits = InMemoryDialPermits(self.clock, calls_per_second=calls_per_second, most_calls=most_calls)
        self.dialling = Dialling(
            self.store,
            self.telephone,
            self.clock,
            self.reports,
            permits=self.permits,
            may_dial=self._may_dial,
        )
        self.deliveries = Deliveries(self.store, self.receiver, self.clock, retention=RETENTION)
        self.conclusion = Conclusion(
            store=self.store,
            telephone=self.telephone,
            receiver=self.receiver,
            summarising=Summarising(language_model),
            problem_codes=ProblemCodes(sentences),
            pauses=self.pauses,
            permits=self.permits,
            clock=self.clock,
            retention=RETENTION,
            recordings_kept=RECORDINGS_KEPT,
        )
        self.alarms = Alarms(self.store, self.alarm_receivers, self.clock)
        self.consultations = Consultations(
            store=self.store,
            audio=self.audio,
            telephone=self.telephone,
            clock=self.clock,
            institution=self.institution,
            pauses=self.pauses,
            alarms=self.alarms,
        )
        self.campaign_store = InMemoryCampaignStore(self.store, self.clock)
        self.campaigns = Campaigns(self.campaign_store, self.clock)
        self.pump = Pump(self.campaign_store, self.consultations, self.clock, KoreanHolidays())
        self.handlers: dict[DueKind, Handler] = {
            DueKind.DIAL: self.dialling.dial,
            DueKind.CHECK: self.dialling.check,
            DueKind.CONCLUDE: self.conclusion.conclude,
            DueKind.DELIVER: self.deliveries.deliver,
            DueKind.ERASE: self.conclusion.erase_recordings,
            DueKind.ALARM: self.alarms.attend,
            DueKind.CAMPAIGN: self.pump.attend,
        }
        self.calls = self.replica()
        self.id = ""
        self.call_sid = ""
        self.reply = Reply((), HangUp())
        self.said: list[str] = []
        self.operator_answers = True
        self._recordings = 0

    def replica(self, *, speak_ahead: bool = False, limits: TurnLimits = PATIENT) -> LiveCalls:
        """Another process that carries the same calls."""
        return self.live_calls(Speaking(self.speaks, self.audio), speak_ahead=speak_ahead, limits=limits)

    def live_calls(
        self,
        speaker: Spoken,
        *,
        speak_ahead: bool = False,
        think_ahead: bool = True,
        speak_while_thinking: bool = False,
        limits: TurnLimits = PATIENT,
    ) -> LiveCalls:
        """What carries calls, and speaks with something."""
        parts = ExchangeParts(
            store=self.store,
            hearing=Hearing(self.telephone, self.hears, self.activity),
            comprehension=Comprehension(
                Understanding(Matching(self.sentences), self.sentences), SecondOpinion(self.language_model)
            ),
            answering=Answering(self.wording, self.language_model, self.sentences),
            speaking=speaker,
            clock=self.clock,
            wording=self.wording,
            listening=ListeningTimes(),
            duty_phone=self.duty_phone,
            speak_while_thinking=speak_while_thinking,
        )
        aftermath = Aftermath(self.telephone, LateNotice(self.store, self.clock))
        return LiveCalls(parts, aftermath, self.background, limits, speak_ahead=speak_ahead, think_ahead=think_ahead)

    # What people and the telephone network do.

    async def order(self, brief: Brief | None = None, request_id: str = "") -> Consultation:
        consultation = await self.consultations.start(
            brief or default_brief(), masked_phone="+**********78", request_id=request_id, fingerprint="one"
        )
        self.id = consultation.consultation_id
        return consultation

    async def start(self, brief: Brief | None = None) -> None:
        await self.order(brief)
        await self.work()
        self.call_sid = (await self.record()).call_sid

    async def answer(self) -> Reply:
        return await self._follow(await self.calls.answer(self.id, self.call_sid))

    async def ring(self, brief: Brief | None = None, *words: str) -> None:
        """Starts, answers, and says the first words."""
        await self.start(brief)
        await self.answer()
        for word in words:
            await self.say(word)

    async def say(self, text: str) -> Reply:
        return await self._turn(self.recording(text))

    async def press(self, digits: str) -> Reply:
        return await self._turn(KeypadInput(digits))

    async def silence(self) -> Reply:
        return await self._turn(SilenceInput())

    async def hang_up(self) -> None:
        await self.status(CallStatus.COMPLETED)
        self.calls.hung_up(self.id)

    async def status(self, status: CallStatus, **fields: object) -> Consultation:
        self.telephone.calls[self.call_sid] = CallReport(self.call_sid, status)
        return await self.reports.report(self.id, CallReport(self.call_sid, status, **fields))  # type: ignore[arg-type]

    def recording(self, text: str) -> RecordingInput:
        self._recordings += 1
        sid = f"RE{self._recordings:032x}"
        self.hears.texts[sid] = text
        return RecordingInput(sid, 1.5)

    async def take(
        self, callee_input: CalleeInput | None, *, turn: int = 0, at: LiveCalls | None = None, waited: bool = False
    ) -> Reply:
        """One webhook, without what follows from its answer."""
        number = turn or self.reply.next.turn_number
        return await (at or self.calls).take_turn(self.id, self.call_sid, number, callee_input, waited=waited)

    async def _turn(self, callee_input: CalleeInput) -> Reply:
        return await self._follow(await self.take(callee_input))

    async def _follow(self, reply: Reply) -> Reply:
        self.reply = reply
        self.said += [prompt.text for prompt in reply.prompts]
        match reply.next:
            case Wait():
                return await self._follow(await self.take(None))
            case HandOver():
                return await self._follow(await self.take(HandOverEnded(self.operator_answers)))
            case HangUp(turn_number):
                if turn_number:
                    await self.take(None)
                await self.hang_up()
        return reply

    # What is due, and what came of it.

    async def work(self, seconds: float = 0.0) -> None:
        """Does what is due after some time, and what that makes due at once; what is still due then, once."""
        self.clock.advance(seconds)
        done: set[tuple[Due, datetime | None]] = set()
        while due := [item for item in await self.due() if (item, await self.store.due_at(item)) not in done]:
            for item in due:
                done.add((item, await self.store.due_at(item)))
                await self.handlers[item.kind](item.consultation_id)

    async def due(self) -> tuple[Due, ...]:
        return await self.store.overdue(limit=50)

    async def finish(self) -> Outcome:
        """Does all work after a call; returns what came of it."""
        await self.work(60)
        assert self.failures == []
        return await self.outcome()

    async def record(self) -> Consultation:
        return await self.store.get(self.id)

    async def turns(self) -> tuple[Turn, ...]:
        return (await self.store.transcript(self.id))[1]

    async def asked_about(self) -> list[str]:
        """The subjects of the agent's turns."""
        return [turn.subject for turn in await self.turns() if turn.speaker is Speaker.AGENT]

    async def transcript(self) -> list[tuple[str, str]]:
        """Who said what, in order."""
        return [(turn.speaker.value, turn.text) for turn in await self.turns()]

    async def outcome(self) -> Outcome:
        outcome = (await self.record()).outcome
        assert outcome is not None
        return outcome

    async def finding(self, subject: str) -> Finding | None:
        return (await self.record()).progress.finding(subject)

    @property
    def asked(self) -> str:
        """What the agent said last."""
        return self.reply.prompts[-1].text if self.reply.prompts else ""

    @property
    def over(self) -> bool:
        return isinstance(self.reply.next, HangUp)

    def _failed(self, _task: str, error: BaseException) -> None:
        if not isinstance(error, CallTakenOver):  # that a call is taken over is no failure
            self.failures.append(error)

    async def _may_dial(self, brief: Brief, consultation_id: str) -> bool:
        return await self.pump.may_dial(brief, consultation_id)


def plain_brief(**fields: object) -> Brief:
    """An order without known problems and questions, but for what is given."""
    nothing = replace(default_brief(), problems=(), questions=(), frequent_questions=())
    return replace(nothing, **fields)  # type: ignore[arg-type]


async def ordered() -> Scene:
    """A consultation that was accepted, and nothing done yet."""
    scene = Scene()
    await scene.order()
    return scene


async def talking(*words: str, **parts: Any) -> Scene:
    """A call that was answered, and in which something was said."""
    scene = Scene(**parts)
    await scene.ring(None, *words)
    return scene


async def concluded(**parts: Any) -> Scene:
    """A consultation that is over; its result was sent once."""
    scene = Scene(**parts)
    await scene.ring(plain_brief(), "네", "네", "없어요")
    await scene.finish()
    return scene


async def at(kind: StepKind) -> Scene:
    """A call in which a step of a kind was just opened."""
    return await talking(*_WAY_TO[kind])


_WAY_TO = {
    StepKind.GOOD_TIME: (),
    StepKind.IDENTITY: ("네",),
    StepKind.PROBLEM: ("네", "네"),
    StepKind.HUMAN_WANTED: ("네", "네", "네", "네"),
    StepKind.QUESTION: ("네", "네", "아니요", "아니요"),
    StepKind.ANYTHING_ELSE: ("네", "네", "아니요", "아니요", "잘 먹어요", "따뜻해요"),
}
