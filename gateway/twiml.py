"""Replies as TwiML, through Twilio's own library. Pure: no request, no clock, no network."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from twilio.twiml.voice_response import Gather, VoiceResponse

from gateway.call import HandOver, HangUp, Heard, Listen, OpenStream, PressedKeys, Prompt, Reply, Silence, Wait
from gateway.call_step import LAST_KEY
from gateway.webhook_urls import WebhookUrls

LANGUAGE = "ko-KR"
VOICE = "Polly.Seoyeon"
ANY_KEY = "1234567890*#"
MAX_SAY_CHARACTERS = 3600
"""URL-encoded, of one `<Say>`: 400 Hangul at 9 characters each. Twilio's limit is 4500 (error 13521)."""

ONE_MOMENT = "잠시만 기다려 주세요."
APOLOGY = "죄송합니다. 전화에 문제가 생겨서 통화를 마치겠습니다. 안녕히 계세요."
RETRY_PAUSE_SECONDS = 1
MORE_KEYS_SECONDS = 1
"""A key that follows another so soon belongs to it."""
CONSULTATION_PARAMETER = "consultation"
"""Under this name the stream's `start` brings the consultation back."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SENTENCE = re.compile(r".+?(?:[.!?…\n]+\s*|$)", re.DOTALL)


def reply(content: Reply, consultation_id: str, urls: WebhookUrls, heard: Heard | None = None) -> str:
    """Returns the TwiML that says a reply's prompts and then does what comes next.

    After a filler Twilio asks again, and says again what was `heard`: an orchestrator may lose it before its answer.

    After a goodbye whose end the orchestrator wants to know of stands a `<Redirect>`: that Twilio follows it is the
    proof that the words were played. That nobody interrupts a prompt needs no care: `<Play>` and `<Say>` hear nothing.
    """
    document = VoiceResponse()
    match content.next:
        case Listen(keys=keys) as listen if keys:
            _gather(document, content.prompts, listen, consultation_id, urls)
            return str(document)
    _prompts(document, content.prompts, urls)
    match content.next:
        case Listen() as listen:
            _record(document, listen, consultation_id, urls)
        case Wait(turn_number):
            document.redirect(urls.after_wait(consultation_id, turn_number, heard), method="POST")
        case HangUp(turn_number) if turn_number > 0:
            document.redirect(urls.voice(consultation_id, turn_number), method="POST")
        case HangUp():
            document.hangup()
        case HandOver() as hand_over:
            _dial(document, hand_over, consultation_id, urls)
        case OpenStream(stream_token):
            _connect(document, stream_token, consultation_id, urls)
    return str(document)


def one_moment(again: str, *, spoken: bool) -> str:
    """Returns TwiML that keeps the call alive for a moment and then asks again.

    Args:
        again: The URL to ask.
        spoken: Whether the callee is asked for patience before the pause.
    """
    document = VoiceResponse()
    if spoken:
        _say(document, ONE_MOMENT)
    document.pause(length=RETRY_PAUSE_SECONDS)
    document.redirect(again, method="POST")
    return str(document)


def more_keys(consultation_id: str, turn_number: int, pressed: PressedKeys, urls: WebhookUrls) -> str:
    """Returns TwiML that waits in silence for the keys that follow the one which ended a recording.

    `<Record>` tells of one key only. What is pressed after it belongs to the same answer, not to the next question's.
    """
    document = VoiceResponse()
    url = urls.recording(consultation_id, turn_number, pressed)
    document.gather(input="dtmf", action=url, method="POST", timeout=MORE_KEYS_SECONDS, finish_on_key=LAST_KEY)
    document.redirect(url, method="POST")
    return str(document)


def pause(seconds: int, then: str) -> str:
    """Returns TwiML that is silent for some seconds, and then asks."""
    document = VoiceResponse()
    document.pause(length=seconds)
    document.redirect(then, method="POST")
    return str(document)


def redirect(url: str) -> str:
    """Returns TwiML that goes on elsewhere without a word."""
    document = VoiceResponse()
    document.redirect(url, method="POST")
    return str(document)


def apology() -> str:
    """Returns TwiML that apologises and ends the call."""
    document = VoiceResponse()
    _say(document, APOLOGY)
    document.hangup()
    return str(document)


def hang_up() -> str:
    """Returns TwiML that ends the call without a word."""
    document = VoiceResponse()
    document.hangup()
    return str(document)


def _prompts(document: VoiceResponse | Gather, prompts: Sequence[Prompt], urls: WebhookUrls) -> None:
    for prompt in prompts:
        if prompt.audio_token:
            document.play(urls.audio(prompt.audio_token))
        else:
            _say(document, prompt.text)


def _gather(
    document: VoiceResponse, prompts: Sequence[Prompt], listen: Listen, consultation_id: str, urls: WebhookUrls
) -> None:
    """Adds a `<Gather>` for keys, which may be pressed while the prompts play, and a `<Redirect>` for when none are.

    It takes whatever is pressed until no more comes, or the last key: who presses more keys than are asked for, eight
    for a birth date of six, would otherwise press the rest into the next question.
    """
    gather = document.gather(
        input="dtmf",
        action=urls.recording(consultation_id, listen.turn_number),
        method="POST",
        timeout=listen.silence_timeout_seconds,
        finish_on_key=LAST_KEY,
    )
    _prompts(gather, prompts, urls)
    document.redirect(urls.recording(consultation_id, listen.turn_number, Silence()), method="POST")


def _record(document: VoiceResponse, listen: Listen, consultation_id: str, urls: WebhookUrls) -> None:
    """Adds a `<Record>`, and a `<Redirect>` for when Twilio falls through it because nothing was said."""
    document.record(
        action=urls.recording(consultation_id, listen.turn_number),
        method="POST",
        play_beep=False,
        timeout=listen.silence_timeout_seconds,
        max_length=listen.max_length_seconds,
        finish_on_key=ANY_KEY,
        trim="do-not-trim",
    )
    document.redirect(urls.recording(consultation_id, listen.turn_number, Silence()), method="POST")


def _dial(document: VoiceResponse, hand_over: HandOver, consultation_id: str, urls: WebhookUrls) -> None:
    """Adds a `<Dial>`; whoever is rung sees the number that the callee was called from, as is Twilio's default.

    The callee hears the ringing, and the two are connected when that phone is answered (Twilio docs, answerOnBridge).
    """
    dial = document.dial(
        action=urls.handover(consultation_id, hand_over.turn_number),
        method="POST",
        timeout=hand_over.ring_timeout_seconds,
        answer_on_bridge=True,
    )
    dial.number(hand_over.phone)


def _connect(document: VoiceResponse, stream_token: str, consultation_id: str, urls: WebhookUrls) -> None:
    """Adds a `<Connect><Stream>`, and a `<Redirect>` that asks how the call goes on when the stream is over.

    Twilio goes on with the next verb however the stream ended; without one it would hang up.
    """
    stream = document.connect().stream(url=urls.media(stream_token))
    stream.parameter(name=CONSULTATION_PARAMETER, value=consultation_id)
    document.redirect(urls.voice(consultation_id), method="POST")


def _say(document: VoiceResponse | Gather, text: str) -> None:
    for piece in say_pieces(text):
        document.say(piece, language=LANGUAGE, voice=VOICE)


def say_pieces(text: str) -> list[str]:
    """Splits a text for `<Say>`: between sentences where it can, within one where it must.

    Characters that XML cannot carry are left out.
    """
    pieces = [""]
    for sentence in _sentences(_NOT_XML.sub("", text)):
        if _encoded_length(pieces[-1] + sentence) > MAX_SAY_CHARACTERS:
            pieces.append("")
        pieces[-1] += sentence
    return [piece.strip() for piece in pieces if piece.strip()]


def _sentences(text: str) -> Iterator[str]:
    """Yields the sentences of a text; one that is too long for a `<Say>` in parts that are not."""
    longest = MAX_SAY_CHARACTERS // 12  # no character is longer than `%F0%9F%98%80`
    for match in _SENTENCE.finditer(text):
        sentence = match.group()
        if _encoded_length(sentence) <= MAX_SAY_CHARACTERS:
            yield sentence
        else:
            yield from (sentence[start : start + longest] for start in range(0, len(sentence), longest))


def _encoded_length(text: str) -> int:
    return len(quote(text))
