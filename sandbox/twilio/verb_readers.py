"""Reads XML elements as TwiML verbs (Twilio docs, "TwiML for Voice"). Names are case-sensitive."""

import re
from collections.abc import Callable
from typing import Final, get_args
from urllib.parse import quote
from xml.etree.ElementTree import Element

from sandbox.twilio.attributes import INVALID, Attributes, Warn
from sandbox.twilio.connect_reader import read_connect
from sandbox.twilio.verbs import (
    ANY_KEY,
    Dial,
    Gather,
    Hangup,
    Method,
    Pause,
    Play,
    Record,
    RecordingEvent,
    Redirect,
    Say,
    Unsupported,
    Verb,
)  # fmt: skip

_METHODS: Final = get_args(Method)
_MOST_LOOPS: Final = 1000
_LONGEST_S: Final = 14_400
_KNOWN_BUT_UNSUPPORTED: Final = frozenset(
    {"Echo", "Enqueue", "Leave", "Pay", "Prompt", "Refer", "Reject", "Sms", "Start", "Stop"}
)
_DIAL_RECORDINGS: Final = (
    "do-not-record", "record-from-answer", "record-from-ringing", "record-from-answer-dual", "record-from-ringing-dual",
)  # fmt: skip
_VOICE: Final = re.compile(r"man|woman|alice|Polly\.[A-Z]\w+(-Neural|-Generative)?|Google\.[a-z]{2,3}-[\w-]+")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z]{4})?-[A-Z0-9]{2,3}")


def read_verb(element: Element, warn: Warn) -> Verb | None:
    """Reads one element.

    Args:
        element: a child of `<Response>` or of a verb.
        warn: told of everything that Twilio would warn of: code and message.

    Returns:
        The verb; None if there is no such verb: Twilio goes on with the next.
    """
    if element.tag in _KNOWN_BUT_UNSUPPORTED:
        return Unsupported(name=element.tag)
    reader = _READERS.get(element.tag)
    if reader is None:
        warn(INVALID, f"there is no verb <{element.tag}>")
        return None
    return reader(element, warn)


def _say(element: Element, warn: Warn) -> Say:
    attributes = Attributes(element, ("voice", "language", "loop"), warn)
    text = "".join(element.itertext()).strip()
    voice, language = attributes.text("voice") or "man", attributes.text("language") or "en-US"
    if not _VOICE.fullmatch(voice):
        attributes.wrong("voice", 13511)
    if not _LANGUAGE.fullmatch(language):
        attributes.wrong("language", 13512)
    if not text:
        warn(13520, "<Say> has no text")
    most = 3000 if voice.startswith("Polly.") else 4096
    if len(text) > most or len(quote(text)) > 4500:
        warn(13521, f"<Say> has {len(text)} characters ({len(quote(text))} in URL encoding)")
    return Say(text=text, voice=voice, language=language, loop=_loops(attributes, 13510))


def _play(element: Element, warn: Warn) -> Play:
    attributes = Attributes(element, ("loop", "digits"), warn)
    _childless(element, warn)
    digits = attributes.text("digits") or ""
    if not set(digits) <= set("0123456789*#wW"):
        attributes.wrong("digits", 13430)
        digits = ""
    return Play(url=(element.text or "").strip(), loop=_loops(attributes, 13410), digits=digits)


def _pause(element: Element, warn: Warn) -> Pause:
    _childless(element, warn)
    return Pause(length=Attributes(element, ("length",), warn).whole("length", 1, 0, _LONGEST_S, 13910))


def _record(element: Element, warn: Warn) -> Record:
    known = (
        "action", "method", "timeout", "finishOnKey", "maxLength", "playBeep", "trim", "recordingStatusCallback",
        "recordingStatusCallbackMethod", "recordingStatusCallbackEvent", "transcribe", "transcribeCallback",
        "recordingConfigurationId",
    )  # fmt: skip
    attributes = Attributes(element, known, warn)
    _childless(element, warn)
    named = set((attributes.text("recordingStatusCallbackEvent") or "completed").split())
    events = frozenset(event for event in get_args(RecordingEvent) if event in named)
    if named - events:
        attributes.wrong("recordingStatusCallbackEvent", 13621)
    trim = attributes.choice("trim", "trim-silence", ("trim-silence", "do-not-trim"), 13699)
    return Record(
        action=attributes.text("action"),
        method=attributes.choice("method", "POST", _METHODS, 13610),
        timeout=attributes.whole("timeout", 5, 0, _LONGEST_S, 13611),
        finish_on_key=attributes.keys("finishOnKey", ANY_KEY, 13613),
        max_length=attributes.whole("maxLength", 3600, 1, _LONGEST_S, 13612),
        play_beep=attributes.flag("playBeep", True, 13616),
        trim=trim == "trim-silence",
        status_callback=attributes.text("recordingStatusCallback"),
        status_callback_method=attributes.choice("recordingStatusCallbackMethod", "POST", _METHODS),
        status_callback_events=events,
    )


