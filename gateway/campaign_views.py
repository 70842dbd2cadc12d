"""The JSON shapes of campaigns. Stable, as those of `gateway.views`."""

from typing import Literal, NotRequired, TypedDict


class PacingView(TypedDict):
    """How fast a campaign calls."""

    most_calls: int
    calls_per_second: float


class CallingHoursView(TypedDict):
    """When people may be called, in Korean time."""

    opens: str
    closes: str
    weekdays: list[str]
    on_holidays: bool


class RetryRulesView(TypedDict):
    """When people are called again who were not reached."""

    busy_seconds: list[int]
    no_answer_seconds: list[int]
    voicemail_seconds: list[int]
    most_attempts: int


class ProgressView(TypedDict):
    """How many people are in which state, and how often a phone was rung."""

    total: int
    waiting: int
    open: int
    reached: int
    unreached: int
    cancelled: int
    attempts: int


class CampaignView(TypedDict):
    """A campaign as it stands: `GET /api/campaigns/{campaign_id}`."""

    campaign_id: str
    name: str
    state: str
    pacing: PacingView
    calling_hours: CallingHoursView
    retry_rules: RetryRulesView
    priority: int
    progress: ProgressView
    create_time: str | None
    end_time: str | None


class ItemView(TypedDict):
    """One person of a campaign."""

    person_id: str
    state: str
    attempts: int
    consultation_id: str | None
    last_result: str | None
    next_attempt_time: str | None
    wished: bool


class CampaignEventView(TypedDict):
    """The data of a server-sent event of a campaign; its `id` is the cursor, its `event` the type."""

    cursor: str
    time: str | None
    type: Literal["campaign_changed", "item_changed", "unknown"]
    progress: ProgressView
    campaign: NotRequired[CampaignView]
    item: NotRequired[ItemView]
