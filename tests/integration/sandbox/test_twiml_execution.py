"""TwiML as it is executed: real HTTP, real audio."""

import pytest
from aiohttp import web

from audio import voice, wav
from sandbox.line_audio import words_in
from sandbox.twilio.interpreter import APOLOGY
from tests.fakes.twiml_app import quirky

LISTEN = '<Record action="/heard" timeout="2" playBeep="false" trim="do-not-trim"/>'


def journal(sandbox):
    return sandbox.world.twilio.journal


def heard_by_callee(sandbox) -> list[str]:
    return [words for verb in journal(sandbox).verbs for words in verb.outcome.get("heard", [])]


def action(app, path="/heard"):
    return app.at(path)[0].form


class TestTalking:
    async def test_say_play_and_pause_follow_one_another(self, sandbox, app):
        hello = app.audio("hello", "안녕하세요 반갑습니다")
        app.twiml("/voice", f'{hello}<Pause length="3"/><Say language="ko-KR">또 만나요</Say>')
        call = await sandbox.call()
        assert sandbox.verbs() == ["Play", "Pause", "Say"]
        assert heard_by_callee(sandbox) == ["안녕하세요 반갑습니다", "또 만나요"]
        _, pause, say = journal(sandbox).verbs
        assert pause.ended_s - pause.started_s == pytest.approx(3, abs=0.9)
        assert say.started_s >= pause.ended_s
        assert call.status == "completed"

    async def test_what_the_callee_heard_is_kept_as_audio(self, sandbox, app):
        app.twiml("/voice", app.audio("hello", "안녕하세요 반갑습니다"))
        call = await sandbox.call()
        assert words_in(call.line.to_callee.between(0, call.line.now)) == "안녕하세요 반갑습니다"

    async def test_loops(self, sandbox, app):
        app.twiml("/voice", app.audio("hello", "네").replace("<Play>", '<Play loop="3">') + '<Say loop="2">둘</Say>')
        await sandbox.call()
        assert heard_by_callee(sandbox) == ["네", "네", "네", "둘", "둘"]
        assert len(app.at("/audio/hello.wav")) == 1

    async def test_speech_without_words_on_the_subcarrier_is_heard_without_words(self, sandbox, app):
        async def bare(request, seen):
            speech = voice.speak("안녕하세요", subcarrier=False)
            return web.Response(body=wav.write(speech), content_type="audio/wav")

        app.on("/bare.wav", bare)
        app.twiml("/voice", "<Play>/bare.wav</Play>")
        await sandbox.call()
        assert heard_by_callee(sandbox) == [""]
        assert sandbox.errors() == []

    async def test_keys_can_be_played(self, sandbox, app):
        app.twiml("/voice", '<Play digits="1w2"/>')
        await sandbox.call()
        (verb,) = journal(sandbox).verbs
        assert verb.ended_s - verb.started_s == pytest.approx(0.9, abs=0.5)

    async def test_the_end_of_the_document_hangs_up(self, sandbox, app):
        app.twiml("/voice", "<Say>끝</Say>")
        assert (await sandbox.call()).status == "completed"
        assert len(app.seen) == 1

    async def test_nothing_after_a_hangup_is_executed(self, sandbox, app):
        app.twiml("/voice", "<Hangup/><Say>아직</Say>")
        await sandbox.call()
        assert sandbox.verbs() == ["Hangup"]


