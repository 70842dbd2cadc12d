"""The messages of a Media Stream (Twilio docs, "Media Streams - WebSocket messages"), both ways."""

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

_KEYS: Final = {
    "media": {"event", "streamSid", "media"},
    "mark": {"event", "streamSid", "mark"},
    "clear": {"event", "streamSid"},
}


@dataclass(frozen=True, slots=True)
class PlayMedia:
    """Plays mu-law after what was queued before."""

    mulaw: bytes


@dataclass(frozen=True, slots=True)
class SetMark:
    """Reports when everything before has been played."""

    name: str


@dataclass(frozen=True, slots=True)
class Clear:
    """Forgets what has not been played."""


Command = PlayMedia | SetMark | Clear


class InvalidMessage(Exception):
    """Raised for a message that is not exactly as documented (Twilio error 31951)."""


class StreamMessages:
    """Writes Twilio's messages of one stream, numbered. All counters are strings; `connected` has none."""

    def __init__(self, account_sid: str, call_sid: str, stream_sid: str) -> None:
        self._account_sid = account_sid
        self._call_sid = call_sid
        self._stream_sid = stream_sid
        self._sequence = 0
        self._chunk = 0

    @property
    def chunks(self) -> int:
        """How many frames of the callee's sound were written."""
        return self._chunk

    def connected(self) -> str:
        """Writes the first message."""
        return json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})

    def start(self, parameters: Mapping[str, str]) -> str:
        """Writes the second, with the TwiML's parameters."""
        start = {
            "accountSid": self._account_sid,
            "streamSid": self._stream_sid,
            "callSid": self._call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": dict(parameters),
        }
        return self._numbered("start", start)

    def media(self, mulaw: bytes, timestamp_ms: int) -> str:
        """Writes a frame of the callee's sound; the time is counted from the stream's start."""
        self._chunk += 1
        payload = b64encode(mulaw).decode("ascii")
        media = {"track": "inbound", "chunk": str(self._chunk), "timestamp": str(timestamp_ms), "payload": payload}
        return self._numbered("media", media)

    def dtmf(self, digit: str) -> str:
        """Writes a key that the callee pressed."""
        return self._numbered("dtmf", {"track": "inbound_track", "digit": digit})

    def mark(self, name: str) -> str:
        """Writes that a mark was reached."""
        return self._numbered("mark", {"name": name})

    def stop(self) -> str:
        """Writes the last message."""
        return self._numbered("stop", {"accountSid": self._account_sid, "callSid": self._call_sid})

    def _numbered(self, event: str, content: dict[str, Any]) -> str:
        self._sequence += 1
        return json.dumps(
            {"event": event, "sequenceNumber": str(self._sequence), "streamSid": self._stream_sid, event: content},
            ensure_ascii=False,
        )


def read_command(text: str, stream_sid: str) -> Command:
    """Reads a message of the application.

    Raises:
        InvalidMessage: it is no JSON, or does not have exactly the documented fields.
    """
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        _invalid("it is no JSON")
    if not isinstance(message, dict):
        _invalid("it is no object")
    event = message.get("event")
    keys = _KEYS.get(event) if isinstance(event, str) else None
    if keys is None:
        _invalid("there is no such event")
    if message.keys() != keys:
        _invalid(f"its fields must be {', '.join(sorted(keys))}")
    if message["streamSid"] != stream_sid:
        _invalid("it names another stream")
    match event:
        case "media":
            return PlayMedia(_decoded(_inner(message, "media", "payload")))
        case "mark":
            return SetMark(_inner(message, "mark", "name"))
        case _:
            return Clear()


def _inner(message: dict[str, Any], part: str, field: str) -> str:
    inner = message[part]
    if not isinstance(inner, dict) or inner.keys() != {field} or not isinstance(inner[field], str):
        _invalid(f"{part} must have {field}, a text, and nothing else")
    return str(inner[field])


def _decoded(payload: str) -> bytes:
    try:
        return b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        _invalid("media.payload is no base64")


def _invalid(why: str) -> NoReturn:
    raise InvalidMessage(why) from None
