"""Every order in which a call's reports may come, each report once or twice: one record, one outcome."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from orchestrator.dialogue.ports.telephone import CallStatus
from orchestrator.domain.codes import DialFailure, ExceptionCode
from orchestrator.domain.consultation import Consultation, State
from tests.fakes.consultations import NOON
from tests.unit.orchestrator.dialogue.scene import Scene, plain_brief
from tests.virtual_time import virtual_time

INITIATED, RINGING, ANSWERED = CallStatus.INITIATED, CallStatus.RINGING, CallStatus.IN_PROGRESS
PERSON = "a person answered"  # the network's answering machine detection
NOBODY = {
    CallStatus.BUSY: DialFailure.BUSY,
    CallStatus.NO_ANSWER: DialFailure.NO_ANSWER,
    CallStatus.FAILED: DialFailure.NETWORK,
    CallStatus.CANCELED: DialFailure.NO_ANSWER,
}
# By the network's clock, in seconds; it numbers its reports in this order.
TIMES = {INITIATED: 0, RINGING: 2, ANSWERED: 8, CallStatus.COMPLETED: 68} | dict.fromkeys(NOBODY, 30)

Report = CallStatus | str


async def tell(scene: Scene, reports: Sequence[Report]) -> None:
    for report in reports:
        if not isinstance(report, CallStatus):
            await scene.reports.answered_by(scene.id, scene.call_sid, machine=False)
            continue
        await scene.status(
            report,
            sequence_number=list(TIMES).index(report),
            happened_at=NOON + timedelta(seconds=TIMES[report]),
            duration=60.0 if report is CallStatus.COMPLETED else None,
        )


def what_counts(record: Consultation) -> Consultation:
    """A record without what differs between two calls anyway."""
    return replace(record, consultation_id="", version=0)


async def unanswered(reports: Sequence[Report]) -> Consultation:
    scene = Scene()
    await scene.start(plain_brief())
    await tell(scene, reports)
    await scene.finish()
    assert len(scene.receiver.delivered) == 1
    return what_counts(await scene.record())


async def answered(before: Sequence[Report], between: Sequence[Report], after: Sequence[Report]) -> Consultation:
    """A call of two webhooks, and the reports that come before, between and after them."""
    scene = Scene()
    await scene.start(plain_brief())
    await tell(scene, before)
    scene.reply = await scene.calls.answer(scene.id, scene.call_sid)
    await tell(scene, between)
    await scene.take(scene.recording("네"))
    await tell(scene, after)
    await scene.finish()
    assert len(scene.receiver.delivered) == 1
    return what_counts(await scene.record())


def once_or_twice(reports: Sequence[Report]) -> Iterator[tuple[Report, ...]]:
    """Every order of the reports, and of them with one of them twice."""
    for more in ((), *((report,) for report in reports)):
        yield from sorted(set(permutations((*reports, *more))), key=str)


@pytest.mark.parametrize("last", NOBODY)
@virtual_time
async def test_nobody_was_reached_in_any_order(last: CallStatus) -> None:
    expected = await unanswered((INITIATED, RINGING, last))
    assert (expected.state, expected.dial_failure) == (State.FAILED, NOBODY[last])
    assert expected.outcome is not None
    assert expected.outcome.exception is ExceptionCode.NOT_ANSWERED
    for order in once_or_twice((INITIATED, RINGING, last)):
        assert await unanswered(order) == expected, order


def ways_to_come() -> Iterator[tuple[tuple[Report, ...], ...]]:
    """Every order of an answered call's reports around its webhooks; all come twice, the end after the words."""
    for order in permutations((INITIATED, RINGING, ANSWERED, CallStatus.COMPLETED)):
        end = order.index(CallStatus.COMPLETED)
        for first in range(end + 1):
            yield (PERSON, *order[:first]), order[first:end], (*order[end:], *order)
            yield order[:first], (*order[first:end], PERSON), (*order[end:], *order)


@virtual_time
async def test_an_answered_call_in_any_order() -> None:
    expected = await answered((INITIATED, RINGING, ANSWERED, PERSON), (), (CallStatus.COMPLETED,))
    answered_at, ended_at = (NOON + timedelta(seconds=TIMES[each]) for each in (ANSWERED, CallStatus.COMPLETED))
    assert (expected.answered_at, expected.ended_at) == (answered_at, ended_at)
    assert expected.outcome is not None
    assert expected.outcome.exception is ExceptionCode.DISCONNECTED
    for ways in ways_to_come():
        assert await answered(*ways) == expected, ways


@virtual_time
async def test_an_answered_call_whose_end_overtakes_the_last_words_in_any_order() -> None:
    in_order = await answered((INITIATED, RINGING, ANSWERED), (), (CallStatus.COMPLETED,))
    expected = await answered((INITIATED, RINGING, ANSWERED), (CallStatus.COMPLETED,), ())
    assert (expected.outcome, expected.summary) == (in_order.outcome, in_order.summary)
    assert (expected.answered_at, expected.ended_at) == (in_order.answered_at, in_order.ended_at)
    for order in permutations((INITIATED, RINGING, ANSWERED, CallStatus.COMPLETED)):
        end = order.index(CallStatus.COMPLETED)
        for first in range(end + 1):
            ways = (order[:first], order[first:], order)
            assert await answered(*ways) == expected, ways


@virtual_time
async def test_a_call_of_which_the_end_is_all_that_is_told() -> None:
    record = await unanswered((CallStatus.COMPLETED, ANSWERED, RINGING, INITIATED))
    assert record == await unanswered((INITIATED, RINGING, ANSWERED, CallStatus.COMPLETED))
    assert record.answered_at == NOON + timedelta(seconds=TIMES[ANSWERED])
