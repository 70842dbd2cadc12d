"""Summary and outcome as JSON, with the codes as the backend's integers."""

from calling.v1 import consultation_service_pb2, outcome_pb2, transcript_pb2
from gateway import views
from gateway.conversion.views import Enum, enum_name

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
        responses=[_response(response) for response in message.responses if response.WhichOneof("code")],
        ask_count=message.ask_count,
        solved=message.solved if message.HasField("solved") else None,
    )


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
