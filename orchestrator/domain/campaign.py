"""A campaign: many people to be called, at a pace, within hours, again where that helps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from orchestrator.domain.brief import Brief


class CampaignState(StrEnum):
    """Where a campaign stands."""

    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether nobody else is called."""
        return self in {CampaignState.COMPLETED, CampaignState.CANCELLED}


class ItemState(StrEnum):
    """What has become of one person in a campaign."""

    WAITING = "waiting"
    OPEN = "open"
    REACHED = "reached"
    UNREACHED = "unreached"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether the person is not called again."""
        return self not in {ItemState.WAITING, ItemState.OPEN}


class AttemptResult(StrEnum):
    """What came of one attempt to reach a person.

    `NOT_NOW`: nobody rang, because the campaign was paused or its hours were over; counts as no attempt.
    """

    REACHED = "reached"
    CALL_BACK = "call_back"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    VOICEMAIL = "voicemail"
    NO_SUCH_NUMBER = "no_such_number"
    REFUSED = "refused"
    NOT_NOW = "not_now"
    CANCELLED = "cancelled"


WORKDAYS = (0, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class CallingHours:
    """When people may be called, in Korean time.

    Attributes:
        opens: minutes after midnight.
        closes: minutes after midnight; after `opens`, at most 24 hours.
        weekdays: 0 is Monday.
        holidays: whether people are called on public holidays.
    """

    opens: int = 9 * 60
    closes: int = 18 * 60
    weekdays: tuple[int, ...] = WORKDAYS
    holidays: bool = False


@dataclass(frozen=True, slots=True)
class RetryRules:
    """When a person is called again who was not reached.

    Attributes:
        busy, no_answer, voicemail: waits after the first, second ... such attempt; the last one repeats.
        most_attempts: how often a phone is rung, at most.
    """

    busy: tuple[timedelta, ...] = (timedelta(minutes=10),)
    no_answer: tuple[timedelta, ...] = (timedelta(minutes=30), timedelta(days=1))
    voicemail: tuple[timedelta, ...] = (timedelta(hours=3), timedelta(days=1))
    most_attempts: int = 5


@dataclass(frozen=True, slots=True)
class Pacing:
    """How fast a campaign calls.

    Attributes:
        most_calls: calls at once.
        calls_per_second: on average over some seconds; the account's own pace is kept at the dialling.
    """

    most_calls: int = 10
    calls_per_second: float = 1.0


@dataclass(frozen=True, slots=True)
class CampaignPlan:
    """How a campaign is led. Never changes once accepted.

    Attributes:
        priority: 0 to 9; where calls wait for their turn, a higher one goes first.
    """

    name: str
    pacing: Pacing = field(default_factory=Pacing)
    hours: CallingHours = field(default_factory=CallingHours)
    retry: RetryRules = field(default_factory=RetryRules)
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """How many people are in which state, and how often a phone was rung for them."""

    waiting: int = 0
    open: int = 0
    reached: int = 0
    unreached: int = 0
    cancelled: int = 0
    attempts: int = 0

    @property
    def total(self) -> int:
        """How many people there are."""
        return self.waiting + self.open + self.reached + self.unreached + self.cancelled

    def moved(self, before: Item, after: Item) -> Tally:
        """Returns the tally after an item has changed."""
        tally = replace(self, attempts=self.attempts + after.attempts - before.attempts)
        tally = replace(tally, **{before.state: getattr(tally, before.state) - 1})
        return replace(tally, **{after.state: getattr(tally, after.state) + 1})


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign, as stored.

    Attributes:
        fingerprint: tells the request that started it from another one.
        version: counts the changes; a change is written only over the version it was made from.
        next_start_at: when the pace allows the next call.
        ended_at: when it was over and its last call had ended.
    """

    campaign_id: str
    plan: CampaignPlan
    created_at: datetime
    next_start_at: datetime
    fingerprint: str = ""
    version: int = 1
    state: CampaignState = CampaignState.RUNNING
    tally: Tally = field(default_factory=Tally)
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """Whom to call and what to ask: what a consultation is started with, each time the person is called."""

    brief: Brief
    masked_phone: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Item:
    """One person in a campaign.

    Attributes:
        person_id: the backend's id; names the item.
        fingerprint: of its order.
        attempts: how often the phone was rung, or the network refused to.
        consultations: how many consultations were started for it; names the next one.
        consultation_id: the latest of them.
        placed: the latest one is known to have been started.
        next_attempt_at: while it waits: not before.
        wished: the person wished to be called then.
        results: of all attempts, in order.
    """

    person_id: str
    fingerprint: str
    state: ItemState = ItemState.WAITING
    attempts: int = 0
    consultations: int = 0
    consultation_id: str = ""
    placed: bool = False
    next_attempt_at: datetime | None = None
    wished: bool = False
    results: tuple[AttemptResult, ...] = ()


@dataclass(frozen=True, slots=True)
class CampaignChanged:
    """The campaign itself moved on; this is how it stood then."""

    campaign: Campaign


@dataclass(frozen=True, slots=True)
class ItemChanged:
    """A person is being called, or something came of it."""

    item: Item


CampaignOccurrence = CampaignChanged | ItemChanged


@dataclass(frozen=True, slots=True)
class CampaignEvent:
    """An occurrence, its place in the campaign's history, and how far the campaign had come then."""

    cursor: str
    happened_at: datetime
    tally: Tally
    occurrence: CampaignOccurrence
