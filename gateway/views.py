"""The JSON shapes of the HTTP API. Stable: fields may be added, none is removed or renamed.

Times are ISO 8601 in UTC with the zone written out. What is not known is null; a turn's `confidence` and timings are
left out where there are none. Names of states, sources and codes are lower snake case.
"""

from typing import Literal, NotRequired, TypedDict


class ConsultationView(TypedDict):
    """A consultation as it stands: `GET /api/consultations/{consultation_id}`."""

    consultation_id: str
    state: str
    person_id: str
    question_set_id: str
    session_index: int
    account_id: str | None
    masked_phone: str
    call_sid: str | None
    create_time: str | None
    dial_time: str | None
    answer_time: str | None
    end_time: str | None
    turn_count: int
    dial_failure: str | None
    delivery: str | None


class ConsultationPage(TypedDict):
    """`GET /api/consultations`: newest first."""

    consultations: list[ConsultationView]
    next_page_token: str


class TimingsView(TypedDict, total=False):
    """Milliseconds; parts that were not needed are left out."""

    recording: float
    speech_to_text: float
    matching: float
    language_model: float
    text_to_speech: float
    total: float


class TurnView(TypedDict):
    """A turn of the transcript."""

    turn: int
    speaker: str
    text: str
    heard: str
    confidence: NotRequired[float]
    source: str
    time: str | None
    subject: str
    timings_ms: TimingsView


class TranscriptPage(TypedDict):
    """`GET /api/consultations/{consultation_id}/transcript`: turns in order."""

    turns: list[TurnView]
    next_page_token: str


class Code(TypedDict):
    """A code of the backend's tables, with a name for people."""

    code: int
    name: str


class ResponseView(TypedDict):
    """What an answer means."""

    response_type: Code
    response_index: Code


class FindingView(TypedDict):
    """What became of one question or known problem."""

    subject: str
    text: str
    state: str
    quote: str
    turn: int | None
    confidence: float | None
    expected_answer: int | None
    responses: list[ResponseView]
    ask_count: int
    solved: bool | None


class DifficultyView(TypedDict):
    """A risk or a desire."""

    codes: list[Code]
    content: str


class VulnerabilitiesView(TypedDict):
    """Risks and desires."""

    risks: list[DifficultyView]
    desires: list[DifficultyView]


class OutcomeView(TypedDict):
    """What came of a consultation; `result`, `fail_code` and `need_human` are the backend's integers."""

    result: Code | None
    fail_code: Code
    need_human: Code
    findings: list[FindingView]
    remaining: VulnerabilitiesView
    solved: VulnerabilitiesView
    found: VulnerabilitiesView


class SummaryView(TypedDict):
    """`GET /api/consultations/{consultation_id}/summary`, once the call is over."""

    summary: str
    source: str
    outcome: OutcomeView


class AttemptView(TypedDict):
    """One try to deliver a result to the backend."""

    number: int
    http_status: int | None
    delivery: str | None
    next_attempt_time: str | None


class EventView(TypedDict):
    """The data of a server-sent event; its `id` is the cursor, its `event` the type."""

    cursor: str
    time: str | None
    type: Literal["state_changed", "turn_taken", "delivery_attempted", "unknown"]
    consultation: NotRequired[ConsultationView]
    turn: NotRequired[TurnView]
    attempt: NotRequired[AttemptView]


class StartedView(TypedDict):
    """`POST /api/receive`: accepted; the phone rings after."""

    consultation_id: str
    state: str


class DeliveredView(TypedDict):
    """`POST /api/send_llm_result`: what came of the try."""

    consultation_id: str
    attempt: AttemptView
