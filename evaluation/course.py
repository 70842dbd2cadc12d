"""The course of a simulated call: what came of it, whether it went over the telephone or was played as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.report import Report


@dataclass(frozen=True, slots=True)
class Course:
    """What happened.

    Attributes:
        ended: it ran to its end.
        result: what the backend received; None: nothing.
        states: what became of each question and known problem, by subject (`questions[0]` ...).
        said: the agent's words, turn by turn.
        callee_turns: how often the callee had the word.
        alarms: the kinds of danger that were noticed, in order.
        breaches: of the telephone network's protocol.
    """

    ended: bool
    result: Mapping[str, Any] | None
    states: Mapping[str, str]
    said: Sequence[str]
    callee_turns: int
    alarms: Sequence[str]
    breaches: Sequence[str] = ()


def course_of(report: Report, summary: Mapping[str, Any] | None) -> Course:
    """Returns the course of a call in the sandbox.

    Args:
        report: what the sandbox saw.
        summary: what the gateway's `/summary` says after the call; None: it has none.
    """
    findings = summary["outcome"]["findings"] if summary else []
    return Course(
        ended=report.ended,
        result=report.result,
        states={finding["subject"]: finding["state"] for finding in findings},
        said=[turn["text"] for turn in report.transcript if turn["speaker"] == "agent"],
        callee_turns=sum(turn["speaker"] == "callee" for turn in report.transcript),
        alarms=[alarm["danger_kind"] for alarm in (report.consultation or {}).get("alarms", [])],
        breaches=[str(breach) for breach in report.twilio["errors"]],
    )
