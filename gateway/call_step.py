"""Reads a verified webhook: which step of which call is this, and what did the callee do?

Numbers that are none, and fields that are missing, are normal on the telephone network; each has a meaning here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.call import HandOverEnded, Heard, PressedKeys, RecordedSpeech, Silence
from gateway.errors import InvalidRequestError
from gateway.twilio_signature import Webhook

_KEYS = re.compile(r"[0-9*#]+")
LAST_KEY = "#"
_ANSWERED = {"completed", "answered"}
_NATURAL = re.compile(r"[0-9]{1,9}", re.ASCII)

MAX_PAUSE_SECONDS = 15


def natural(value: str | None) -> int | None:
    """Returns a number from 0 to 999,999,999, or None for anything else."""
    return int(value) if value and _NATURAL.fullmatch(value) else None


@dataclass(frozen=True)
class CallStep:
    """One webhook's place in a call."""

    consultation_id: str
    call_sid: str
    turn_number: int | None
    """The callee's turn; None when the call was just answered."""
    retry: int
    """How often this step was tried before."""
    pause: int = 0
    """Seconds for which somebody else speaks to the callee first."""
    waited: bool = False
    """The callee was asked to wait, and has; the query reports what they did before."""

    @classmethod
    def of(cls, webhook: Webhook) -> "CallStep":
        """Reads the step from the query that the gateway itself gave to Twilio.

        Raises:
            InvalidRequestError: It does not name a consultation, a call, or a turn.
        """
        step = cls(
            consultation_id=webhook.query.get("consultation", ""),
            call_sid=webhook.form.get("CallSid", ""),
            turn_number=natural(webhook.query.get("turn")),
            retry=natural(webhook.query.get("retry")) or 0,
            pause=min(natural(webhook.query.get("pause")) or 0, MAX_PAUSE_SECONDS),
            waited=webhook.query.get("waited") == "1",
        )
        if not step.consultation_id:
            raise InvalidRequestError("The URL names no consultation.", field="consultation")
        if not step.call_sid:
            raise InvalidRequestError("The form has no CallSid.", field="CallSid")
        if "turn" in webhook.query and not step.turn_number:
            raise InvalidRequestError("The turn is not a number from 1.", field="turn")
        return step


def heard(webhook: Webhook) -> Heard | None:
    """Returns what the callee did while `<Record>` listened; None if they hung up without a word.

    Twilio docs, <Record>: `RecordingUrl`, `RecordingDuration`, and `Digits`, which is `hangup` if the callee hung up.
    `RecordingSid` is sent but not documented; the URL ends with it. When it is asked again the same fields stand in the
    query; so do the keys that were pressed before those in the form.
    """
    fields = _reported(webhook)
    if webhook.query.get("silence") == "1":
        return Silence()
    digits = fields.get("Digits", "")
    before = "" if fields is webhook.query else webhook.query.get("Digits", "")
    if _KEYS.fullmatch(keys := before + digits):
        return PressedKeys(keys)
    recording_sid = fields.get("RecordingSid") or fields.get("RecordingUrl", "").rstrip("/").rpartition("/")[2]
    duration_seconds = natural(fields.get("RecordingDuration")) or 0
    if recording_sid and duration_seconds:
        return RecordedSpeech(recording_sid, duration_seconds)
    return None if digits == "hangup" else Silence()


def more_keys_may_follow(webhook: Webhook, pressed: PressedKeys) -> bool:
    """Returns whether these keys are the first of several: `<Record>` ends with the first and tells of no other."""
    return pressed.digits != LAST_KEY and "RecordingUrl" in webhook.form and "Digits" not in webhook.query


def hand_over_ended(webhook: Webhook) -> HandOverEnded | None:
    """Returns how a `<Dial>` ended; None if the callee hung up while it rang.

    Twilio docs, <Dial>: `DialCallStatus` is completed, answered, busy, no-answer, failed or canceled, and `DialBridged`
    says whether the two spoke. When it is asked again the same fields stand in the query.
    """
    fields = _reported(webhook)
    status = fields.get("DialCallStatus", "")
    if status == "canceled":
        return None
    return HandOverEnded(status in _ANSWERED and fields.get("DialBridged") != "false")


def _reported(webhook: Webhook) -> Mapping[str, str]:
    """Returns what Twilio reports, or, if this is asked again, what it had reported then."""
    again = natural(webhook.query.get("retry")) or "waited" in webhook.query
    return webhook.query if again else webhook.form
