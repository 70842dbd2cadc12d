"""Twilio's messages on a Media Streams WebSocket, as text (Twilio docs, "Media Streams - WebSocket messages"). Pure.

Unknown events are nothing to us and unknown fields are not read: Twilio adds both. What is there must be of its
documented form.
"""

import json
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from gateway.call_stream import (
    AgentAudio,
    CalleeAudio,
    CalleeEvent,
    ClearAudio,
    MarkReached,
    PressedKey,
    SetMark,
)
from gateway.stream_end import StreamEnd, StreamEnded

MAX_MEDIA_BYTES = 16_000
"""Of audio in one message to Twilio: 2 s. Twilio takes any size, but says nothing of how long a message may be."""
_KEYS = frozenset("0123456789*#")


@dataclass(frozen=True, slots=True)
class Opened:
    """The stream begins (`start`)."""

    stream_sid: str
    call_sid: str
    consultation_id: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The stream is over (`stop`)."""


TwilioEvent = Opened | CalleeEvent | Stopped


class _Message(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, alias_generator=to_camel)


class _MediaFormat(_Message):
    encoding: Literal["audio/x-mulaw"]
    sample_rate: Literal[8000]
    channels: Literal[1]


class _Parameters(_Message):
    consultation: str = Field(min_length=1)


class _Start(_Message):
    stream_sid: str = Field(min_length=1)
    call_sid: str = Field(min_length=1)
    media_format: _MediaFormat
    custom_parameters: _Parameters


def parse(text: str) -> TwilioEvent | None:
    """Returns what a message says; None: nothing that concerns us, such as `connected`.

    Raises:
        StreamEnded: It is not of the documented form (`StreamEnd.PROTOCOL`); names the field, never its value.
    """
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _malformed("json") from error
    if not isinstance(message, dict) or not isinstance(message.get("event"), str):
        raise _malformed("event")
    read = _READERS.get(message["event"])
    return read(message) if read else None


def _media(message: dict[str, Any]) -> CalleeAudio:
    try:
        return CalleeAudio(a2b_base64(message["media"]["payload"], strict_mode=True))
    except (KeyError, TypeError, ValueError, Base64Error) as error:
        raise _malformed("media.payload") from error


def _dtmf(message: dict[str, Any]) -> PressedKey:
    digit = _text(message, "dtmf", "digit")
    if digit not in _KEYS:
        raise _malformed("dtmf.digit")
    return PressedKey(digit)


def _mark(message: dict[str, Any]) -> MarkReached:
    return MarkReached(_text(message, "mark", "name"))


def _start(message: dict[str, Any]) -> Opened:
    try:
        start = _Start.model_validate(message.get("start"))
    except ValidationError as error:
        place = error.errors(include_input=False, include_url=False, include_context=False)[0]["loc"]
        raise _malformed(".".join(("start", *map(str, place)))) from None
    return Opened(start.stream_sid, start.call_sid, start.custom_parameters.consultation)


def _stop(_message: dict[str, Any]) -> Stopped:
    return Stopped()


_READERS: dict[str, Callable[[dict[str, Any]], TwilioEvent]] = {
    "media": _media,
    "dtmf": _dtmf,
    "mark": _mark,
    "start": _start,
    "stop": _stop,
}


def _text(message: dict[str, Any], part: str, field: str) -> str:
    inner = message.get(part)
    value = inner.get(field) if isinstance(inner, dict) else None
    if not isinstance(value, str):
        raise _malformed(f"{part}.{field}")
    return value


def _malformed(field: str) -> StreamEnded:
    return StreamEnded(StreamEnd.PROTOCOL, field)


def written(event: AgentAudio | SetMark | ClearAudio, stream_sid: str) -> Iterator[str]:
    """Yields the messages that have Twilio do what an event asks for, with exactly the keys that Twilio documents."""
    match event:
        case AgentAudio(mulaw):
            for start in range(0, len(mulaw), MAX_MEDIA_BYTES):
                payload = b2a_base64(mulaw[start : start + MAX_MEDIA_BYTES], newline=False).decode("ascii")
                yield json.dumps({"event": "media", "streamSid": stream_sid, "media": {"payload": payload}})
        case SetMark(name):
            yield json.dumps({"event": "mark", "streamSid": stream_sid, "mark": {"name": name}})
        case ClearAudio():
            yield json.dumps({"event": "clear", "streamSid": stream_sid})
