"""No call lasts longer than it may, also if the telephone network forgets its limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from orchestrator.dialogue.call.longest_call import GRACE, looked_up_at, overdue_at
from orchestrator.dialogue.ports.telephone import CallReport, CallStatus
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
    await scene.work(brief.dialling.time_limit - 60)
    assert scene.telephone.hung_up == []
    await scene.say("네")  # the call is lively to the end
    await scene.work(60 + GRACE.total_seconds() + 1)
    assert scene.telephone.hung_up == [scene.call_sid]
