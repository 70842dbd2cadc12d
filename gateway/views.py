"""The JSON shapes of the HTTP API. Stable: fields may be added, none is removed or renamed.

Times are ISO 8601 in UTC with the zone written out. What is not known is null; what only some turns have (`confidence`,
timings, `understanding`, `language_model_use`, `wording_version`) is left out where there is none. Names of states,
sources and codes are lower snake case.
"""

from typing import Literal, NotRequired, TypedDict


class AlarmView(TypedDict):
    """A danger that was noticed during the call, and whether somebody has taken it over."""

    number: int
    danger_kind: str
    turn: int
    noticed_by: list[str]
    create_time: str | None
    notification_count: int
    escalate_time: str | None
    acknowledge_time: str | None
    acknowledged_by: str | None


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
    alarms: list[AlarmView]


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
    end_of_turn: float


class UnderstandingView(TypedDict):
    """What was made of a callee's words, and by which layer."""

    intent: str
    layer: str
    confidence: float | None
    expected_answer: int | None
    danger_kind: str | None
    number: int | None


class LanguageModelUseView(TypedDict):
    """What a language model cost."""

    model: str
    prompt_version: str
    input_tokens: int
    output_tokens: int
    attempts: int


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
    understanding: NotRequired[UnderstandingView]
    language_model_use: NotRequired[LanguageModelUseView]
    wording_version: NotRequired[str]


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
    level: int | None
    unasked: bool


class DifficultyView(TypedDict):
    """A risk or a desire."""

    codes: list[Code]
    content: str


class VulnerabilitiesView(TypedDict):
    """Risks and desires."""

    risks: list[DifficultyView]
    desires: list[DifficultyView]


class CallBackView(TypedDict):
    """When the person wants to be called again."""

    quote: str
    turn: int
    not_before: str | None
    not_after: str | None
    part_of_day: str | None


class NewProblemView(TypedDict):
    """A difficulty that the person told of their own accord."""

    content: str
    codes: list[ResponseView]
    since_and_why: str
    urgency: int | None
    daily_life: int | None
    help: int | None
    grave: bool
    turns: list[int]


class OutcomeView(TypedDict):
    """What came of a consultation; `result`, `fail_code` and `need_human` are the backend's integers."""

    result: Code | None
    fail_code: Code
    need_human: Code
    findings: list[FindingView]
    remaining: VulnerabilitiesView
    solved: VulnerabilitiesView
    found: VulnerabilitiesView
    call_back: CallBackView | None
    new_problems: list[NewProblemView]
    recording_consent: str | None
    identified: bool


class ClaimView(TypedDict):
    """One sentence of a summary, and the turns it rests on."""

    text: str
    turns: list[int]


class SummaryView(TypedDict):
    """`GET /api/consultations/{consultation_id}/summary`, once the call is over."""

    summary: str
    source: str
    outcome: OutcomeView
    claims: list[ClaimView]


class AttemptView(TypedDict):
    """One try to deliver a result to the backend."""

    number: int
    http_status: int | None
    delivery: str | None
    next_attempt_time: str | None
    failure: str | None


class UndeliveredView(TypedDict):
    """A result that was given up, and why the last try failed."""

    consultation: ConsultationView
    attempt_count: int
    http_status: int | None
    failure: str | None
    first_attempt_time: str | None
    last_attempt_time: str | None
    give_up_time: str | None


class UndeliveredPage(TypedDict):
    """`GET /api/undelivered_results`: longest waiting first."""

    results: list[UndeliveredView]
    next_page_token: str


class EventView(TypedDict):
    """The data of a server-sent event; its `id` is the cursor, its `event` the type."""

    cursor: str
    time: str | None
    type: Literal["state_changed", "turn_taken", "delivery_attempted", "alarm_changed", "unknown"]
    consultation: NotRequired[ConsultationView]
    turn: NotRequired[TurnView]
    attempt: NotRequired[AttemptView]
    alarm: NotRequired[AlarmView]


class StartedView(TypedDict):
    """`POST /api/receive`: accepted; the phone rings after."""

    consultation_id: str
    state: str


class DeliveredView(TypedDict):
    """`POST /api/send_llm_result`: what came of the try."""

    consultation_id: str
    attempt: AttemptView


class AcknowledgedView(TypedDict):
    """`POST /api/consultations/{consultation_id}/alarms/{number}/acknowledge`: the alarm as it stands."""

    consultation_id: str
    alarm: AlarmView