def _gather(element: Element, warn: Warn) -> Gather:
    known = (
        "action", "method", "timeout", "finishOnKey", "numDigits", "input", "actionOnEmptyResult", "speechTimeout",
        "maxSpeechTime", "language", "hints", "profanityFilter", "speechModel", "bargeIn", "enhanced", "debug",
        "partialResultCallback", "partialResultCallbackMethod",
    )  # fmt: skip
    attributes = Attributes(element, known, warn)
    prompts: list[Say | Play | Pause] = []
    for child in element:
        prompt = read_verb(child, warn) if child.tag in {"Say", "Play", "Pause"} else None
        if isinstance(prompt, Say | Play | Pause):
            prompts.append(prompt)
        else:
            warn(13320, f"<Gather> must not contain <{child.tag}>")
    return Gather(
        action=attributes.text("action"),
        method=attributes.choice("method", "POST", _METHODS, 13312),
        timeout=attributes.whole("timeout", 5, 0, _LONGEST_S, 13313),
        finish_on_key=attributes.keys("finishOnKey", "#", 13310),
        num_digits=attributes.whole("numDigits", 0, 1, 1000, 13314) or None,
        input=attributes.choice("input", "dtmf", ("dtmf", "speech", "dtmf speech", "speech dtmf"), 13326),
        action_on_empty_result=attributes.flag("actionOnEmptyResult", False, 13338),
        prompts=tuple(prompts),
    )


def _redirect(element: Element, warn: Warn) -> Redirect:
    _childless(element, warn)
    method = Attributes(element, ("method",), warn).choice("method", "POST", _METHODS, 13710)
    return Redirect(url=(element.text or "").strip(), method=method)


def _hangup(element: Element, warn: Warn) -> Hangup:
    Attributes(element, (), warn)
    _childless(element, warn)
    return Hangup()


def _dial(element: Element, warn: Warn) -> Dial | Unsupported:
    known = (
        "action", "method", "timeout", "timeLimit", "callerId", "hangupOnStar", "record", "answerOnBridge", "ringTone",
        "sequential", "trim", "recordingStatusCallback", "recordingStatusCallbackMethod",
        "recordingStatusCallbackEvent", "recordingTrack", "referUrl", "referMethod", "callReason",
    )  # fmt: skip
    attributes = Attributes(element, known, warn)
    for name in ("hangupOnStar", "sequential"):
        attributes.flag(name, False)
    if attributes.choice("record", "do-not-record", _DIAL_RECORDINGS) != "do-not-record":
        warn(INVALID, "the sandbox does not record a <Dial>")
    nouns = [child.tag for child in element]
    if nouns not in ([], ["Number"]):
        return Unsupported(name=f"Dial><{nouns[0]}")
    number = _number(element[0], warn) if nouns else element.text
    return Dial(
        number=(number or "").strip(),
        action=attributes.text("action"),
        method=attributes.choice("method", "POST", _METHODS, 13210),
        timeout=attributes.whole("timeout", 30, 1, 600, 13212),
        time_limit=attributes.whole("timeLimit", 14_400, 1, 86_400, 13216),
        caller_id=attributes.text("callerId"),
        answer_on_bridge=attributes.flag("answerOnBridge", False),
    )


def _number(element: Element, warn: Warn) -> str | None:
    known = (
        "sendDigits", "url", "method", "byoc", "statusCallbackEvent", "statusCallback", "statusCallbackMethod",
        "machineDetection", "machineDetectionTimeout", "machineDetectionSpeechThreshold",
        "machineDetectionSpeechEndThreshold", "machineDetectionSilenceTimeout", "amdStatusCallback",
        "amdStatusCallbackMethod",
    )  # fmt: skip
    attributes = Attributes(element, known, warn)
    _childless(element, warn)
    for name in ("url", "statusCallback", "sendDigits", "machineDetection", "amdStatusCallback"):
        if attributes.text(name) is not None:
            warn(INVALID, f"the sandbox does not execute {name!r} of <Number>")
    return element.text


def _loops(attributes: Attributes, code: int) -> int:
    return attributes.whole("loop", 1, 0, _MOST_LOOPS, code) or _MOST_LOOPS


def _childless(element: Element, warn: Warn) -> None:
    for child in element:
        warn(INVALID, f"<{element.tag}> must not contain <{child.tag}>")


_READERS: Final[dict[str, Callable[[Element, Warn], Verb]]] = {
    "Say": _say, "Play": _play, "Pause": _pause, "Record": _record, "Gather": _gather, "Redirect": _redirect,
    "Hangup": _hangup, "Dial": _dial, "Connect": read_connect,
}  # fmt: skip
