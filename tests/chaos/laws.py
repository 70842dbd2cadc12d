"""What must hold of every call, whatever breaks: nothing lost, nothing doubled, nobody left in silence or cut off.

The sandbox's record of the call (what was said and heard, what was executed, what the backend got) is the truth; the
product's transcript and its deliveries are held against it. Where the product keeps a promise in a lesser way (words
that no engine understood, a repeated POST with the same key and the same bytes) that is counted as a concession.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Final

from tests.chaos.plan import DANGER
from tests.chaos.record import CallRecord, PhoneCall
from tests.chaos.silences import LONGEST_SILENCE, silences
from tests.chaos.turns import turn_faults

APOLOGIES: Final = ("전화에 문제가 생겨서", "an application error has occurred")
CONNECTION_LOST: Final = 5
"""The backend's `fail_code` of a call that broke off."""

TRANSPORT: Final = frozenset({
    11200, 11201, 11202, 11203, 11205, 11206, 15003, 31901, 31902, 31920, 31921,
})  # fmt: skip
"""What Twilio notes when a connection or an answer fails it, as some of the faults make it; no breach of ours."""


class Law(StrEnum):
    """What may not happen."""

    TURNS_LOST = "turns lost"
    TURNS_DOUBLED = "turns doubled"
    RESULTS_LOST = "results lost"
    RESULTS_DOUBLED = "results doubled"
    ALARMS_LOST = "alarms lost"
    CALLS_DROPPED = "calls dropped by us"
    PHONED_TWICE = "phoned twice"
    SILENCES = f"silences over {LONGEST_SILENCE:g} s"
    PROTOCOL_ERRORS = "protocol errors"


@dataclass(frozen=True)
class Violation:
    """Says which law was broken in which consultation, and how."""

    law: Law
    consultation_id: str
    detail: str


@dataclass
class Verdict:
    """Holds what came of one call.

    Attributes:
        violations: none if all is well.
        concessions: what was kept in a lesser way, counted by name.
        longest_silence: in phone seconds.
    """

    violations: list[Violation] = field(default_factory=list)
    concessions: Counter[str] = field(default_factory=Counter)
    longest_silence: float = 0.0


def judge(record: CallRecord) -> Verdict:
    """Holds one call against all laws."""
    verdict = Verdict()
    found = [*_results(record, verdict), *_alarms(record, verdict), *_phone_calls(record, verdict)]
    verdict.violations = [
        Violation(law, record.consultation_id or record.planned.person_id, detail) for law, detail in found
    ]
    return verdict


def _results(record: CallRecord, verdict: Verdict) -> Iterator[tuple[Law, str]]:
    if record.consultation_id is None:
        yield Law.RESULTS_LOST, "the order was never accepted"
        return
    taken = [result for result in record.results if result.status == 200]
    if not taken:
        state = (record.consultation or {}).get("state")
        yield Law.RESULTS_LOST, f"the backend took none of {len(record.results)} POSTs; the consultation is {state}"
    if len({result.key for result in record.results}) > 1:
        yield Law.RESULTS_DOUBLED, "POSTs with different keys"
    if any(one.body != other.body for one, other in pairwise(record.results)):
        yield Law.RESULTS_DOUBLED, "POSTs with different bodies"
    if len(taken) > 1:
        verdict.concessions["result posted again with the same key and body"] += len(taken) - 1


def _alarms(record: CallRecord, verdict: Verdict) -> Iterator[tuple[Law, str]]:
    """A danger whose words were written down reaches people; told twice is better than not at all, and is counted."""
    heard = any(turn["speaker"] == "callee" and DANGER in turn["text"] for turn in record.transcript)
    if heard and not record.alarms_taken:
        yield Law.ALARMS_LOST, "somebody was in danger, and nobody was told"
    verdict.concessions["alarm posted again"] += max(0, record.alarms_taken - 1)


def _phone_calls(record: CallRecord, verdict: Verdict) -> Iterator[tuple[Law, str]]:
    if len(record.phone_calls) > 1:
        yield Law.PHONED_TWICE, f"{len(record.phone_calls)} calls"
    if record.consultation_id is not None and not record.phone_calls:
        yield Law.CALLS_DROPPED, "nobody was called"
    for call in record.phone_calls:
        for breach in call.breaches:
            if breach.code not in TRANSPORT:
                yield Law.PROTOCOL_ERRORS, f"{breach.code or 'sandbox'}: {breach.message}"
            else:
                verdict.concessions[f"Twilio noted {breach.code}"] += 1
        for start, seconds in silences(call):
            verdict.longest_silence = max(verdict.longest_silence, seconds)
            if seconds > LONGEST_SILENCE:
                yield Law.SILENCES, f"{seconds:.1f} s from {start:.1f} s on"
        yield from _dropped(record, call)
        turns = turn_faults(call, record.transcript)
        yield from ((Law.TURNS_LOST, each) for each in turns.lost)
        yield from ((Law.TURNS_DOUBLED, each) for each in turns.doubled)
        verdict.concessions["turn written down without its words"] += turns.not_understood
        verdict.concessions["utterance on a stream written down in part"] += turns.in_part
        verdict.concessions["agent's turn said again after a stream broke off"] += turns.said_again
    verdict.concessions = +verdict.concessions


def _dropped(record: CallRecord, call: PhoneCall) -> Iterator[tuple[Law, str]]:
    if not call.verbs or call.callee_hung_up:
        return
    heard = " ".join(text for verb in call.verbs for text in verb.outcome.get("heard", []))
    if any(apology in heard for apology in APOLOGIES):
        yield Law.CALLS_DROPPED, "it ended with an apology"
    elif call.verbs[-1].verb != "Hangup":
        last = next((each for each in reversed(call.breaches) if each.level == "error"), None)
        yield Law.CALLS_DROPPED, f"it ended after <{call.verbs[-1].verb}>: {last.message if last else 'no error'}"
    elif any(result.body.get("fail_code") == CONNECTION_LOST for result in record.results):
        yield Law.CALLS_DROPPED, "the result says that the connection was lost, and the callee did not hang up"
