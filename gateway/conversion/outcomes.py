"""Summary and outcome as JSON, with the codes as the backend's integers."""

from collections.abc import Iterable

from calling.v1 import consultation_service_pb2, outcome_pb2, transcript_pb2
from gateway import views
from gateway.conversion.views import Enum, enum_name, moment, optional_name

_RESULTS = {
    outcome_pb2.Outcome.RESULT_NOT_POSSIBLE: 0,
    outcome_pb2.Outcome.RESULT_FINE: 1,
    outcome_pb2.Outcome.RESULT_IN_DEPTH_NEEDED: 2,
}
"""The one table whose numbers differ: proto3 keeps 0 for "unspecified"."""

_RESPONSE_TABLES: dict[str, tuple[int, Enum, str]] = {
    "exception": (0, outcome_pb2.ExceptionCode, "EXCEPTION_CODE_"),
    "risk": (1, outcome_pb2.RiskCode, "RISK_CODE_"),
    "desire": (2, outcome_pb2.DesireCode, "DESIRE_CODE_"),
    "in_depth": (3, outcome_pb2.InDepthCode, "IN_DEPTH_CODE_"),
}


def summary(message: consultation_service_pb2.SummaryResponse) -> views.SummaryView:
    """Returns summary and outcome."""
    return views.SummaryView(
        summary=message.summary,
        source=enum_name(transcript_pb2.Turn.Source, message.source, "SOURCE_"),
        outcome=_outcome(message.outcome),
        claims=[views.ClaimView(text=claim.text, turns=list(claim.turn_numbers)) for claim in message.claims],
    )


def _outcome(message: outcome_pb2.Outcome) -> views.OutcomeView:
    return views.OutcomeView(
        result=_result(message.result),
        fail_code=_code("exception", message.exception),
        need_human=_code("in_depth", message.need_human),
        findings=[_finding(finding) for finding in message.findings],
        remaining=_vulnerabilities(message.remaining),
        solved=_vulnerabilities(message.solved),
        found=_vulnerabilities(message.found),
        call_back=_call_back(message.call_back) if message.HasField("call_back") else None,
        new_problems=[_new_problem(problem) for problem in message.new_problems],
        recording_consent=optional_name(outcome_pb2.RecordingConsent, message.recording_consent, "RECORDING_CONSENT_"),
        identified=message.identified,
    )


def _result(number: outcome_pb2.Outcome.Result.ValueType) -> views.Code | None:
    """Returns the overall result; None while there is none."""
    if number not in _RESULTS:
        return None
    return views.Code(code=_RESULTS[number], name=enum_name(outcome_pb2.Outcome.Result, number, "RESULT_"))


def _code(table: str, number: int) -> views.Code:
    _, enum, prefix = _RESPONSE_TABLES[table]
    return views.Code(code=number, name=enum_name(enum, number, prefix) if number else "none")


def _finding(message: outcome_pb2.Finding) -> views.FindingView:
    return views.FindingView(
        subject=message.subject,
        text=message.text,
        state=enum_name(outcome_pb2.Finding.State, message.state, "STATE_"),
        quote=message.quote,
        turn=message.turn_number or None,
        confidence=round(message.confidence, 3) if message.HasField("confidence") else None,
        expected_answer=message.expected_answer if message.HasField("expected_answer") else None,
        responses=_responses(message.responses),
        ask_count=message.ask_count,
        solved=message.solved if message.HasField("solved") else None,
        level=message.level if message.HasField("level") else None,
        unasked=message.unasked,
    )


def _call_back(message: outcome_pb2.CallBackWish) -> views.CallBackView:
    return views.CallBackView(
        quote=message.quote,
        turn=message.turn_number,
        not_before=moment(message, "not_before"),
        not_after=moment(message, "not_after"),
        part_of_day=optional_name(outcome_pb2.CallBackWish.PartOfDay, message.part_of_day, "PART_OF_DAY_"),
    )


def _new_problem(message: outcome_pb2.NewProblem) -> views.NewProblemView:
    return views.NewProblemView(
        content=message.content,
        codes=_responses(message.codes),
        since_and_why=message.since_and_why,
        urgency=message.urgency if message.HasField("urgency") else None,
        daily_life=message.daily_life if message.HasField("daily_life") else None,
        help=message.help if message.HasField("help") else None,
        grave=message.grave,
        turns=list(message.turn_numbers),
    )


def _responses(messages: Iterable[outcome_pb2.ResponseCode]) -> list[views.ResponseView]:
    """Returns what an answer means; codes of tables newer than this gateway are left out."""
    return [_response(message) for message in messages if message.WhichOneof("code")]


def _response(message: outcome_pb2.ResponseCode) -> views.ResponseView:
    table = str(message.WhichOneof("code"))
    number, _, _ = _RESPONSE_TABLES[table]
    return views.ResponseView(
        response_type=views.Code(code=number, name=table), response_index=_code(table, getattr(message, table))
    )


def _vulnerabilities(message: outcome_pb2.Vulnerabilities) -> views.VulnerabilitiesView:
    return views.VulnerabilitiesView(
        risks=[_difficulty("risk", risk) for risk in message.risks],
        desires=[_difficulty("desire", desire) for desire in message.desires],
    )


def _difficulty(table: str, message: outcome_pb2.Risk | outcome_pb2.Desire) -> views.DifficultyView:
    return views.DifficultyView(codes=[_code(table, code) for code in message.codes], content=message.content)