class TestRecord:
    async def test_the_action_gets_the_recording(self, sandbox, app):
        app.twiml("/voice", f"<Say>어떠세요?</Say>{LISTEN}<Say>nie</Say>")
        app.twiml("/heard", "<Hangup/>")
        await sandbox.call({"turns": [{"say": "잘 지내요"}]})
        (recording,) = sandbox.world.twilio.recordings.newest_first()
        form = action(app)
        assert form["RecordingSid"] == recording.sid
        assert form["RecordingUrl"].startswith(sandbox.world.twilio_url + "/2010-04-01/Accounts/AC")
        assert form["RecordingUrl"].endswith("/Recordings/" + recording.sid)
        assert form["RecordingDuration"] == str(recording.duration_s)
        assert "Digits" not in form
        assert words_in(recording.channels[0]) == "잘 지내요"
        assert sandbox.verbs() == ["Say", "Record", "Hangup"]

    async def test_silence_is_recorded_too(self, sandbox, app):
        app.twiml("/voice", LISTEN)
        app.twiml("/heard", "<Hangup/>")
        await sandbox.call()
        assert action(app)["RecordingDuration"] == "2"

    @pytest.mark.parametrize("settings", [quirky(record_falls_through_on_silence=True)])
    async def test_silence_can_fall_through_to_the_next_verb(self, sandbox, app, settings):
        app.twiml("/voice", f"{LISTEN}<Redirect>/silent</Redirect>")
        app.twiml("/silent", "<Hangup/>")
        await sandbox.call()
        assert app.at("/silent")
        assert not app.at("/heard")
        assert sandbox.world.twilio.recordings.newest_first() == []

    @pytest.mark.parametrize("settings", [quirky(record_falls_through_on_silence=True)])
    async def test_speech_does_not_fall_through(self, sandbox, app, settings):
        app.twiml("/voice", f"{LISTEN}<Redirect>/silent</Redirect>")
        app.twiml("/heard", "<Hangup/>")
        await sandbox.call({"turns": [{"say": "네"}]})
        assert app.at("/heard")

    @pytest.mark.parametrize("settings", [quirky(recording_sid_in_action=False)])
    async def test_the_sid_can_be_missing(self, sandbox, app, settings):
        app.twiml("/voice", LISTEN)
        app.twiml("/heard", "<Hangup/>")
        await sandbox.call()
        assert "RecordingSid" not in action(app)

    async def test_a_key_ends_it_and_is_told(self, sandbox, app):
        app.twiml("/voice", LISTEN)
        app.twiml("/heard", "<Hangup/>")
        await sandbox.call({"turns": [{"dtmf": "3", "after": 1.0}]})
        assert (action(app)["Digits"], action(app)["RecordingDuration"]) == ("3", "1")

    async def test_hanging_up_is_told_as_digits(self, sandbox, app):
        app.twiml("/voice", LISTEN)
        app.twiml("/heard", "<Say>nie</Say>")
        call = await sandbox.call({"turns": [{"hangup": True, "after": 1.5}]}, status_callback=app.url + "/status")
        assert (action(app)["Digits"], action(app)["CallStatus"]) == ("hangup", "completed")
        assert sandbox.verbs() == ["Record"]
        assert app.at("/status")[-1].form["CallStatus"] == "completed"
        assert 1 <= call.duration_s <= 4

    async def test_it_is_not_longer_than_allowed(self, sandbox, app):
        app.twiml("/voice", '<Record action="/heard" maxLength="4" playBeep="false" trim="do-not-trim"/>')
        app.twiml("/heard", "<Hangup/>")
        await sandbox.call({"turns": [{"noise": 60}]})
        assert action(app)["RecordingDuration"] == "4"

    async def test_silence_is_trimmed_by_default(self, sandbox, app):
        app.twiml("/voice", '<Record action="/heard" timeout="5" playBeep="false"/>')
        app.twiml("/heard", "<Hangup/>")
        await sandbox.call({"turns": [{"noise": 2, "after": 3.0}]})
        assert action(app)["RecordingDuration"] == "2"

    async def test_a_beep_comes_before_it_by_default(self, sandbox, app):
        app.twiml("/voice", '<Record action="/heard" timeout="1"/>')
        app.twiml("/heard", "<Hangup/>")
        call = await sandbox.call()
        (beep,) = call.line.to_callee.sounds
        assert beep.end - beep.start == pytest.approx(0.3)
        assert journal(sandbox).verbs[0].outcome["recording_s"][0] >= round(beep.end, 3)

    async def test_without_an_action_the_document_is_asked_again(self, sandbox, app):
        app.twiml("/voice", '<Record timeout="1"/>', "<Hangup/>")
        await sandbox.call(url=app.url + "/voice?turn=1")
        _, second = app.at("/voice")
        assert (second.query, "RecordingUrl" in second.form) == ({"turn": "1"}, True)

    async def test_its_status_is_called_back(self, sandbox, app):
        app.twiml("/voice", '<Record action="/heard" timeout="1" recordingStatusCallback="/ready"/>')
        app.twiml("/heard", "<Hangup/>")
        await sandbox.call()
        (seen,) = app.at("/ready")
        assert seen.valid
        assert seen.form == {
            "AccountSid": sandbox.world.settings.twilio.account.sid,
            "CallSid": action(app)["CallSid"],
            "RecordingSid": action(app)["RecordingSid"],
            "RecordingUrl": action(app)["RecordingUrl"],
            "RecordingStatus": "completed",
            "RecordingDuration": "1",
            "RecordingChannels": "1",
            "RecordingSource": "RecordVerb",
            "RecordingTrack": "inbound",
        }

    @pytest.mark.parametrize("settings", [quirky(recording_ready_s=0.2)])
    async def test_its_status_is_called_back_when_it_is_ready(self, sandbox, app, settings):
        app.twiml("/voice", '<Record action="/heard" timeout="1" recordingStatusCallback="/ready"/>')
        app.twiml("/heard", "<Hangup/>")
        await sandbox.call()
        (recording,) = sandbox.world.twilio.recordings.newest_first()
        assert app.at("/ready")
        assert recording.status == "completed"


