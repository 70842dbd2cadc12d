"""Callees who hang up, at any moment."""

from __future__ import annotations

import asyncio

from orchestrator.dialogue.ports.store import DueKind
from orchestrator.domain.codes import ExceptionCode
from orchestrator.domain.turn import HangUp, Reply
from tests.unit.orchestrator.dialogue.scene import Scene, plain_brief, talking
from tests.virtual_time import virtual_time


@virtual_time
async def test_the_last_words_count_even_if_the_hang_up_is_known_first() -> None:
    scene = await talking("네", "네")
    await scene.hang_up()
    assert await scene.take(scene.recording("다 냈어요")) == Reply((), HangUp())
    outcome = await scene.finish()
    assert outcome.exception is ExceptionCode.DISCONNECTED
    assert [problem.content for problem in outcome.solved] == ["난방비가 밀려 있음"]
    assert (await scene.transcript())[-1] == ("callee", "다 냈어요")
    assert [finding.ask_count for finding in outcome.findings] == [1, 0, 0, 0]


@virtual_time
async def test_a_hang_up_while_an_exchange_runs_keeps_the_words_and_says_nothing_more() -> None:
    scene = await talking("네", "네")
    scene.hears.delay = 6
    webhook = asyncio.create_task(scene.take(scene.recording("다 냈어요")))
    await asyncio.sleep(1)
    await scene.hang_up()
    assert await webhook == Reply((), HangUp())
    assert (await scene.transcript())[-1] == ("callee", "다 냈어요")
    outcome = await scene.finish()
    assert outcome.exception is ExceptionCode.DISCONNECTED
    assert [problem.content for problem in outcome.solved] == ["난방비가 밀려 있음"]


@virtual_time
async def test_the_last_words_of_an_interview_end_it_whether_or_not_the_hang_up_came_first() -> None:
    outcomes = []
    for hung_up_first in (True, False):
        scene = Scene()
        await scene.ring(plain_brief(), "네", "네")
        if hung_up_first:
            await scene.hang_up()
        await scene.take(scene.recording("없어요 끊을게요"))
        if not hung_up_first:
            await scene.hang_up()
        outcomes.append(await scene.finish())
    assert outcomes[0] == outcomes[1]
    assert outcomes[0].exception is ExceptionCode.NONE


@virtual_time
async def test_the_conclusion_waits_for_the_last_words_and_no_longer() -> None:
    scene = await talking("네", "네")
    await scene.hang_up()
    assert await scene.due() == ()
    await scene.take(scene.recording("네"))
    assert [due.kind for due in await scene.due()] == [DueKind.CONCLUDE]


@virtual_time
async def test_words_that_come_after_the_conclusion_change_nothing() -> None:
    scene = await talking("네", "네")
    await scene.hang_up()
    await scene.finish()
    before = await scene.record()
    assert await scene.take(scene.recording("네")) == Reply((), HangUp())
    assert await scene.record() == before


@virtual_time
async def test_after_a_hang_up_no_language_model_is_asked() -> None:
    scene = await talking("네", "네")
    await scene.hang_up()
    scene.store.transcript, transcript = None, scene.store.transcript  # type: ignore[assignment, method-assign]
    await scene.take(scene.recording("언제 와요"))
    scene.store.transcript = transcript  # type: ignore[method-assign]
    assert scene.failures == []
