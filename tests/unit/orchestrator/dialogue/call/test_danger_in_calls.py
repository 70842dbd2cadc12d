"""Danger in a call: the alarm is raised with the turn, people are told during the call, and the model notices too."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from orchestrator.domain.alarm import Observer
from orchestrator.domain.codes import NeedHuman, Result
from orchestrator.domain.consultation import State
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.event import AlarmChanged
from orchestrator.domain.plan import StepKind
from orchestrator.domain.turn import HandOver, HandOverEnded, HangUp, Layer, Source
from tests.fakes.language_model import ScriptedLanguageModel
from tests.unit.orchestrator.dialogue.scene import Scene, at, plain_brief
from tests.virtual_time import virtual_time

WANTS_TO_DIE = "그냥 죽고 싶어요"
HARMLESS_TO_RULES = "쥐약 사다 놓은 거 오늘 밤에 쓸라고"


def opinion(intent: str, danger: str | None = None, quote: str = "") -> Mapping[str, Any]:
    return {"intent": intent, "expected_answer": None, "danger": danger, "number": None, "quote": quote}


def thinking(danger: str | None, *, quote: str, delay: float = 0.0) -> ScriptedLanguageModel:
    """A model that sees a danger, or none, in everything that is said."""

    def answer(messages: Any) -> Mapping[str, Any]:
        said = quote in messages[-1].content
        return opinion("danger" if danger and said else "answer", danger if said else None, quote if said else "")

    return ScriptedLanguageModel("네.", structured={"opinion": answer}, delay=delay)


async def alarmed(scene: Scene) -> list[tuple[DangerKind, tuple[Observer, ...]]]:
    return [(alarm.danger, alarm.noticed_by) for alarm in (await scene.record()).alarms]


@virtual_time
async def test_people_are_told_while_the_call_lasts() -> None:
    scene = await at(StepKind.QUESTION)
    turn = scene.reply.next.turn_number
    await scene.say(WANTS_TO_DIE)
    assert scene.said[-2].startswith(scene.wording.dangers[DangerKind.SELF_HARM].words)
    await scene.work()
    ((place, notice),) = scene.alarm_receivers.told
    assert (place, notice.quote, notice.alarm.turn_number) == (0, WANTS_TO_DIE, turn)
    record = await scene.record()
    assert record.state is State.IN_PROGRESS
    assert record.progress.need_human is NeedHuman.GRAVE
    assert (await scene.turns())[turn - 1].understanding.danger is DangerKind.SELF_HARM


@virtual_time
async def test_watchers_are_told_too() -> None:
    scene = await at(StepKind.QUESTION)
    await scene.say(WANTS_TO_DIE)
    events = await scene.store.events(scene.id, "", wait=0)
    (told,) = [event.occurrence for event in events if isinstance(event.occurrence, AlarmChanged)]
    assert (told.alarm.danger, told.alarm.open) == (DangerKind.SELF_HARM, True)


@virtual_time
async def test_last_words_raise_an_alarm_too() -> None:
    scene = await at(StepKind.QUESTION)
    taking = asyncio.create_task(scene.take(scene.recording(WANTS_TO_DIE)))
    await scene.hang_up()
    assert (await taking).next == HangUp()
    outcome = await scene.finish()
    assert outcome.need_human is NeedHuman.GRAVE
    assert scene.alarm_receivers.places == [0]


@virtual_time
async def test_the_callee_is_put_through_and_talks_to_a_person() -> None:
    scene = Scene(duty_phone="+8221234567")
    await scene.ring(plain_brief(), "네", "네")
    turn = scene.reply.next.turn_number
    reply = await scene.take(scene.recording(WANTS_TO_DIE))
    assert isinstance(reply.next, HandOver)
    assert (reply.next.phone, reply.next.turn_number) == ("+8221234567", turn + 3)
    await scene._follow(reply)
    assert scene.over
    await scene.hang_up()
    assert (await scene.turns())[-1].source is Source.HAND_OVER
    assert (await scene.finish()).result is Result.IN_DEPTH_NEEDED


@virtual_time
async def test_the_agent_goes_on_if_nobody_answers() -> None:
    scene = Scene(duty_phone="+8221234567")
    scene.operator_answers = False
    await scene.ring(plain_brief(), "네", "네", WANTS_TO_DIE)
    assert scene.asked.endswith("있으세요?")
    await scene.say("없어요")
    assert (await scene.finish()).need_human is NeedHuman.GRAVE


@virtual_time
async def test_the_end_of_a_hand_over_after_the_end_of_the_call_changes_nothing() -> None:
    scene = Scene(duty_phone="+8221234567")
    await scene.ring(plain_brief(), "네", "네")
    scene.reply = await scene.take(scene.recording(WANTS_TO_DIE))
    await scene.hang_up()
    assert (await scene.take(HandOverEnded(answered=True))).next == HangUp()
    assert (await scene.finish()).result is Result.IN_DEPTH_NEEDED


# The second opinion.


@virtual_time
async def test_both_are_written_down_when_both_notice() -> None:
    scene = Scene(language_model=thinking("self_harm", quote=WANTS_TO_DIE))
    await scene.ring(plain_brief(), "네", "네", WANTS_TO_DIE)
    await scene.background.drain(10)
    assert await alarmed(scene) == [(DangerKind.SELF_HARM, (Observer.RULES, Observer.LANGUAGE_MODEL))]


@virtual_time
async def test_what_only_the_model_notices_in_time_is_answered_at_once() -> None:
    scene = Scene(language_model=thinking("self_harm", quote=HARMLESS_TO_RULES))
    await scene.ring(plain_brief(), "네", "네", HARMLESS_TO_RULES)
    await scene.background.drain(10)
    ((danger, observers),) = await alarmed(scene)
    assert danger is DangerKind.SELF_HARM
    assert Observer.LANGUAGE_MODEL in observers
    assert (await scene.record()).progress.need_human is NeedHuman.GRAVE


@pytest.mark.parametrize("delay", [4.0, 7.0])
@virtual_time
async def test_what_the_model_notices_late_is_told_at_once_and_spoken_of_next(delay: float) -> None:
    model = thinking("violence", quote="네 그럼요")
    scene = await at(StepKind.QUESTION)
    model.delay = delay
    scene.language_model = model
    scene.calls = scene.replica()
    await scene.say("네 그럼요 잘 먹고말고요")
    assert await alarmed(scene) == []
    await scene.background.drain(10)
    await scene.work()
    assert await alarmed(scene) == [(DangerKind.VIOLENCE, (Observer.LANGUAGE_MODEL,))]
    assert scene.alarm_receivers.places == [0]
    model.structured = {}
    await scene.say("따뜻해요")
    assert scene.wording.dangers[DangerKind.VIOLENCE].words in scene.said
    assert (await scene.record()).progress.untold is None
    await scene.background.drain(10)


@virtual_time
async def test_a_model_that_is_down_changes_nothing() -> None:
    scene = Scene(language_model=ScriptedLanguageModel("네."))
    await scene.ring(plain_brief(), "네", "네", WANTS_TO_DIE)
    assert await alarmed(scene) == [(DangerKind.SELF_HARM, (Observer.RULES,))]


@virtual_time
async def test_a_model_alone_ends_no_call() -> None:
    def answer(_messages: Any) -> Mapping[str, Any]:
        return opinion("refuse_call", quote="멍멍")

    scene = Scene(language_model=ScriptedLanguageModel("네.", structured={"opinion": answer}))
    await scene.ring(None, "네", "네", "네", "네", "아니요", "멍멍")
    assert not scene.over


@virtual_time
async def test_the_model_answers_where_rules_find_nothing_and_the_transcript_says_so() -> None:
    def answer(_messages: Any) -> Mapping[str, Any]:
        return {**opinion("answer", quote="강아지"), "expected_answer": 1}

    scene = Scene(language_model=ScriptedLanguageModel("네.", structured={"opinion": answer}))
    await scene.ring(None, "네", "네", "네", "네", "아니요")
    turn = scene.reply.next.turn_number
    await scene.say("강아지를 키워요")
    understanding = (await scene.turns())[turn - 1].understanding
    assert (understanding.layer, understanding.expected_answer) == (Layer.LANGUAGE_MODEL, 1)