class TestGather:
    MENU = (
        '<Gather action="/keys" numDigits="{digits}" timeout="3"><Say>번호를 누르세요</Say></Gather><Say>없네요</Say>'
    )

    async def test_keys_go_to_the_action(self, sandbox, app):
        app.twiml("/voice", self.MENU.format(digits=2))
        app.twiml("/keys", "<Hangup/>")
        await sandbox.call({"turns": [{"dtmf": "12"}]})
        assert action(app, "/keys")["Digits"] == "12"
        assert heard_by_callee(sandbox) == ["번호를 누르세요"]

    async def test_nothing_falls_through(self, sandbox, app):
        app.twiml("/voice", self.MENU.format(digits=1))
        await sandbox.call()
        assert heard_by_callee(sandbox) == ["번호를 누르세요", "없네요"]

    async def test_nothing_goes_to_the_action_if_that_is_wanted(self, sandbox, app):
        app.twiml("/voice", '<Gather action="/keys" actionOnEmptyResult="true" timeout="1"/>')
        app.twiml("/keys", "<Hangup/>")
        await sandbox.call()
        assert action(app, "/keys")["Digits"] == ""

    async def test_the_finishing_key_is_named(self, sandbox, app):
        app.twiml("/voice", '<Gather action="/keys"/>')
        app.twiml("/keys", "<Hangup/>")
        await sandbox.call({"turns": [{"dtmf": "12#"}]})
        assert (action(app, "/keys")["Digits"], action(app, "/keys")["FinishedOnKey"]) == ("12", "#")

    async def test_a_key_stops_the_prompt(self, sandbox, app):
        long = app.audio("menu", "번호를 눌러 주세요 일 번은 상담 이 번은 안내 삼 번은 처음으로 사 번은 종료입니다")
        app.twiml("/voice", f'<Gather action="/keys" numDigits="1">{long}<Say>nie</Say></Gather>')
        app.twiml("/keys", "<Hangup/>")
        await sandbox.call({"when": [{"heard": "번호", "dtmf": "1", "interrupt_after": 1.0}]})
        gather = journal(sandbox).verbs[0]
        assert 1.0 <= gather.ended_s - gather.started_s < 4.0  # the prompt alone is longer
        assert action(app, "/keys")["Digits"] == "1"

    async def test_speech_is_not_gathered_and_that_is_told(self, sandbox, app):
        app.twiml("/voice", '<Gather input="dtmf speech" timeout="1"/>')
        await sandbox.call({"turns": [{"say": "네"}]})
        assert sandbox.errors() == [None]


