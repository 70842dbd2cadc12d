"""The form fields of webhooks (Twilio docs, "TwiML: Twilio's request to your application")."""

from typing import Final

import phonenumbers

from sandbox.twilio.call import Call
from sandbox.twilio.resources import API_VERSION
from sandbox.twilio.settings import TwilioSettings

_PLACES: Final = ("City", "State", "Zip", "Country")


def call_parameters(call: Call, settings: TwilioSettings) -> dict[str, str]:
    """Returns the fields that every voice webhook of a call carries; several are empty, as at Twilio."""
    to, sender = call.request.to, call.request.sender
    parameters = {
        "CallSid": call.sid,
        "AccountSid": settings.account.sid,
        "ApiVersion": API_VERSION,
        "Direction": "outbound-api",
        "CallStatus": call.status,
        "From": sender,
        "Caller": sender,
        "To": to,
        "Called": to,
    }
    for role, alias, number, city in (("From", "Caller", sender, ""), ("To", "Called", to, settings.quirks.to_city)):
        for place, value in zip(_PLACES, (city, "", "", _country(number)), strict=True):
            parameters[role + place] = parameters[alias + place] = value
    if call.answered_by:
        parameters["AnsweredBy"] = call.answered_by
    return parameters


def _country(number: str) -> str:
    return str(phonenumbers.region_code_for_country_code(phonenumbers.parse(number).country_code or 0))
