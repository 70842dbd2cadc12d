"""Callees of the sandbox in calls that are text only: the dialogue over fakes, in no time.

What a callee's script says in seconds of sound is taken in turns here: a silence longer than the agent waits is a
silent turn, noise is a turn without words, and what is said over the agent's voice is lost, as it is on the line.
"""

from __future__ import annotations

import json

from evaluation.cases import Case
from evaluation.course import Course
from evaluation.orders import order_of, plan_of
from orchestrator.adapters.backend.result import encode
from orchestrator.adapters.institution.file import load_institution
from orchestrator.dialogue.interview.course import most_turns
from orchestrator.dialogue.ports.telephone import CallStatus
from orchestrator.domain.turn import Listen, Speaker
from sandbox.callee import Callee
from sandbox.script import Deed
from sandbox.twilio.settings import Network
from tests.unit.orchestrator.dialogue.scene import Scene

# About as fast as the agent speaks, and what it takes to say anything.
_SECONDS_A_CHARACTER = 0.15
_NOT_ANSWERED = {
    "busy": CallStatus.BUSY,
    "reject": CallStatus.BUSY,
    "no-answer": CallStatus.NO_ANSWER,
    "fail": CallStatus.FAILED,
}


class SimulatedCall:
    """One callee on the line."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._callee = Callee(case.callee)
        self._scene = Scene(institution=load_institution())
        self._silent_for = 0.0
        self._heard = 0
        self._broke_in = False
        self._on_the_line = True

    async def run(self) -> Course:
        """Has the whole consultation, and says what came of it."""
        scene, answers = self._scene, self._case.callee.answers
        await scene.start(order_of(self._case.payload))
        if (status := _NOT_ANSWERED.get(answers)) is not None:
            await scene.status(status)
        else:
            await scene.answer()
            machine = self._case.callee.detected_as == "machine_start"
            await scene.reports.answered_by(scene.id, scene.call_sid, machine=machine)
            announcement = self._case.callee.announcement or Network().voicemail_greeting
            await self._talk(announcement if answers == "voicemail" else "")
        ended = scene.over or not self._on_the_line or status is not None
        if not ended:
            await scene.hang_up()
        return await self._course(ended)

    async def _talk(self, machine: str) -> None:
        """Lets the callee act until the call is over, or longer than it can be."""
        if machine and not self._scene.over:
            await self._scene.say(machine)
        for _ in range(most_turns(plan_of(self._case.payload)) + 1):
            if self._scene.over:
                return
            await (self._scene.silence() if machine else self._turn())
            if not self._on_the_line:
                return

    async def _turn(self) -> None:
        said, self._heard = self._scene.said[self._heard :], len(self._scene.said)
        if self._silent_for <= 0 and (breaking_in := self._interruption(said)) is not None:
            return await (self._hang_up() if breaking_in.hangup else self._scene.silence())
        deed = self._decide(" ".join(said))
        if self._silent_for > 0:
            self._silent_for -= self._patience
            return await self._scene.silence()
        return await self._do(deed)

    def _interruption(self, said: list[str]) -> Deed | None:
        breaking_in = (self._callee.interruption(words, len(words) * _SECONDS_A_CHARACTER) for words in said)
        return next((deed for deed in breaking_in if deed is not None), None)

    def _decide(self, heard: str) -> Deed | None:
        """Returns what the callee does; while they are silent they hear, and do nothing."""
        if self._silent_for > 0:
            return None
        deed = self._callee.decide(heard)
        if deed is None or deed.silence is None:
            return deed
        if deed.silence < self._patience:
            return self._decide("")
        self._silent_for = deed.silence
        return None

    async def _do(self, deed: Deed | None) -> None:
        match deed:
            case Deed(say=str(words)):
                await self._scene.say(words)
            case Deed(dtmf=str(keys)):
                await self._scene.press(keys)
            case Deed(noise=float()):
                await self._scene.say("")
            case Deed(hangup=True):
                await self._hang_up()
            case _:
                await self._scene.silence()

    async def _hang_up(self) -> None:
        self._on_the_line = False
        await self._scene.hang_up()

    @property
    def _patience(self) -> float:
        """Seconds of silence after which the agent speaks again."""
        listen = self._scene.reply.next
        return listen.silence_timeout if isinstance(listen, Listen) else 0.0

    async def _course(self, ended: bool) -> Course:
        scene = self._scene
        outcome = await scene.finish()
        turns = await scene.turns()
        report = scene.receiver.reports[-1] if scene.receiver.reports else None
        return Course(
            ended=ended,
            result=json.loads(encode(report)) if report else None,
            states={finding.subject: finding.state.value for finding in outcome.findings},
            said=[turn.text for turn in turns if turn.speaker is Speaker.AGENT],
            callee_turns=sum(turn.speaker is Speaker.CALLEE for turn in turns),
            alarms=[alarm.danger.value for alarm in (await scene.record()).alarms],
        )