class TestDocuments:
    @pytest.mark.parametrize("content_type", ["text/xml", "application/xml", "text/html", "text/plain"])
    async def test_types_that_are_twiml(self, sandbox, app, content_type):
        app.on("/voice", web.Response(text="<Response><Say>네</Say></Response>", content_type=content_type))
        await sandbox.call()
        assert heard_by_callee(sandbox) == ["네"]
        assert sandbox.errors() == []

    async def test_plain_text_is_read_aloud(self, sandbox, app):
        app.on("/voice", web.Response(text="안녕하세요 여러분"))
        await sandbox.call()
        assert heard_by_callee(sandbox) == ["안녕하세요 여러분"]
        assert sandbox.verbs() == ["Say", "Hangup"]

    async def test_audio_is_played_and_the_call_ends(self, sandbox, app):
        app.audio("x", "바로 나가는 소리")
        app.answers["/voice"] = app.answers["/audio/x.wav"]
        call = await sandbox.call()
        assert words_in(call.line.to_callee.between(0, call.line.now)) == "바로 나가는 소리"

    @pytest.mark.parametrize(
        ("response", "code"),
        [
            (web.Response(text="{}", content_type="application/json"), 12300),
            (web.Response(body=b"<Response/>", headers={"Content-Type": "application/octet-stream"}), 12300),
            (web.Response(text="<Response>", content_type="text/xml"), 12100),
            (web.Response(text="<html/>", content_type="text/html"), 12102),
            (web.Response(text="<Response>" + "x" * 70_000 + "</Response>", content_type="text/xml"), 11750),
            (web.Response(status=404, text="<Response/>", content_type="text/xml"), 11200),
        ],
    )
    async def test_an_unusable_answer_ends_the_call_with_an_apology(self, sandbox, app, response, code):
        app.on("/voice", response)
        call = await sandbox.call()
        assert sandbox.errors() == [code]
        assert [sound.text for sound in call.line.to_callee.sounds] == [APOLOGY]
        assert call.status == "completed"

    async def test_an_empty_answer_hangs_up(self, sandbox, app):
        app.on("/voice", web.Response(status=204))
        assert (await sandbox.call()).status == "completed"
        assert sandbox.errors() == []

    async def test_unknown_verbs_are_warned_of_and_passed_over(self, sandbox, app):
        app.twiml("/voice", "<Speak>a</Speak><say>b</say><Say>네</Say>")
        await sandbox.call()
        assert sandbox.errors() == [12200, 12200]
        assert heard_by_callee(sandbox) == ["네"]

    async def test_verbs_that_the_sandbox_lacks_are_named_and_passed_over(self, sandbox, app):
        app.twiml("/voice", "<Enqueue>line</Enqueue><Redirect>/more</Redirect>")
        app.twiml("/more", "<Hangup/>")
        await sandbox.call()
        (breach,) = journal(sandbox).breaches
        assert (breach.code, breach.message) == (None, "the sandbox does not execute <Enqueue>")
        assert app.at("/more")

    async def test_documents_that_lead_nowhere_are_stopped(self, sandbox, app):
        app.twiml("/voice", "<Redirect>/voice</Redirect>")
        call = await sandbox.call()
        assert len(app.seen) == 50
        assert sandbox.errors() == [None]
        assert call.status == "completed"

    async def test_documents_that_talk_may_go_on_for_long(self, sandbox, app):
        app.twiml("/voice", *['<Pause length="1"/><Redirect>/voice</Redirect>'] * 60, "<Hangup/>")
        await sandbox.call()
        assert len(app.seen) == 61
        assert sandbox.errors() == []

    async def test_relative_urls(self, sandbox, app):
        app.twiml("/a/b/voice", "<Redirect>../c?x=1&amp;y=%EA%B0%80</Redirect>")
        app.twiml("/a/c", "<Hangup/>")
        await sandbox.call(url=app.url + "/a/b/voice")
        assert app.at("/a/c")[0].query == {"x": "1", "y": "가"}


class TestTwimlAsText:
    async def test_it_is_executed(self, sandbox):
        await sandbox.call(twiml="<Response><Say>바로</Say></Response>")
        assert heard_by_callee(sandbox) == ["바로"]

    async def test_an_absolute_action_is_fine(self, sandbox, app):
        app.twiml("/heard", "<Hangup/>")
        await sandbox.call(twiml=f'<Response><Record action="{app.url}/heard" timeout="1"/></Response>')
        assert app.at("/heard")

    @pytest.mark.parametrize(
        "verb", ['<Record action="/heard"/>', "<Record/>", '<Gather action="x"/>', "<Redirect>x</Redirect>"]
    )
    async def test_a_relative_url_is_an_error(self, sandbox, verb):
        await sandbox.call(twiml=f"<Response>{verb}</Response>")
        assert sandbox.errors() == [15004]
