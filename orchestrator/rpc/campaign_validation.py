"""Checks the requests of CampaignService field by field, and reports every field that is wrong at once."""

from __future__ import annotations

import re
from collections.abc import Sequence

from google.protobuf.duration_pb2 import Duration

from calling.v1 import campaign_service_pb2 as pb
from calling.v1.consultation_service_pb2 import StartConsultationRequest
from orchestrator.rpc.validation import (
    LONGEST_ID,
    LONGEST_NAME,
    Check,
    consultation_id,
    consultation_order,
    phone_number,
)

MOST_CONSULTATIONS = 1000
KOREAN = "+82"
MOST_CALLS = 1000
MOST_CALLS_PER_SECOND = 100
HIGHEST_PRIORITY = 9
MOST_ATTEMPTS = 20
MOST_WAITS = 10
_LONGEST_WAIT = 30 * 24 * 3600
_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00", re.ASCII)


def campaign_id(value: str) -> str:
    """Returns a campaign id in its one form.

    Raises:
        InvalidField
    """
    return consultation_id(value, "campaign_id")


def start_campaign(request: pb.StartCampaignRequest, *, shortest_retry: int) -> None:
    """Checks a StartCampaignRequest.

    Args:
        request: what is checked.
        shortest_retry: seconds before which nobody is called again.

    Raises:
        InvalidField: names every field that is wrong.
    """
    check = Check()
    check.text(request.request_id, "request_id", most=LONGEST_ID, required=False)
    check.text(request.name, "name", most=LONGEST_NAME)
    some = len(request.consultations) > 0 or request.start_paused
    check.that(some, "consultations", "is required: a campaign of nobody is over at once, unless it starts paused")
    _consultations(request.consultations, check)
    _pacing(request.pacing, check)
    _hours(request.calling_hours, check)
    _retry_rules(request.retry_rules, shortest_retry, check)
    check.that(0 <= request.priority <= HIGHEST_PRIORITY, "priority", f"must be 0 to {HIGHEST_PRIORITY}")
    check.done()


def add_consultations(request: pb.AddConsultationsRequest) -> None:
    """Checks an AddConsultationsRequest but for its campaign.

    Raises:
        InvalidField: names every field that is wrong.
    """
    check = Check()
    check.that(len(request.consultations) > 0, "consultations", "is required")
    _consultations(request.consultations, check)
    check.done()


def minutes(time_of_day: str) -> int | None:
    """Returns a time of day as minutes after midnight; None if it is none."""
    if not _TIME_OF_DAY.fullmatch(time_of_day):
        return None
    hours, _, rest = time_of_day.partition(":")
    return int(hours) * 60 + int(rest)


def _consultations(listed: Sequence[StartConsultationRequest], check: Check) -> None:
    check.that(len(listed) <= MOST_CONSULTATIONS, "consultations", f"must be at most {MOST_CONSULTATIONS} in a request")
    people: set[str] = set()
    for place, request in enumerate(listed[:MOST_CONSULTATIONS]):
        with check.within(f"consultations[{place}]"):
            check.that(not request.request_id, "request_id", "must be empty: the campaign names its consultations")
            consultation_order(request, check)
            korean = (phone_number(request.person.phone) or KOREAN).startswith(KOREAN)
            check.that(korean, "person.phone", "must be a Korean number")
            check.that(request.person.person_id not in people, "person.person_id", "must occur once")
        people.add(request.person.person_id)


def _pacing(pacing: pb.CampaignPacing, check: Check) -> None:
    check.that(0 <= pacing.most_calls <= MOST_CALLS, "pacing.most_calls", f"must be 0 to {MOST_CALLS}")
    pace = pacing.calls_per_second
    slow_enough = pace == 0 or 0.001 <= pace <= MOST_CALLS_PER_SECOND
    check.that(slow_enough, "pacing.calls_per_second", f"must be 0, or 0.001 to {MOST_CALLS_PER_SECOND}")


def _hours(hours: pb.CallingHours, check: Check) -> None:
    opens, closes = minutes(hours.opens or "09:00"), minutes(hours.closes or "18:00")
    check.that(opens is not None, "calling_hours.opens", "must be HH:MM")
    check.that(closes is not None, "calling_hours.closes", "must be HH:MM")
    if opens is not None and closes is not None:
        check.that(opens < closes, "calling_hours.closes", "must be after opens")
    known = all(day in pb.Weekday.values() and day for day in hours.weekdays)
    check.that(known, "calling_hours.weekdays", "must all be days of the week")


def _retry_rules(rules: pb.RetryRules, shortest: int, check: Check) -> None:
    attempts = f"must be 0 to {MOST_ATTEMPTS}"
    check.that(0 <= rules.most_attempts <= MOST_ATTEMPTS, "retry_rules.most_attempts", attempts)
    for name, waits in (("busy", rules.busy), ("no_answer", rules.no_answer), ("voicemail", rules.voicemail)):
        _waits(waits, f"retry_rules.{name}", shortest, check)


def _waits(waits: Sequence[Duration], field: str, shortest: int, check: Check) -> None:
    check.that(len(waits) <= MOST_WAITS, field, f"must be at most {MOST_WAITS}")
    for place, wait in enumerate(waits[:MOST_WAITS]):
        check.duration(wait, f"{field}[{place}]", least=shortest, most=_LONGEST_WAIT)
