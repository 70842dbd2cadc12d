"""Reads `<Connect><Stream>` (Twilio docs, "<Stream>")."""

from typing import Final, get_args
from xml.etree.ElementTree import Element

from sandbox.twilio.attributes import INVALID, Attributes, Warn
from sandbox.twilio.verbs import Connect, Method, Stream, Unsupported

_LONGEST_PARAMETER: Final = 500
_STREAM_ATTRIBUTES: Final = ("url", "name", "track", "statusCallback", "statusCallbackMethod")


def read_connect(element: Element, warn: Warn) -> Connect | Unsupported:
    """Reads a `<Connect>`; of what it can connect to, the sandbox has streams only.

    Args:
        element: the `<Connect>`.
        warn: told of everything that Twilio would warn of: code and message.
    """
    attributes = Attributes(element, ("action", "method"), warn)
    nouns = [child.tag for child in element]
    if not nouns or nouns[0] != "Stream":
        return Unsupported(name=f"Connect><{nouns[0]}" if nouns else "Connect")
    if len(nouns) > 1:
        warn(INVALID, "<Connect> must not contain more than one noun")
    return Connect(
        stream=_stream(element[0], warn),
        action=attributes.text("action"),
        method=attributes.choice("method", "POST", get_args(Method)),
    )


def _stream(element: Element, warn: Warn) -> Stream:
    attributes = Attributes(element, _STREAM_ATTRIBUTES, warn)
    return Stream(
        url=(attributes.text("url") or "").strip(),
        name=attributes.text("name") or "",
        track=attributes.text("track") or "inbound_track",
        status_callback=attributes.text("statusCallback") or "",
        status_callback_method=attributes.choice("statusCallbackMethod", "POST", get_args(Method)),
        parameters=_parameters(element, warn),
    )


def _parameters(element: Element, warn: Warn) -> tuple[tuple[str, str], ...]:
    parameters: dict[str, str] = {}
    for child in element:
        if child.tag != "Parameter":
            warn(INVALID, f"<Stream> must not contain <{child.tag}>")
            continue
        attributes = Attributes(child, ("name", "value"), warn)
        name, value = attributes.text("name") or "", attributes.text("value") or ""
        if not name or len(name) + len(value) >= _LONGEST_PARAMETER:
            warn(INVALID, f"<Parameter> needs a name and less than {_LONGEST_PARAMETER} characters with its value")
        else:
            parameters[name] = value
    return tuple(parameters.items())
