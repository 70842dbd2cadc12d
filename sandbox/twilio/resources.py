"""The REST API's JSON (Twilio's OpenAPI, `api.v2010.account.call` and `.recording`). Numbers are mostly strings."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import urlencode

import phonenumbers

from sandbox.twilio.call import Call
from sandbox.twilio.recordings import Recording
from sandbox.twilio.settings import Account, Quirks
from sandbox.twilio.sid import sid_of_number

API_VERSION: Final = "2010-04-01"

_CALL_PARTS: Final = (
    "events", "notifications", "payments", "recordings", "siprec", "streams", "transcriptions",
    "user_defined_messages", "user_defined_message_subscriptions",
)  # fmt: skip


def account_uri(account: Account) -> str:
    """Returns the path under which everything of an account lies."""
    return f"/{API_VERSION}/Accounts/{account.sid}"


def rfc_2822(moment: datetime | None) -> str | None:
    """Returns a date as the API writes it: `Tue, 31 Aug 2010 20:36:28 +0000`."""
    return format_datetime(moment.astimezone(UTC)) if moment else None


def call_json(call: Call, account: Account, quirks: Quirks) -> dict[str, Any]:
    """Returns a call as the API shows it."""
    undated = quirks.date_created_null and call.status == "queued" and call.updated_at is None
    uri = f"{account_uri(account)}/Calls/{call.sid}"
    return {
        "sid": call.sid,
        "account_sid": account.sid,
        "to": call.request.to,
        "to_formatted": _formatted(call.request.to),
        "from": call.request.sender,
        "from_formatted": _formatted(call.request.sender),
        "status": "queued" if call.status == "initiated" else call.status,
        "direction": "outbound-api",
        "api_version": API_VERSION,
        "answered_by": call.answered_by,
        "date_created": None if undated else rfc_2822(call.created_at),
        "date_updated": None if undated else rfc_2822(call.updated_at or call.created_at),
        "start_time": rfc_2822(call.started_at),
        "end_time": rfc_2822(call.ended_at),
        "duration": str(call.duration_s) if call.over else None,
        "price": None,
        "price_unit": "USD",
        "queue_time": str(round(call.queue_s * 1000)),
        "parent_call_sid": None,
        "phone_number_sid": sid_of_number(call.request.sender),
        "caller_name": None,
        "forwarded_from": None,
        "group_sid": None,
        "trunk_sid": None,
        "annotation": None,
        "uri": f"{uri}.json",
        "subresource_uris": {part: f"{uri}/{_camel_case(part)}.json" for part in _CALL_PARTS},
    }


def recording_json(recording: Recording, account: Account, base_url: str) -> dict[str, Any]:
    """Returns a recording as the API shows it.

    Args:
        recording: the recording.
        account: whose it is.
        base_url: of the API, for the media's absolute URL.
    """
    uri = f"{account_uri(account)}/Recordings/{recording.sid}"
    completed = recording.status == "completed"
    return {
        "sid": recording.sid,
        "account_sid": account.sid,
        "call_sid": recording.call_sid,
        "conference_sid": None,
        "api_version": API_VERSION,
        "status": recording.status,
        "source": recording.source,
        "channels": len(recording.channels),
        "duration": str(recording.duration_s) if completed else "-1",
        "start_time": rfc_2822(recording.started_at),
        "date_created": rfc_2822(recording.started_at),
        "date_updated": rfc_2822(recording.ended_at),
        "price": None,
        "price_unit": "USD",
        "error_code": None,
        "encryption_details": None,
        "uri": f"{uri}.json",
        "media_url": f"{base_url}{uri}",
        "subresource_uris": {
            "add_on_results": f"{uri}/AddOnResults.json",
            "transcriptions": f"{uri}/Transcriptions.json",
        },
    }


def page_json(
    name: str, uri: str, query: Mapping[str, str], items: Sequence[dict[str, Any]], paging: tuple[int, int]
) -> dict[str, Any]:
    """Returns one page of a list.

    Args:
        name: of the list in the page, for instance `calls`.
        uri: path of the list.
        query: the filters, which the links repeat.
        items: the whole list.
        paging: which page, from 0, and how many items are on one.
    """
    page, page_size = paging
    start = page * page_size
    shown = items[start : start + page_size]

    def link(number: int) -> str:
        return f"{uri}?{urlencode({**query, 'PageSize': page_size, 'Page': number})}"

    return {
        name: list(shown),
        "uri": link(page),
        "first_page_uri": link(0),
        "previous_page_uri": link(page - 1) if page > 0 else None,
        "next_page_uri": link(page + 1) if start + page_size < len(items) else None,
        "page": page,
        "page_size": page_size,
        "start": start,
        "end": start + max(len(shown) - 1, 0),
    }


def _formatted(number: str) -> str:
    """Returns a North American number as people there write it, any other as it stands."""
    parsed = phonenumbers.parse(number)
    if parsed.country_code != 1:
        return number
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))


def _camel_case(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
