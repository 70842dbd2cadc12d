"""A consultation's result as the backend reads it (backend contract, section 2)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from orchestrator.dialogue.ports.results import Report
from orchestrator.domain.codes import ResponseType
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.korean_time import local_time
from orchestrator.domain.problem import Problem
from orchestrator.domain.turn import Speaker, Turn

# Korea has had no summer time since 1988; the machine need not know time zones.
_SPEAKERS = {Speaker.AGENT: "상담원", Speaker.CALLEE: "대상자"}
_NOTHING_SAID = "(무응답)"


def encode(report: Report) -> bytes:
    """Returns the result as JSON in UTF-8; the same report gives the same bytes."""
    return json.dumps(_result(report), ensure_ascii=False, separators=(",", ":")).encode()


def _result(report: Report) -> dict[str, Any]:
    outcome = report.outcome
    return {
        "account_id": report.brief.account_id,
        "v_id": report.brief.person.person_id,
        "q_id": report.brief.question_set_id,
        "s_index": report.brief.session_index,
        "overall_script": "\n".join(map(_line, report.turns)),
        "summary": report.summary,
        "result": int(outcome.result),
        "fail_code": int(outcome.exception),
        "need_human": int(outcome.need_human),
        "result_vulnerabilities": _vulnerabilities(outcome.remaining),
        "delete_vulnerabilities": _vulnerabilities(outcome.solved),
        "new_vulnerabilities": _vulnerabilities(outcome.found),
        "time": local_time(_started_at(report.consultation)),
        "runtime": _runtime(report.consultation),
    }


def _line(turn: Turn) -> str:
    return f"{_SPEAKERS[turn.speaker]}: {' '.join(turn.text.split()) or _NOTHING_SAID}"


def _vulnerabilities(problems: Sequence[Problem]) -> dict[str, Any]:
    risks = [problem for problem in problems if problem.type is ResponseType.RISK]
    desires = [problem for problem in problems if problem.type is ResponseType.DESIRE]
    return {
        "risk_list": [{"risk_index_list": list(risk.codes), "content": risk.content} for risk in risks],
        # The backend sends `desire_type` and reads only `desire_index_list`.
        "desire_list": [{"desire_index_list": list(desire.codes), "content": desire.content} for desire in desires],
        "risk_index_count": _counts(risks),
        "desire_index_count": _counts(desires),
    }


def _counts(problems: Sequence[Problem]) -> dict[str, int]:
    """Returns how often each code occurs."""
    counts = Counter(code for problem in problems for code in problem.codes)
    return {str(code): counts[code] for code in sorted(counts)}


def _started_at(consultation: Consultation) -> datetime:
    return consultation.answered_at or consultation.dialled_at or consultation.created_at


def _runtime(consultation: Consultation) -> int:
    """Returns the seconds that were spoken."""
    if consultation.answered_at is None or consultation.ended_at is None:
        return 0
    return max(0, round((consultation.ended_at - consultation.answered_at).total_seconds()))
