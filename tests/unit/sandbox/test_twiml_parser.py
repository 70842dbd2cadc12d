import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.twiml.voice_response import Gather as OfficialGather
from twilio.twiml.voice_response import VoiceResponse

from sandbox.twilio.twiml import Document, TwimlError, parse
from sandbox.twilio.verbs import (
    Connect,
    Dial,
    Gather,
    Hangup,
    Pause,
    Play,
    Record,
    Redirect,
    Say,
    Stream,
    Unsupported,
)

URL = "https://gw.example/twilio/voice?consultation=1"


def parsed(text: str, url: str = URL) -> tuple[Document, list[int]]:
    warnings: list[int] = []
    return parse(text, url, lambda code, _: warnings.append(code)), warnings


def verbs(inner: str) -> tuple:
    document, warnings = parsed(f"<Response>{inner}</Response>")
    assert warnings == []
    return document.verbs


def test_defaults_are_those_of_the_documents():
    inner = (
        "<Say>a</Say><Play>b</Play><Pause/><Record/><Gather/><Redirect>c</Redirect><Hangup/><Dial>+8221234567</Dial>"
    )
    assert verbs(inner) == (
        Say(text="a"), Play(url="b"), Pause(length=1),
        Record(timeout=5, finish_on_key="1234567890*#", max_length=3600, play_beep=True, trim=True, method="POST"),
        Gather(timeout=5, finish_on_key="#", num_digits=None, input="dtmf", method="POST"),
        Redirect(url="c", method="POST"), Hangup(), Dial(number="+8221234567", timeout=30, time_limit=14400),
    )  # fmt: skip


def test_what_the_official_library_writes_is_understood():
    response = VoiceResponse()
    response.say("안녕하세요", language="ko-KR", voice="Polly.Seoyeon")
    response.play("https://gw.example/audio/abc.wav", loop=2)
    gather = OfficialGather(num_digits=1, timeout=7, action="/keys", action_on_empty_result=True)
    gather.say("1번을 누르세요", language="ko-KR", voice="Google.ko-KR-Chirp3-HD-Kore")
    response.append(gather)
    response.record(
        action="/recording", method="POST", play_beep=False, timeout=3, max_length=30, finish_on_key="1234567890*#",
        trim="do-not-trim", recording_status_callback="/ready", recording_status_callback_event="completed absent",
    )  # fmt: skip
    dial = response.dial(action="/dialled", method="POST", timeout=25, answer_on_bridge=True)
    dial.number("+8221234567")
    response.redirect("/voice?turn=2", method="POST")
    document, warnings = parsed(str(response))
    assert warnings == []
    assert document.verbs == (
        Say(text="안녕하세요", language="ko-KR", voice="Polly.Seoyeon"),
        Play(url="https://gw.example/audio/abc.wav", loop=2),
        Gather(
            num_digits=1, timeout=7, action="/keys", action_on_empty_result=True,
            prompts=(Say(text="1번을 누르세요", language="ko-KR", voice="Google.ko-KR-Chirp3-HD-Kore"),),
        ),
        Record(
            action="/recording", timeout=3, max_length=30, play_beep=False, trim=False, status_callback="/ready",
            status_callback_events=frozenset({"completed", "absent"}),
        ),
        Dial(number="+8221234567", action="/dialled", timeout=25, answer_on_bridge=True),
        Redirect(url="/voice?turn=2"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("no xml at all", 12100),
        ("<Response><Say></Response>", 12100),
        ("<response/>", 12102),
        ("<html/>", 12102),
        ('<!DOCTYPE r [<!ENTITY a "aa">]><Response>&a;</Response>', 12100),
        ("<Response>" + " " * 65_536 + "</Response>", 11750),
        ("<Response>&nbsp;</Response>", 12100),
    ],
)
def test_a_document_that_cannot_be_executed(text, code):
    with pytest.raises(TwimlError) as caught:
        parsed(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ("<say>a</say>", 12200),
        ("<Speak>a</Speak>", 12200),
        ('<Say Voice="alice">a</Say>', 12200),
        ('<Say voice="robot">a</Say>', 13511),
        ('<Say language="Korean">a</Say>', 13512),
        ('<Say loop="-1">a</Say>', 13510),
        ("<Say> </Say>", 13520),
        (f"<Say>{'가' * 501}</Say>", 13521),
        (f'<Say voice="Polly.Joanna">{"a" * 3001}</Say>', 13521),
        ('<Play loop="x">a</Play>', 13410),
        ('<Play digits="12a"/>', 13430),
        ('<Pause length="-1"/>', 13910),
        ('<Record timeout="1.5"/>', 13611),
        ('<Record maxLength="0"/>', 13612),
        ('<Record finishOnKey="x"/>', 13613),
        ('<Record playBeep="no"/>', 13616),
        ('<Record trim="yes"/>', 13699),
        ('<Record method="PUT"/>', 13610),
        ('<Record recordingStatusCallbackEvent="done"/>', 13621),
        ("<Record><Say>a</Say></Record>", 12200),
        ('<Gather numDigits="0"/>', 13314),
        ('<Gather timeout="x"/>', 13313),
        ("<Gather><Record/></Gather>", 13320),
        ('<Redirect method="PUT">a</Redirect>', 13710),
        ('<Dial timeout="0">+8221234567</Dial>', 13212),
        ('<Dial method="PUT">+8221234567</Dial>', 13210),
        ('<Dial timeLimit="0">+8221234567</Dial>', 13216),
        ('<Dial answerOnBridge="yes">+8221234567</Dial>', 12200),
        ('<Dial hangupOnStar="yes">+8221234567</Dial>', 12200),
        ('<Dial record="always">+8221234567</Dial>', 12200),
        ('<Dial record="record-from-answer">+8221234567</Dial>', 12200),
        ('<Dial ringtone="kr">+8221234567</Dial>', 12200),
        ("<Dial><Number callerId='+8221234567'>+8221234567</Number></Dial>", 12200),
        ("<Dial><Number url='/whisper'>+8221234567</Number></Dial>", 12200),
        ("<Dial><Number><Say>a</Say></Number></Dial>", 12200),
    ],
)
def test_a_fault_that_is_warned_of(inner, code):
    document, warnings = parsed(f"<Response>{inner}<Hangup/></Response>")
    assert warnings == [code]
    assert document.verbs[-1] == Hangup()


