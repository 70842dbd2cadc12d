"""Replies as TwiML: golden documents, and what holds for any text."""

import re
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from gateway import twiml
from gateway.call import HandOver, HangUp, Listen, OpenStream, PressedKeys, Prompt, RecordedSpeech, Reply, Silence, Wait
from gateway.webhook_urls import WebhookUrls
from sandbox.twilio.twiml import parse

URLS = WebhookUrls("https://calls.example.org")
HEAD = '<?xml version="1.0" encoding="UTF-8"?><Response>'
OVERRIDES = "#rc=2&amp;rp=5xx,ct,rt&amp;ct=2000&amp;rt=10000"
GOODBYE = Prompt("안녕히 계세요.", "bye")
HELLO = Prompt("안녕하세요.", "hello")
PLAY = f"<Play>https://calls.example.org/audio/{{}}.wav{OVERRIDES}</Play>"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (
            Reply((HELLO, GOODBYE), Listen(3, 2, 60)),
            PLAY.format("hello") + PLAY.format("bye")
            + f'<Record action="https://calls.example.org/twilio/recording?consultation=c&amp;turn=3{OVERRIDES}"'
            ' finishOnKey="1234567890*#" maxLength="60" method="POST" playBeep="false" timeout="2"'
            ' trim="do-not-trim" />'
            '<Redirect method="POST">https://calls.example.org/twilio/recording'
            f"?consultation=c&amp;turn=3&amp;silence=1{OVERRIDES}</Redirect>",
        ),
        (
            Reply((HELLO,), Listen(3, 5, 60, keys=6)),
            f'<Gather action="https://calls.example.org/twilio/recording?consultation=c&amp;turn=3{OVERRIDES}"'
            ' finishOnKey="#" input="dtmf" method="POST" timeout="5">' + PLAY.format("hello") + "</Gather>"
            '<Redirect method="POST">https://calls.example.org/twilio/recording'
            f"?consultation=c&amp;turn=3&amp;silence=1{OVERRIDES}</Redirect>",
        ),
        (
            Reply((HELLO,), Wait(3)),
            PLAY.format("hello") + '<Redirect method="POST">https://calls.example.org/twilio/voice'
            f"?consultation=c&amp;turn=3{OVERRIDES}</Redirect>",
        ),
        (
            Reply((GOODBYE,), HangUp(9)),
            PLAY.format("bye") + '<Redirect method="POST">https://calls.example.org/twilio/voice'
            f"?consultation=c&amp;turn=9{OVERRIDES}</Redirect>",
        ),
        (Reply((GOODBYE,), HangUp()), PLAY.format("bye") + "<Hangup />"),
        (
            Reply((HELLO,), HandOver("+8221234567", 25, 9)),
            PLAY.format("hello") + '<Dial action="https://calls.example.org/twilio/handover'
            f'?consultation=c&amp;turn=9{OVERRIDES}" answerOnBridge="true" method="POST" timeout="25">'
            "<Number>+8221234567</Number></Dial>",
        ),
        (Reply((), HangUp()), "<Hangup />"),
        (Reply((Prompt("", ""),), HangUp()), "<Hangup />"),
        (
            Reply((Prompt("숫자 <1>을 & 누르세요."),), HangUp()),
            '<Say language="ko-KR" voice="Polly.Seoyeon">숫자 &lt;1&gt;을 &amp; 누르세요.</Say><Hangup />',
        ),
    ],
)  # fmt: skip
def test_golden(reply, expected):
    document = twiml.reply(reply, "c", URLS)
    assert document == f"{HEAD}{expected}</Response>"
    warnings: list[tuple[int, str]] = []
    parse(document, "https://calls.example.org/twilio/voice", lambda *warning: warnings.append(warning))
    assert warnings == []


