"""No call lasts longer than it may, also if the telephone network forgets its limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.dialogue.call.longest_call import CLOSING, GRACE, looked_up_at, overdue_at
from orchestrator.dialogue.ports.telephone import CallReport, CallStatus
from orchestrator.domain.codes import ExceptionCode, NeedHuman
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.outcome import FindingState
from orchestrator.domain.turn import Listen
from tests.unit.orchestrator.dialogue.scene import Scene
from tests.virtual_time import virtual_time

QUIET = timedelta(minutes=3)


@virtual_time
async def test_the_limit_counts_from_the_answer() -> None:
    scene = Scene()
    await scene.ring(None, "네")
    brief, record = await scene.store.load(scene.id)
    limit = timedelta(seconds=brief.dialling.time_limit)
    assert record.answered_at is not None
    assert overdue_at(brief, record) == record.answered_at + limit + GRACE
    unanswered = replace(record, answered_at=None, dialled_at=None)
    assert overdue_at(brief, unanswered) is None


@virtual_time
async def test_a_call_is_looked_up_when_it_is_overdue_however_lively_it_is() -> None:
    scene = Scene()
    await scene.ring(None, "네")
    brief, record = await scene.store.load(scene.id)
    overdue = overdue_at(brief, record)
    assert overdue is not None
    assert looked_up_at(brief, record, overdue - timedelta(seconds=20), QUIET) == overdue
    assert looked_up_at(brief, record, overdue - 2 * QUIET, QUIET) == overdue - QUIET
    assert looked_up_at(brief, record, overdue, QUIET) == overdue + QUIET


@virtual_time
async def test_a_call_that_outlasts_its_limit_is_hung_up() -> None:
    scene = Scene()
    await scene.ring(None, "네")
    brief, _ = await scene.store.load(scene.id)
    scene.telephone.calls[scene.call_sid] = CallReport(scene.call_sid, CallStatus.IN_PROGRESS)
    await scene.work(brief.dialling.time_limit - 61)
    assert scene.telephone.hung_up == []
    await scene.say("네")  # the call is lively to the end
    await scene.work(61 + GRACE.total_seconds() + 1)
    assert scene.telephone.hung_up == [scene.call_sid]


async def nearly_over(*words: str, left: float) -> Scene:
    """A call of which some seconds are left."""
    scene = Scene()
    await scene.ring(None, *words)
    brief, _ = await scene.store.load(scene.id)
    scene.clock.advance(brief.dialling.time_limit - left)
    return scene


@virtual_time
async def test_a_call_says_goodbye_before_its_time_is_up() -> None:
    scene = await nearly_over("네", "네", left=CLOSING.total_seconds())
    await scene.say("네, 아직 못 냈어요")
    assert scene.over
    assert scene.asked == scene.wording.goodbye_time_up
    outcome = await scene.finish()
    assert outcome.exception is ExceptionCode.DISCONNECTED
    first, *rest = outcome.findings
    assert first.state is FindingState.ANSWERED  # the last answer counts
    assert [(each.state, each.ask_count) for each in rest] == [(FindingState.NOT_REACHED, 0)] * len(rest)
    assert rest


@virtual_time
async def test_before_that_the_call_goes_on_and_an_answer_leaves_time_for_the_goodbye() -> None:
    scene = await nearly_over("네", "네", left=CLOSING.total_seconds() + 1)
    reply = await scene.say("네, 아직 못 냈어요")
    assert isinstance(reply.next, Listen)
    assert reply.next.max_length == pytest.approx(31)


@virtual_time
async def test_who_was_asked_everything_by_then_was_consulted() -> None:
    scene = await nearly_over("네", "네", "아니요", "아니요", "잘 먹어요", "따뜻해요", left=30)
    await scene.silence()
    assert scene.asked == scene.wording.goodbye_time_up
    assert (await scene.finish()).exception is ExceptionCode.NONE


@virtual_time
async def test_a_danger_comes_before_the_goodbye() -> None:
    scene = await nearly_over("네", "네", left=30)
    await scene.say("죽고 싶어요")
    words = [prompt.text for prompt in scene.reply.prompts]
    assert words == [scene.wording.dangers[DangerKind.SELF_HARM].words, scene.wording.goodbye_time_up]
    assert (await scene.finish()).need_human is NeedHuman.GRAVE


@virtual_time
async def test_a_question_is_answered_before_the_goodbye() -> None:
    scene = await nearly_over("네", "네", left=30)
    await scene.say("사람이에요 기계예요?")
    assert [prompt.text for prompt in scene.reply.prompts] == [
        scene.wording.ai_answer,
        scene.wording.goodbye_time_up,
    ]
