import json
from typing import Any

import pytest

from sandbox.result_contract import ContractError, contradictions, parse_result

NOTHING = {"risk_list": [], "desire_list": [], "risk_index_count": {}, "desire_index_count": {}}


def body(**changes: Any) -> dict[str, Any]:
    return {
        "account_id": None, "v_id": "V1", "q_id": "Q1", "s_index": 2, "overall_script": "상담원: 안녕하세요",
        "summary": "잘 지내신다.", "result": 1, "fail_code": 0, "need_human": 0,
        "result_vulnerabilities": {
            "risk_list": [{"risk_index_list": [1, 7], "content": "전기요금이 밀려 있음"}],
            "desire_list": [{"desire_index_list": [2], "content": "병원에 가고 싶음"}],
            "risk_index_count": {"1": 1, "7": 1}, "desire_index_count": {"2": 1},
        },
        "delete_vulnerabilities": NOTHING, "new_vulnerabilities": NOTHING,
        "time": "2026-11-22T14:05:00", "runtime": 95, **changes,
    }  # fmt: skip


def parse(document: object):
    return parse_result(json.dumps(document).encode())


def test_a_good_body_is_taken():
    result = parse(body())
    assert result.result_vulnerabilities.desire_list[0].desire_index_list == [2]
    assert contradictions(result) == []


@pytest.mark.parametrize("missing", sorted(body()))
def test_every_field_is_always_present(missing):
    document = body()
    del document[missing]
    with pytest.raises(ContractError, match=f"{missing}: Field required"):
        parse(document)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"extra": 1}, "extra: Extra inputs"),
        ({"result": 3}, "result: "),
        ({"result": "1"}, "result: "),
        ({"fail_code": 7}, "fail_code: "),
        ({"need_human": True}, "need_human: "),
        ({"time": "2026-11-22T14:05:00+09:00"}, "time: "),
        ({"time": "2026-11-22T14:05:00Z"}, "time: "),
        ({"runtime": -1}, "runtime: "),
        ({"runtime": 1.5}, "runtime: "),
        ({"s_index": "2"}, "s_index: "),
        ({"v_id": None}, "v_id: "),
        (
            {"new_vulnerabilities": {**NOTHING, "desire_list": [{"desire_type": [2], "content": ""}]}},
            "new_vulnerabilities.desire_list.0.desire_index_list: Field required.*desire_type: Extra inputs",
        ),
        (
            {"new_vulnerabilities": {**NOTHING, "risk_list": [{"risk_index_list": [9], "content": ""}]}},
            "risk_index_list.0: ",
        ),
        ({"new_vulnerabilities": {**NOTHING, "risk_index_count": {"1": 1}}}, "risk_index_count is"),
    ],
)
def test_whatever_differs_from_the_contract_is_named(changes, fault):
    with pytest.raises(ContractError, match=fault):
        parse(body(**changes))


def test_no_json_is_named():
    with pytest.raises(ContractError, match="body: Invalid JSON"):
        parse_result(b"{")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"result": 0, "fail_code": 0}, "needs a fail_code"),
        ({"result": 0, "fail_code": 5, "summary": "끊겼다."}, "연결끊어짐"),
        ({"result": 2, "need_human": 1, "summary": "힘들어 한다."}, "심층상담을 원함"),
    ],
)
def test_contradictions_are_told(changes, fault):
    (told,) = contradictions(parse(body(**changes)))
    assert fault in told
