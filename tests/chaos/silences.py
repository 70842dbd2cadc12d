"""How long a callee heard nothing while it was our turn, in phone seconds.

Phone time passes at the rate of the call's speed while something is played or recorded, and at the real rate while
Twilio waits for our programs: so what is measured is what a callee at speed 1 would live through. What a fast call
makes harder is an outage: its real seconds hold more prompts, pauses and retries of such a call than of a real one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sandbox.twilio.journal import ExecutedVerb
from tests.chaos.record import PhoneCall

LONGEST_SILENCE: Final = 6.0

_LISTENING: Final = frozenset({"Record", "Gather", "Dial"})


@dataclass(frozen=True, order=True)
class _Span:
    start: float
    end: float
    callee_next: bool = False
    """Whether it is the callee's turn after it, for as long as the stream lasts."""


def silences(call: PhoneCall) -> Iterator[tuple[float, float]]:
    """Yields each time that a callee waited for us: since when, and how long."""
    if not call.verbs:
        return
    spans = sorted(span for verb in call.verbs for span in _spans(verb))
    end = max((verb.ended_s or verb.started_s for verb in call.verbs), default=0.0)
    covered, callee_next = 0.0, False
    for span in [*spans, _Span(end, end)]:
        if span.start > covered and not callee_next:
            yield covered, span.start - covered
        if span.end >= covered:
            covered, callee_next = span.end, span.callee_next


def _spans(verb: ExecutedVerb) -> Iterator[_Span]:
    """Yields when a verb left nobody waiting."""
    stream = verb.verb == "Connect"
    for start, end in verb.outcome.get("audio_s", []):
        yield _Span(start, end, callee_next=stream)
    for start, end in verb.outcome.get("said_s", []):
        yield _Span(start, end)
    if verb.ended_s is None:
        return
    if verb.verb in _LISTENING:
        yield _Span(verb.started_s, verb.ended_s)
    if stream and "failure" in verb.outcome and _agent_spoke_last(verb):
        yield _Span(verb.ended_s, verb.ended_s)  # from now on it is ours to go on


def _agent_spoke_last(verb: ExecutedVerb) -> bool:
    agent, callee = (
        max((float(end) for _, end in verb.outcome.get(name, [])), default=0.0) for name in ("audio_s", "said_s")
    )
    return agent >= callee
