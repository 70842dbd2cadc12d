"""What the application asks for when it creates a call, checked as Twilio checks it (codes: research of its API)."""

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

from multidict import MultiMapping

from sandbox.twilio.api_error import ApiError
from sandbox.twilio.form_fields import read_method, read_url
from sandbox.twilio.machine_detection import MachineDetection, read_machine_detection
from sandbox.twilio.settings import Account
from sandbox.twilio.verbs import Method

CallEvent = Literal["initiated", "ringing", "answered", "completed"]

_NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}")
_SEND_DIGITS: Final = re.compile(r"[0-9*#wW]{1,32}")
_LONGEST_TWIML: Final = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRequest:
    """Holds the parameters of `POST /Calls.json` (Twilio docs, "Create a Call resource"). Times are in seconds.

    Either `url` or `twiml` is empty. An empty `fallback_url` or `status_callback` is none.
    """

    to: str
    sender: str
    url: str = ""
    method: Method = "POST"
    twiml: str = ""
    fallback_url: str = ""
    fallback_method: Method = "POST"
    status_callback: str = ""
    status_callback_method: Method = "POST"
    status_callback_events: frozenset[CallEvent] = frozenset({"completed"})
    timeout: int = 60
    time_limit: int = 14_400
    machine_detection: MachineDetection | None = None
    record: bool = False
    record_dual: bool = False
    recording_status_callback: str = ""
    recording_status_callback_method: Method = "POST"
    warnings: tuple[tuple[int, str], ...] = ()


def read_call_request(form: MultiMapping[str], account: Account) -> CallRequest:
    """Reads and checks the form.

    Args:
        form: as sent; arrays are repeated keys.
        account: who calls.

    Raises:
        ApiError: Twilio would not accept it.
    """
    to, sender = _numbers(form, account)
    url, twiml = _instructions(form)
    warnings: list[tuple[int, str]] = []
    if (digits := form.get("SendDigits")) and not _SEND_DIGITS.fullmatch(digits):
        raise ApiError(21206, digits)
    return CallRequest(
        to=to,
        sender=sender,
        url=url,
        method=read_method(form, "Method"),
        twiml=twiml,
        fallback_url=read_url(form, "FallbackUrl", 21205),
        fallback_method=read_method(form, "FallbackMethod"),
        status_callback=read_url(form, "StatusCallback", 21609),
        status_callback_method=read_method(form, "StatusCallbackMethod"),
        status_callback_events=_events(form),
        timeout=min(_whole(form, "Timeout", 60, 21208), 600),
        time_limit=_whole(form, "TimeLimit", 14_400, 20001),
        machine_detection=None if form.get("SendDigits") else read_machine_detection(form, warnings),
        record=form.get("Record") == "true",
        record_dual=form.get("RecordingChannels") == "dual",
        recording_status_callback=read_url(form, "RecordingStatusCallback", 21609),
        recording_status_callback_method=read_method(form, "RecordingStatusCallbackMethod"),
        warnings=tuple(warnings),
    )


def _numbers(form: MultiMapping[str], account: Account) -> tuple[str, str]:
    if not form.get("To"):
        raise ApiError(21201)
    if not form.get("From"):
        raise ApiError(21213)
    to, sender = (re.sub(r"[\s().-]", "", form[name]) for name in ("To", "From"))
    if not _NUMBER.fullmatch(sender) or sender == "+15005550001":  # Twilio's magic "invalid" number
        raise ApiError(21212, form["From"])
    if sender not in account.numbers:
        raise ApiError(21210, form["From"])
    if not _NUMBER.fullmatch(to):
        raise ApiError(21211, form["To"])
    return to, sender


def _instructions(form: MultiMapping[str]) -> tuple[str, str]:
    """Returns URL and TwiML, of which one is empty. With both given, the TwiML is ignored (OpenAPI)."""
    if application := form.get("ApplicationSid"):
        raise ApiError(21218, application)
    url, twiml = form.get("Url", ""), form.get("Twiml", "")
    if url:
        return read_url(form, "Url", 21205), ""
    if not twiml:
        raise ApiError(21205, "none is given")
    if len(twiml) > _LONGEST_TWIML:
        raise ApiError(20001, f"Twiml must not have more than {_LONGEST_TWIML} characters")
    return "", twiml


def _events(form: MultiMapping[str]) -> frozenset[CallEvent]:
    """Reads repeated keys; as older clients do, several events may stand in one value."""
    named = {name for value in form.getall("StatusCallbackEvent", []) for name in value.split()} or {"completed"}
    events = frozenset(event for event in get_args(CallEvent) if event in named)
    if named - events:
        raise ApiError(21626, ", ".join(sorted(named - events)))
    return events


def _whole(form: MultiMapping[str], name: str, default: int, code: int) -> int:
    given = form.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and int(given) > 0):
        raise ApiError(code, given if code != 20001 else f"Invalid {name}: {given}")
    return int(given)
