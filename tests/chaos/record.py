"""What the sandbox and the backend know of one planned call, beside what the product says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.twilio.journal import Breach, Exchange, ExecutedVerb
from tests.chaos.plan import PlannedCall


@dataclass(frozen=True, kw_only=True)
class PhoneCall:
    """Holds what the sandbox's Twilio knows of a call.

    Attributes:
        sid: of the call.
        status: its last.
        callee_hung_up: whether it was the callee who ended it.
        verbs: what was executed, in order.
        exchanges: what went over the wire, in order.
        breaches: what Twilio complained of.
    """

    sid: str
    status: str
    callee_hung_up: bool = False
    verbs: tuple[ExecutedVerb, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    breaches: tuple[Breach, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DeliveredResult:
    """Holds one POST that the backend saw.

    Attributes:
        key: its `Idempotency-Key`.
        body: as it came.
        status: what was answered; None: nothing.
    """

    key: str
    body: Mapping[str, Any]
    status: int | None


@dataclass(frozen=True, kw_only=True)
class CallRecord:
    """Holds everything about one planned call.

    Attributes:
        planned: what was to happen.
        consultation_id: None if no start was ever accepted.
        consultation: as the product shows it; None if it does not.
        transcript: likewise.
        phone_calls: to the person's number, in order.
        results: with the person's id, in order.
        alarms_taken: how many POSTs of alarms with the person's id somebody took.
    """

    planned: PlannedCall
    consultation_id: str | None
    consultation: Mapping[str, Any] | None = None
    transcript: tuple[Mapping[str, Any], ...] = ()
    phone_calls: tuple[PhoneCall, ...] = ()
    results: tuple[DeliveredResult, ...] = field(default=())
    alarms_taken: int = 0
