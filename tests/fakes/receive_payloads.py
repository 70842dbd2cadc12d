"""Bodies of `POST /api/receive` as the backend sends them."""

from copy import deepcopy
from typing import Any

_FULL: dict[str, Any] = {
    "vulnerable_id": "v-1029",
    "s_index": 3,
    "q_id": "q-7",
    "account_id": "operator-2",
    "name": "홍길동",
    "phone": "010-1234-5678",
    "gender": "M",
    "birth_date": "1948-05-17",
    "address": {"state": "서울특별시", "city": "은평구", "address1": "통일로 1", "address2": "101동 202호"},
    "question_list": [
        {
            "text": "요즘 식사는 잘 하고 계세요?",
            "expected_answer": [
                {"text": "잘 먹어요", "response_type_list": []},
                {
                    "text": "거의 못 먹어요",
                    "response_type_list": [
                        {"response_type": 1, "response_index": 6},
                        {"response_type": 2, "response_index": 3},
                    ],
                },
                {"text": "상담원 바꿔 주세요", "response_type_list": [{"response_type": 3, "response_index": 1}]},
                {"text": "그만할래요", "response_type_list": [{"response_type": 0, "response_index": 2}]},
            ],
        },
        {"text": "집은 따뜻한가요?", "expected_answer": []},
    ],
    "vulnerabilities": {
        "risk_list": [{"risk_index_list": [1, 7], "content": "전기 요금이 밀려 있다"}],
        "desire_list": [{"desire_type": [2], "content": "병원에 가고 싶다"}],
    },
    "faq_list": [{"question": "이거 돈 드나요?", "answer": "아니요, 무료입니다."}],
    "listening": {"silence_timeout_seconds": 6.5},
}


def full_payload() -> dict[str, Any]:
    """Returns a body with every field in it."""
    return deepcopy(_FULL)
