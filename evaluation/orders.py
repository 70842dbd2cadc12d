"""A payload as the service understands it: the order, and the plan that is made from it."""

from __future__ import annotations

from functools import cache

from pydantic import ValidationError

from evaluation.lines import UnusableFile, first_fault
from gateway.conversion.consultations import start_request
from gateway.receive import ReceivePayload
from orchestrator.adapters.institution.file import load_institution
from orchestrator.dialogue.interview.institution import Institution
from orchestrator.dialogue.interview.plan_making import make_plan
from orchestrator.domain.brief import Brief
from orchestrator.domain.plan import Plan
from orchestrator.rpc.conversion.orders import brief


def order_of(payload: bytes) -> Brief:
    """Returns the order that a body of `POST /api/receive` is; its plan is not made yet.

    Raises:
        UnusableFile: it is none.
    """
    try:
        return brief(start_request(ReceivePayload.model_validate_json(payload), ""))
    except ValidationError as error:
        raise UnusableFile(f"payload: {first_fault(error)}") from None


def plan_of(payload: bytes) -> Plan:
    """Returns what is asked in the call that a body of `POST /api/receive` orders.

    Raises:
        UnusableFile: it is none.
    """
    return make_plan(order_of(payload), _institution())


@cache
def _institution() -> Institution:
    return load_institution()
