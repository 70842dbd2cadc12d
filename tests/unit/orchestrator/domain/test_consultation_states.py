"""A consultation changes only forward."""

from __future__ import annotations

from itertools import product

import pytest

from orchestrator.domain.codes import (
    DESIRE_LABELS,
    EXCEPTION_LABELS,
    NEED_HUMAN_LABELS,
    RISK_LABELS,
    TABLE_SIZES,
    ExceptionCode,
    NeedHuman,
    ResponseType,
)
from orchestrator.domain.consultation import Delivery, DeliveryState, State
from orchestrator.domain.errors import WrongState
from orchestrator.domain.outcome import Finding, FindingState
from orchestrator.domain.progress import Progress
from tests.fakes.consultations import consultation

FINAL = {State.COMPLETED, State.FAILED, State.CANCELLED}
BEFORE_CALL = {State.SCHEDULED, State.DIALLING, State.RINGING}


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_only_forward_and_never_out_of_a_final_state(before: State, after: State) -> None:
    record = consultation(state=before)
    order = list(State)
    if before in FINAL or order.index(after) < order.index(before):
        with pytest.raises(WrongState) as error:
            record.to(after)
        assert (error.value.consultation_id, error.value.state) == (record.consultation_id, before)
    else:
        moved = record.to(after)
        assert (moved.state, moved.version) == (after, record.version)
        assert moved.reached(before)


@pytest.mark.parametrize("state", State)
def test_kinds_of_states(state: State) -> None:
    assert state.final == (state in FINAL)
    assert state.before_call == (state in BEFORE_CALL)


@pytest.mark.parametrize(("state", "delivery"), list(product(State, DeliveryState)))
def test_settled_is_final_and_nothing_left_to_deliver(state: State, delivery: DeliveryState) -> None:
    left = delivery in {DeliveryState.NONE, DeliveryState.PENDING}
    assert consultation(state=state, delivery=Delivery(delivery)).settled == (state in FINAL and not left)


def test_a_finding_is_found_by_its_subject() -> None:
    finding = Finding("questions[1]", "무엇", FindingState.ANSWERED)
    progress = Progress(findings=(Finding("questions[0]", "무엇", FindingState.REFUSED), finding))
    assert progress.finding("questions[1]") is finding
    assert progress.finding("questions[2]") is None


def test_the_code_tables_are_complete() -> None:
    """Backend contract, section 3."""
    assert list(EXCEPTION_LABELS) == [code for code in ExceptionCode if code]
    assert list(NEED_HUMAN_LABELS) == [need for need in NeedHuman if need]
    assert (list(RISK_LABELS), list(DESIRE_LABELS)) == (list(range(1, 9)), list(range(1, 12)))
    assert TABLE_SIZES == {
        ResponseType.EXCEPTION: 6,
        ResponseType.RISK: 8,
        ResponseType.DESIRE: 11,
        ResponseType.IN_DEPTH: 2,
    }