@pytest.mark.parametrize(
    ("base", "stream"),
    [
        ("https://calls.example.org", "wss://calls.example.org"),
        ("https://example.org:8443/calling", "wss://example.org:8443/calling"),
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000"),
    ],
)
def test_stream(base, stream):
    """Whatever ends the stream, the verb behind it asks how the call goes on."""
    document = twiml.reply(Reply((HELLO,), OpenStream("tok-1_Z")), "c 1", WebhookUrls(base))
    assert document == (
        f"{HEAD}<Play>{base}/audio/hello.wav{OVERRIDES}</Play>"
        f'<Connect><Stream url="{stream}/twilio/media/tok-1_Z"><Parameter name="consultation" value="c 1" /></Stream>'
        f'</Connect><Redirect method="POST">{base}/twilio/voice?consultation=c%201{OVERRIDES}</Redirect></Response>'
    )


@given(token=st.text(max_size=40))
def test_stream_urls_have_no_query(token):
    url = URLS.media(token)
    assert url.isascii()
    assert not set(url) & set(" ?#")


def test_one_moment_apology_and_hang_up():
    say = '<Say language="ko-KR" voice="Polly.Seoyeon">{}</Say>'
    again = URLS.voice("c", retry=1)
    redirect = f'<Redirect method="POST">{URLS.base}/twilio/voice?consultation=c&amp;retry=1{OVERRIDES}</Redirect>'
    pause = '<Pause length="1" />'
    assert twiml.one_moment(again, spoken=True) == (
        f"{HEAD}{say.format('잠시만 기다려 주세요.')}{pause}{redirect}</Response>"
    )
    assert twiml.one_moment(again, spoken=False) == f"{HEAD}{pause}{redirect}</Response>"
    assert twiml.apology() == f"{HEAD}{say.format(twiml.APOLOGY)}<Hangup /></Response>"
    assert twiml.hang_up() == f"{HEAD}<Hangup /></Response>"


def without_spaces(text: str) -> str:
    return re.sub(r"\s", "", text)


@given(st.text(max_size=2000) | st.text("가나다 .?!\n😀", max_size=2000))
def test_any_text_can_be_said(text):
    document = twiml.reply(Reply((Prompt(text),), HangUp()), "c", URLS)
    said = [say.text or "" for say in ET.fromstring(document).iter("Say")]
    assert all(0 < len(quote(piece)) <= twiml.MAX_SAY_CHARACTERS for piece in said)
    speakable = "".join(character for character in text if not twiml._NOT_XML.match(character))
    assert without_spaces("".join(said)) == without_spaces(speakable)


def test_what_xml_cannot_carry_is_left_out():
    unspeakable = "".join(map(chr, [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF]))
    document = twiml.reply(Reply((Prompt(f"{unspeakable}네"),), HangUp()), "c", URLS)
    assert [say.text for say in ET.fromstring(document).iter("Say")] == ["네"]


def test_long_texts_are_split_between_sentences():
    sentence = "오늘은 어떻게 지내세요? "
    pieces = twiml.say_pieces(sentence * 60)
    assert len(pieces) > 1
    assert all(piece.endswith("지내세요?") for piece in pieces)
    assert " ".join(pieces) == (sentence * 60).strip()


def test_a_sentence_without_an_end_is_split_within():
    pieces = twiml.say_pieces("가" * 1000)
    assert "".join(pieces) == "가" * 1000
    assert max(map(len, pieces)) <= 400


def test_urls_are_written_as_http_clients_send_them():
    """A client that writes another spelling would sign another URL."""
    for heard in (PressedKeys("*"), PressedKeys("#"), RecordedSpeech("RE" + "a" * 32, 3), Silence()):
        url = URLS.recording("5b8f9c1e-2f7b-4a51-9d0e-3c1d2e4f5a6b", 2, heard, 1)
        assert str(URL(url)) == url


@given(consultation=st.text(max_size=40), turn=st.integers(1, 10**6), retry=st.integers(0, 9))
def test_urls_are_plain_ascii(consultation, turn, retry):
    for url in (
        URLS.voice(consultation, turn, retry),
        URLS.recording(consultation, turn, PressedKeys("12*#"), retry),
        URLS.recording(consultation, turn, RecordedSpeech("RE1", 3), retry),
        URLS.recording(consultation, turn, Silence(), retry),
        URLS.audio(consultation),
    ):
        assert url.isascii()
        assert url.isprintable()
        assert " " not in url
