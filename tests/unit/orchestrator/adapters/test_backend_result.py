"""The result, field by field, as backend-contract.md section 2 has it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.adapters.backend.result import encode
from orchestrator.dialogue.ports.results import Report
from orchestrator.domain.codes import ExceptionCode, NeedHuman, ResponseType, Result
from orchestrator.domain.outcome import Outcome
from orchestrator.domain.problem import Problem
from orchestrator.domain.turn import Source
from tests.fakes.consultations import NOON, brief, consultation, turn

ARREARS = Problem(ResponseType.RISK, (1, 7), "난방비가 밀려 있음")
HOUSING = Problem(ResponseType.RISK, (1,), "월세가 밀려 있음")
COMPANY = Problem(ResponseType.DESIRE, (5,), "말벗이 필요함")
HEALTH = Problem(ResponseType.RISK, (6,), "식사를 거름")

REPORT = Report(
    brief(),
    replace(
        consultation(),
        answered_at=datetime(2026, 11, 22, 5, 5, 0, 900_000, tzinfo=UTC),
        ended_at=datetime(2026, 11, 22, 5, 7, 3, 400_000, tzinfo=UTC),
    ),
    Outcome(
        result=Result.IN_DEPTH_NEEDED,
        exception=ExceptionCode.NONE,
        need_human=NeedHuman.GRAVE,
        findings=(),
        remaining=(ARREARS, HOUSING, HEALTH),
        solved=(COMPANY,),
        found=(HEALTH,),
    ),
    summary="알아낸 취약 정보가 중대함: 식사를 거르심.",
    turns=(
        turn(1, "안녕하세요. 인공지능 상담원입니다."),
        turn(2, "네,\n 여보세요? "),
        turn(3, "식사는 잘 하세요?"),
        turn(4, "", source=Source.SILENCE),
    ),
)


def result(report: Report) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(encode(report))
    return decoded


def test_the_whole_result() -> None:
    assert list(result(REPORT).items()) == [
        ("account_id", "operator-1"),
        ("v_id", "v-17"),
        ("q_id", "q-3"),
        ("s_index", 2),
        (
            "overall_script",
            "상담원: 안녕하세요. 인공지능 상담원입니다.\n"
            "대상자: 네, 여보세요?\n"
            "상담원: 식사는 잘 하세요?\n"
            "대상자: (무응답)",
        ),
        ("summary", "알아낸 취약 정보가 중대함: 식사를 거르심."),
        ("result", 2),
        ("fail_code", 0),
        ("need_human", 2),
        (
            "result_vulnerabilities",
            {
                "risk_list": [
                    {"risk_index_list": [1, 7], "content": "난방비가 밀려 있음"},
                    {"risk_index_list": [1], "content": "월세가 밀려 있음"},
                    {"risk_index_list": [6], "content": "식사를 거름"},
                ],
                "desire_list": [],
                "risk_index_count": {"1": 2, "6": 1, "7": 1},
                "desire_index_count": {},
            },
        ),
        (
            "delete_vulnerabilities",
            {
                "risk_list": [],
                "desire_list": [{"desire_index_list": [5], "content": "말벗이 필요함"}],
                "risk_index_count": {},
                "desire_index_count": {"5": 1},
            },
        ),
        (
            "new_vulnerabilities",
            {
                "risk_list": [{"risk_index_list": [6], "content": "식사를 거름"}],
                "desire_list": [],
                "risk_index_count": {"6": 1},
                "desire_index_count": {},
            },
        ),
        ("time", "2026-11-22T14:05:00"),
        ("runtime", 122),
    ]


def test_the_name_that_the_backend_does_not_read_is_nowhere() -> None:
    assert b"desire_type" not in encode(REPORT)


def test_the_same_report_is_the_same_bytes_in_plain_utf8() -> None:
    assert encode(REPORT) == encode(replace(REPORT))
    assert "난방비".encode() in encode(REPORT)


def test_no_operator() -> None:
    assert result(replace(REPORT, brief=replace(brief(), account_id=None)))["account_id"] is None


@pytest.mark.parametrize(
    ("dialled_at", "time"), [(None, "2026-11-22T14:00:00"), (NOON + timedelta(hours=11), "2026-11-23T01:00:00")]
)
def test_a_call_that_nobody_answered(dialled_at: datetime | None, time: str) -> None:
    record = replace(consultation(), dialled_at=dialled_at, ended_at=NOON)
    outcome = replace(REPORT.outcome, result=Result.NOT_POSSIBLE, exception=ExceptionCode.NOT_ANSWERED)
    found = result(replace(REPORT, consultation=record, outcome=outcome, turns=()))
    assert (found["result"], found["fail_code"], found["overall_script"]) == (0, 6, "")
    assert (found["time"], found["runtime"]) == (time, 0)


@pytest.mark.parametrize("seconds", [-1, 0])
def test_a_clock_that_went_back_gives_no_negative_runtime(seconds: int) -> None:
    record = REPORT.consultation
    assert record.answered_at is not None
    ended = replace(record, ended_at=record.answered_at + timedelta(seconds=seconds))
    assert result(replace(REPORT, consultation=ended))["runtime"] == 0
