"""What the backend takes as the result of a consultation: its contract, section 2, and nothing else."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

FAIL_LABELS: Final = {
    1: "신상정보불일치", 2: "상담거부", 3: "의사소통불가", 4: "부적절한답변", 5: "연결끊어짐", 6: "전화미수신",
}  # fmt: skip
IN_DEPTH_LABELS: Final = {1: "심층상담을 원함", 2: "알아낸 취약 정보가 중대함"}

RiskIndex = Annotated[int, Field(ge=1, le=8)]
DesireIndex = Annotated[int, Field(ge=1, le=11)]


class ContractError(ValueError):
    """Raised for a body that the backend does not take; the message names the fields."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Risk(_Part):
    """Holds one risk."""

    risk_index_list: list[RiskIndex]
    content: str


class Desire(_Part):
    """Holds one desire. Mind that its indices are called `desire_type` on the way in only."""

    desire_index_list: list[DesireIndex]
    content: str


class Vulnerabilities(_Part):
    """Holds risks and desires, and how often each index occurs in them."""

    risk_list: list[Risk]
    desire_list: list[Desire]
    risk_index_count: dict[str, int]
    desire_index_count: dict[str, int]

    @model_validator(mode="after")
    def _counts_are_right(self) -> Self:
        _check_count("risk", self.risk_index_count, (risk.risk_index_list for risk in self.risk_list))
        _check_count("desire", self.desire_index_count, (desire.desire_index_list for desire in self.desire_list))
        return self


class Result(_Part):
    """Holds the body of `POST /api/call/send_llm_result`."""

    account_id: str | None
    v_id: str
    q_id: str
    s_index: int
    overall_script: str
    summary: str
    result: Annotated[int, Field(ge=0, le=2)]
    fail_code: Annotated[int, Field(ge=0, le=6)]
    need_human: Annotated[int, Field(ge=0, le=2)]
    result_vulnerabilities: Vulnerabilities
    delete_vulnerabilities: Vulnerabilities
    new_vulnerabilities: Vulnerabilities
    time: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?$")]
    runtime: Annotated[int, Field(ge=0)]


def parse_result(body: bytes) -> Result:
    """Reads a body.

    Raises:
        ContractError: it is not as the contract says.
    """
    try:
        return Result.model_validate_json(body)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}" for fault in error.errors())
        raise ContractError("; ".join(faults)) from error


def contradictions(result: Result) -> list[str]:
    """Lists what a body says that cannot be true together. The backend takes it all the same."""
    found = []
    if result.result == 0 and result.fail_code == 0:
        found.append("result 0 needs a fail_code")
    if result.result == 0 and result.fail_code and FAIL_LABELS[result.fail_code] not in result.summary:
        found.append(f"the summary must contain {FAIL_LABELS[result.fail_code]!r}")
    if result.need_human and IN_DEPTH_LABELS[result.need_human] not in result.summary:
        found.append(f"the summary must contain {IN_DEPTH_LABELS[result.need_human]!r}")
    return found


def _check_count(name: str, count: dict[str, int], lists: Iterable[list[int]]) -> None:
    expected = Counter(str(index) for indices in lists for index in indices)
    if count != dict(expected):
        raise ValueError(f"{name}_index_count is {count}, but the {name}_list has {dict(expected)}")
