"""The code tables shared with the backend (backend contract, section 3). The numbers are the backend's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class ResponseType(IntEnum):
    """Which table a code belongs to."""

    EXCEPTION = 0
    RISK = 1
    DESIRE = 2
    IN_DEPTH = 3


class ExceptionCode(IntEnum):
    """Why a consultation is not possible: the backend's fail_code."""

    NONE = 0
    WRONG_PERSON = 1
    REFUSED = 2
    NO_COMMUNICATION = 3
    IMPROPER_ANSWERS = 4
    DISCONNECTED = 5
    NOT_ANSWERED = 6


class NeedHuman(IntEnum):
    """Why a human counsellor is needed."""

    NO = 0
    REQUESTED = 1
    GRAVE = 2


class Result(IntEnum):
    """The overall result."""

    NOT_POSSIBLE = 0
    FINE = 1
    IN_DEPTH_NEEDED = 2


class DialFailure(StrEnum):
    """Why the telephone network did not put a call through."""

    NONE = "none"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    INVALID_NUMBER = "invalid_number"
    GEO_PERMISSION = "geo_permission"
    TRIAL_ACCOUNT = "trial_account"
    RATE_LIMITED = "rate_limited"
    UNAUTHORISED = "unauthorised"
    INVALID_CALLER = "invalid_caller"
    FORBIDDEN_NUMBER = "forbidden_number"
    NETWORK = "network"
    UNKNOWN = "unknown"
    CONFIGURATION = "configuration"
    NOT_NOW = "not_now"


class DeliveryFailure(StrEnum):
    """Why the backend did not acknowledge a result.

    `UNKNOWN`: the answer is not known, or not yet; whoever posted it may have died.
    `BROKEN_OFF`: the connection ended before an answer; the result may have arrived.
    """

    NONE = "none"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    UNAUTHORISED = "unauthorised"
    WRONG_URL = "wrong_url"
    BUSY = "busy"
    BACKEND_FAILED = "backend_failed"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    BROKEN_OFF = "broken_off"


EXCEPTION_LABELS = {
    ExceptionCode.WRONG_PERSON: "신상정보불일치",
    ExceptionCode.REFUSED: "상담거부",
    ExceptionCode.NO_COMMUNICATION: "의사소통불가",
    ExceptionCode.IMPROPER_ANSWERS: "부적절한답변",
    ExceptionCode.DISCONNECTED: "연결끊어짐",
    ExceptionCode.NOT_ANSWERED: "전화미수신",
}

NEED_HUMAN_LABELS = {
    NeedHuman.REQUESTED: "심층상담을 원함",
    NeedHuman.GRAVE: "알아낸 취약 정보가 중대함",
}

RISK_LABELS = {
    1: "요금체납",
    2: "주거위기",
    3: "고용위기",
    4: "급여/서비스 탈락 및 미이용",
    5: "긴급상황 위기",
    6: "건강위기",
    7: "에너지위기",
    8: "기타",
}

DESIRE_LABELS = {
    1: "안전",
    2: "건강",
    3: "일상생활유지",
    4: "가족관계",
    5: "사회적 관계",
    6: "경제",
    7: "교육",
    8: "고용",
    9: "생활환경",
    10: "법률 및 권익보장",
    11: "기타",
}

# How many codes each table has; codes count from 1.
TABLE_SIZES = {
    ResponseType.EXCEPTION: len(EXCEPTION_LABELS),
    ResponseType.RISK: len(RISK_LABELS),
    ResponseType.DESIRE: len(DESIRE_LABELS),
    ResponseType.IN_DEPTH: len(NEED_HUMAN_LABELS),
}


@dataclass(frozen=True, slots=True)
class ResponseCode:
    """What an answer means: an index (from 1) in one of the four tables."""

    type: ResponseType
    index: int
