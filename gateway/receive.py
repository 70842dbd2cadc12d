"""The body of `POST /api/receive`: what the backend knows of a person, and what it wants asked.

Unknown fields are ignored. What the consultation cannot do without must be there (`vulnerable_id`, `s_index`, `q_id`,
`name`, `phone`, `question_list`, `vulnerabilities`); everything else may be missing or null. Types are strict: `"1"`
is no number. Here only the form is checked; what the values mean (is this a telephone number?) is the orchestrator's.
"""

import hashlib
import json
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

RESPONSE_TABLES = {0: 6, 1: 8, 2: 11, 3: 2}
"""`response_type` (0 exception, 1 risk, 2 desire, 3 in-depth) and how many codes, from 1, its table has."""

Int32 = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
RiskIndex = Annotated[int, Field(ge=1, le=RESPONSE_TABLES[1])]
DesireIndex = Annotated[int, Field(ge=1, le=RESPONSE_TABLES[2])]


def _empty_list(value: object) -> object:
    return [] if value is None else value


def _empty_text(value: object) -> object:
    return "" if value is None else value


OptionalText = Annotated[str, BeforeValidator(_empty_text)]


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Address(_Body):
    """Where the person lives."""

    state: OptionalText = ""
    city: OptionalText = ""
    address1: OptionalText = ""
    address2: OptionalText = ""


class Response(_Body):
    """What an answer means: a code of one of the four tables."""

    response_type: Annotated[int, Field(ge=0, le=3)]
    response_index: int

    @field_validator("response_index")
    @classmethod
    def _stands_in_its_table(cls, index: int, info: ValidationInfo) -> int:
        last = RESPONSE_TABLES.get(info.data.get("response_type", -1))
        if last is not None and not 1 <= index <= last:
            raise PydanticCustomError("table", "must be from 1 to {last}", {"last": last})
        return index


class ExpectedAnswer(_Body):
    """An answer that means something."""

    text: str
    response_type_list: Annotated[list[Response], BeforeValidator(_empty_list)] = []


class Question(_Body):
    """A question to ask."""

    text: str
    expected_answer: Annotated[list[ExpectedAnswer], BeforeValidator(_empty_list)] = []


class Risk(_Body):
    """A known risk."""

    risk_index_list: list[RiskIndex]
    content: str


class Desire(_Body):
    """A known desire. On the way in its indices are called `desire_type`."""

    desire_type: list[DesireIndex]
    content: str


class Vulnerabilities(_Body):
    """What is known of the person's difficulties."""

    risk_list: Annotated[list[Risk], BeforeValidator(_empty_list)] = []
    desire_list: Annotated[list[Desire], BeforeValidator(_empty_list)] = []


class FrequentQuestion(_Body):
    """What the callee may ask, and what the institution answers."""

    question: str
    answer: str


class Listening(_Body):
    """How patiently the person is listened to."""

    silence_timeout_seconds: Annotated[float, Field(ge=0, le=3600)] | None = None


class ReceivePayload(_Body):
    """The whole body."""

    vulnerable_id: str
    s_index: Int32
    q_id: str
    account_id: str | None = None
    name: str
    phone: str
    gender: OptionalText = ""
    birth_date: OptionalText = ""
    address: Address | None = None
    question_list: list[Question]
    vulnerabilities: Vulnerabilities
    faq_list: Annotated[list[FrequentQuestion], BeforeValidator(_empty_list)] = []
    listening: Listening | None = None
    hand_over_phone: OptionalText = ""
    conversation_mode: Literal["turn_by_turn", "stream"] | None = None


def derived_request_id(payload: ReceivePayload) -> str:
    """Returns the request id of a body that came without an `Idempotency-Key`.

    The same consultation of the same person with the same questions is one consultation, however often it is posted.
    """
    identity = json.dumps([payload.vulnerable_id, payload.s_index, payload.q_id])
    return f"receive:{hashlib.sha256(identity.encode()).hexdigest()}"