def test_what_is_wrong_is_replaced_by_the_default():
    document, _ = parsed('<Response><Record timeout="soon" maxLength="30" playBeep="no"/></Response>')
    assert document.verbs == (Record(timeout=5, max_length=30, play_beep=True),)


def test_500_hangul_are_the_most_for_a_say():
    assert verbs(f'<Say language="ko-KR" voice="Polly.Seoyeon">{"가" * 500}</Say>')


def test_methods_may_be_written_in_lower_case():
    assert verbs('<Redirect method="get">a</Redirect>') == (Redirect(url="a", method="GET"),)


def test_markup_within_say_is_read_through():
    assert verbs('<Say>하나 <break time="1s"/><prosody rate="slow">둘</prosody></Say>') == (Say(text="하나 둘"),)


def test_loop_0_is_a_thousand_times():
    assert verbs('<Play loop="0">a</Play>') == (Play(url="a", loop=1000),)


@pytest.mark.parametrize("name", ["Echo", "Start", "Enqueue", "Pay", "Reject", "Sms"])
def test_verbs_that_only_twilio_knows_are_named(name):
    assert verbs(f"<{name}><Stream url='wss://a'/></{name}>") == (Unsupported(name=name),)


def test_an_empty_document_has_no_verbs():
    assert parsed("")[0].verbs == ()
    assert parsed("<Response/>")[0].verbs == ()


def test_references_are_relative_to_the_document():
    document = Document(URL + "#rc=2", ())
    assert document.resolve("/audio/a.wav") == "https://gw.example/audio/a.wav"
    assert document.resolve("recording?turn=1") == "https://gw.example/twilio/recording?turn=1"
    assert document.resolve(None) == URL + "#rc=2"
    assert document.resolve("https://other.example/x#rc=1") == "https://other.example/x#rc=1"


@pytest.mark.parametrize("reference", [None, "", "/recording"])
def test_twiml_given_as_text_has_nothing_to_be_relative_to(reference):
    with pytest.raises(TwimlError) as caught:
        Document("", ()).resolve(reference)
    assert caught.value.code == 15004


@settings(deadline=None)
@given(st.text())
def test_no_text_breaks_the_parser(text):
    with contextlib.suppress(TwimlError):
        parsed(text)


@settings(deadline=None)
@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
        | st.sampled_from("\t\n\r")
    )
)
def test_what_is_said_survives_xml(text):
    response = VoiceResponse()
    response.say(text)
    document, _ = parsed(str(response))
    normal = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    assert document.verbs == (Say(text=normal),)


class TestConnect:
    def test_what_the_official_library_writes_is_understood(self):
        response = VoiceResponse()
        connect = response.connect(action="/over", method="GET")
        stream = connect.stream(
            url="wss://gw.example/media/abc", name="talk", track="inbound_track", status_callback="/stream",
            status_callback_method="GET",
        )  # fmt: skip
        stream.parameter(name="consultation", value="c-1")
        stream.parameter(name="말", value="")
        document, warnings = parsed(str(response))
        assert warnings == []
        assert document.verbs == (
            Connect(
                stream=Stream(
                    url="wss://gw.example/media/abc", name="talk", status_callback="/stream",
                    status_callback_method="GET", parameters=(("consultation", "c-1"), ("말", "")),
                ),
                action="/over",
                method="GET",
            ),
        )  # fmt: skip

    def test_its_defaults(self):
        (connect,) = verbs("<Connect><Stream url='wss://a'/></Connect>")
        assert connect == Connect(stream=Stream(url="wss://a", track="inbound_track"), action=None, method="POST")

    @pytest.mark.parametrize(
        ("inner", "name"), [("", "Connect"), ('<ConversationRelay url="wss://a"/>', "Connect><ConversationRelay")]
    )
    def test_what_it_cannot_connect_to_is_named(self, inner, name):
        assert verbs(f"<Connect>{inner}</Connect>") == (Unsupported(name=name),)

    @pytest.mark.parametrize(
        "inner",
        [
            '<Stream url="wss://a"/><Stream url="wss://b"/>',
            '<Stream url="wss://a" codec="x"/>',
            '<Stream url="wss://a"><Say>a</Say></Stream>',
            '<Stream url="wss://a"><Parameter value="a"/></Stream>',
            f'<Stream url="wss://a"><Parameter name="a" value="{"x" * 499}"/></Stream>',
        ],
    )
    def test_what_is_wrong_is_warned_of_and_passed_over(self, inner):
        document, warnings = parsed(f"<Response><Connect>{inner}</Connect></Response>")
        assert warnings == [12200]
        assert document.verbs == (Connect(stream=Stream(url="wss://a")),)

    def test_a_parameter_may_have_499_characters_with_its_name(self):
        (connect,) = verbs(
            f'<Connect><Stream url="wss://a"><Parameter name="a" value="{"x" * 498}"/></Stream></Connect>'
        )
        assert len(connect.stream.parameters) == 1
