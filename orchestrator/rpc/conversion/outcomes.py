"""What came of a consultation, as messages."""

from __future__ import annotations

from collections.abc import Iterable

from calling.v1 import consultation_service_pb2, outcome_pb2, transcript_pb2
from orchestrator.domain.codes import ResponseCode, ResponseType, Result
from orchestrator.domain.outcome import CallBackWish, Finding, NewProblem, Outcome, RecordingConsent, Summary
from orchestrator.domain.problem import Problem
from orchestrator.rpc.conversion.codes import response_code_message

_RESULTS = {
    Result.NOT_POSSIBLE: outcome_pb2.Outcome.RESULT_NOT_POSSIBLE,
    Result.FINE: outcome_pb2.Outcome.RESULT_FINE,
    Result.IN_DEPTH_NEEDED: outcome_pb2.Outcome.RESULT_IN_DEPTH_NEEDED,
}
_CONSENTS = {
    RecordingConsent.UNKNOWN: outcome_pb2.RECORDING_CONSENT_UNSPECIFIED,
    RecordingConsent.GIVEN: outcome_pb2.RECORDING_CONSENT_GIVEN,
    RecordingConsent.REFUSED: outcome_pb2.RECORDING_CONSENT_REFUSED,
}


def summary_message(summary: Summary, outcome: Outcome) -> consultation_service_pb2.SummaryResponse:
    """Returns summary and outcome as a message."""
    return consultation_service_pb2.SummaryResponse(
        summary=summary.text,
        source=transcript_pb2.Turn.Source.Value(f"SOURCE_{summary.source.upper()}"),
        outcome=outcome_message(outcome),
        claims=[outcome_pb2.Claim(text=claim.text, turn_numbers=claim.turn_numbers) for claim in summary.claims],
    )


def outcome_message(outcome: Outcome) -> outcome_pb2.Outcome:
    """Returns an outcome as a message."""
    return outcome_pb2.Outcome(
        result=_RESULTS[outcome.result],
        exception=outcome_pb2.ExceptionCode.ValueType(outcome.exception),
        need_human=outcome_pb2.InDepthCode.ValueType(outcome.need_human),
        findings=[_finding(finding) for finding in outcome.findings],
        remaining=_vulnerabilities(outcome.remaining),
        solved=_vulnerabilities(outcome.solved),
        found=_vulnerabilities(outcome.found),
        call_back=_call_back(outcome.call_back) if outcome.call_back else None,
        new_problems=[_new_problem(problem) for problem in outcome.new_problems],
        recording_consent=_CONSENTS[outcome.recording_consent],
        identified=outcome.identified,
    )


def _finding(finding: Finding) -> outcome_pb2.Finding:
    return outcome_pb2.Finding(
        subject=finding.subject,
        text=finding.text,
        state=outcome_pb2.Finding.State.Value(f"STATE_{finding.state.upper()}"),
        quote=finding.quote,
        turn_number=finding.turn_number,
        confidence=finding.confidence,
        expected_answer=finding.expected_answer,
        responses=[response_code_message(code) for code in finding.responses],
        ask_count=finding.ask_count,
        solved=finding.solved,
        level=finding.level,
        unasked=finding.unasked,
    )


def _call_back(wish: CallBackWish) -> outcome_pb2.CallBackWish:
    part = wish.part_of_day.upper() if wish.part_of_day else "UNSPECIFIED"
    message = outcome_pb2.CallBackWish(
        quote=wish.quote,
        turn_number=wish.turn_number,
        part_of_day=outcome_pb2.CallBackWish.PartOfDay.Value(f"PART_OF_DAY_{part}"),
    )
    if wish.not_before is not None:
        message.not_before.FromDatetime(wish.not_before)
    if wish.not_after is not None:
        message.not_after.FromDatetime(wish.not_after)
    return message


def _new_problem(new: NewProblem) -> outcome_pb2.NewProblem:
    return outcome_pb2.NewProblem(
        content=new.problem.content,
        codes=[response_code_message(ResponseCode(new.problem.type, code)) for code in new.problem.codes],
        since_and_why=new.since_and_why,
        urgency=new.urgency,
        daily_life=new.daily_life,
        help=new.help,
        grave=new.grave,
        turn_numbers=new.turn_numbers,
    )


def _vulnerabilities(problems: Iterable[Problem]) -> outcome_pb2.Vulnerabilities:
    message = outcome_pb2.Vulnerabilities()
    for problem in problems:
        if problem.type is ResponseType.RISK:
            message.risks.add(codes=problem.codes, content=problem.content)
        else:
            message.desires.add(codes=problem.codes, content=problem.content)
    return message
