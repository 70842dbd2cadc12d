"""From the queue to the end of a call."""

import asyncio

import pytest

from sandbox.twilio.machine_detection import MachineDetection
from sandbox.twilio.settings import Account, Network, TwilioSettings
from sandbox.world import World, WorldSettings
from tests.fakes.twiml_app import Sandbox

ALL = frozenset({"initiated", "ringing", "answered", "completed"})


def statuses(app) -> list[str]:
    return [seen.form["CallStatus"] for seen in app.at("/status")]


async def test_a_phone_rings_before_it_is_answered(sandbox, app):
    app.twiml("/voice", "<Hangup/>")
    call = await sandbox.call()
    network = sandbox.world.settings.twilio.network
    waited = (call.answered_at - call.started_at).total_seconds()
    assert waited == pytest.approx(network.dial_s + network.ring_s, abs=0.9)


async def test_nobody_answers_within_the_timeout(sandbox, app):
    call = await sandbox.call({"answers": "no-answer"}, timeout=25)
    assert (call.status, call.sip_code) == ("no-answer", 487)
    assert (call.ended_at - call.started_at).total_seconds() == pytest.approx(26, abs=0.9)


async def test_a_timeout_shorter_than_the_ringing_is_no_answer(sandbox):
    assert (await sandbox.call(timeout=2)).status == "no-answer"


async def test_the_time_limit_ends_a_live_call(sandbox, app):
    app.twiml("/voice", '<Pause length="3600"/>')
    call = await sandbox.call(time_limit=120)
    assert (call.status, call.duration_s) == ("completed", 120)


async def test_the_time_limit_ends_a_recording_too(sandbox, app):
    app.twiml("/voice", '<Record timeout="0" maxLength="3000" playBeep="false"/>')
    call = await sandbox.call(time_limit=60)
    assert call.duration_s == 60
    assert len(app.seen) == 1


class TestSlowQueue:
    @pytest.fixture
    def settings(self):
        return WorldSettings(speed=1000, twilio=TwilioSettings(account=Account(cps=0.001)))

    async def test_calls_wait_their_turn_and_say_how_long(self, sandbox, app):
        app.twiml("/voice", "<Hangup/>")
        first = sandbox.start()
        second = sandbox.start()
        assert (first.queue_s, second.queue_s) == (0.0, pytest.approx(1000, abs=500))
        await first.settled.wait()
        assert second.status == "queued"
        await second.settled.wait()
        waited = (second.started_at - second.created_at).total_seconds()
        assert waited == pytest.approx(second.queue_s, abs=2)

    async def test_a_call_canceled_in_the_queue_has_no_callback(self, sandbox, app):
        app.twiml("/voice", "<Hangup/>")
        sandbox.start()
        second = sandbox.start(status_callback=app.url + "/status", status_callback_events=ALL)
        second.commands.put_nowait("canceled")
        await second.settled.wait()
        assert second.status == "canceled"
        assert second.started_at is None
        assert statuses(app) == []


class TestLongRinging:
    @pytest.fixture
    def settings(self):
        return WorldSettings(speed=5000, twilio=TwilioSettings(network=Network(ring_s=500)))

    @pytest.mark.parametrize("command", ["canceled", "completed"])
    async def test_a_ringing_call_can_be_canceled(self, sandbox, app, command):
        call = sandbox.start(status_callback=app.url + "/status", status_callback_events=ALL, timeout=600)
        await sandbox.until(lambda: call.status == "ringing")
        call.commands.put_nowait(command)
        await call.settled.wait()
        assert call.status == "canceled"
        assert statuses(app) == ["initiated", "ringing", "canceled"]
        assert app.at("/voice") == []


class TestMachineDetection:
    VOICE = '<Pause length="600"/>'

    @pytest.mark.parametrize(
        ("answers", "mode", "found"),
        [
            ("human", "Enable", ("human", 1.5, 3.0)),
            ("voicemail", "Enable", ("machine_start", 2.0, 3.0)),
            ("voicemail", "DetectMessageEnd", ("machine_end_beep", 4.0, 12.0)),
            ("carrier-notice", "Enable", ("machine_start", 2.0, 3.0)),
            ("carrier-notice", "DetectMessageEnd", ("machine_end_silence", 4.0, 7.0)),
        ],
    )
    async def test_it_delays_the_call_and_is_told(self, sandbox, app, answers, mode, found):
        answered_by, least, most = found
        app.twiml("/voice", self.VOICE)
        call = await sandbox.call({"answers": answers}, machine_detection=MachineDetection(mode=mode))
        assert app.at("/voice")[0].form["AnsweredBy"] == answered_by
        assert call.answered_by == answered_by
        assert least < sandbox.world.twilio.journal.exchanges[0].line_s < most

    async def test_it_can_be_told_while_the_call_goes_on(self, sandbox, app):
        app.twiml("/voice", self.VOICE)
        app.on("/amd", "<Response/>")
        detection = MachineDetection(mode="Enable", asynchronous=True, callback=app.url + "/amd")
        await sandbox.call({"answers": "voicemail"}, machine_detection=detection)
        assert "AnsweredBy" not in app.at("/voice")[0].form
        (seen,) = app.at("/amd")
        assert seen.valid
        (told,) = (each for each in sandbox.world.twilio.journal.exchanges if each.purpose == "machine_detection")
        assert 2.4 <= told.line_s < 600
        assert set(seen.form) == {"CallSid", "AccountSid", "AnsweredBy", "MachineDetectionDuration"}
        assert (seen.form["AnsweredBy"], seen.form["MachineDetectionDuration"]) == ("machine_start", "2400")

    @pytest.mark.parametrize(
        ("callee", "found"),
        [
            ({"answers": "human", "detected_as": "machine_start", "detected_after": 7.0}, "machine_start"),
            ({"answers": "voicemail", "detected_as": "unknown", "detected_after": 7.0}, "unknown"),
            ({"answers": "voicemail", "detected_as": "human", "detected_after": 7.0}, "human"),
        ],
    )
    async def test_it_errs_as_it_is_told_to(self, sandbox, app, callee, found):
        app.twiml("/voice", self.VOICE)
        app.on("/amd", "<Response/>")
        detection = MachineDetection(mode="Enable", asynchronous=True, callback=app.url + "/amd")
        await sandbox.call(callee, machine_detection=detection)
        (seen,) = app.at("/amd")
        assert (seen.form["AnsweredBy"], seen.form["MachineDetectionDuration"]) == (found, "7000")

    async def test_a_patient_detection_hears_out_the_carrier(self, sandbox, app):
        app.twiml("/voice", self.VOICE)
        app.on("/amd", "<Response/>")
        detection = MachineDetection("Enable", asynchronous=True, callback=app.url + "/amd", speech_threshold_s=5.0)
        call = await sandbox.call({"answers": "carrier-notice"}, machine_detection=detection)
        assert call.answered_by == app.at("/amd")[0].form["AnsweredBy"] == "human"

    async def test_it_is_not_told_of_a_call_that_is_over(self, sandbox, app):
        app.twiml("/voice", "<Hangup/>")
        app.on("/amd", "<Response/>")
        detection = MachineDetection(mode="Enable", asynchronous=True, callback=app.url + "/amd")
        call = await sandbox.call({"answers": "voicemail"}, machine_detection=detection)
        assert app.at("/amd") == []
        assert call.answered_by is None

    async def test_without_detection_nothing_is_told(self, sandbox, app):
        app.twiml("/voice", "<Hangup/>")
        await sandbox.call({"answers": "voicemail"})
        assert "AnsweredBy" not in app.at("/voice")[0].form


async def test_many_calls_at_once_do_not_disturb_one_another(app):
    settings = WorldSettings(speed=5000, twilio=TwilioSettings(account=Account(cps=1000)))
    async with World(settings) as world:
        sandbox = Sandbox(world, app)
        app.twiml("/voice", '<Say>안녕하세요</Say><Record action="/heard" timeout="1" playBeep="false"/>')
        app.twiml("/heard", "<Hangup/>")
        calls = [sandbox.start({"turns": [{"say": f"저는 {number}번"}]}) for number in range(20)]
        await asyncio.gather(*(call.settled.wait() for call in calls))
        for number, call in enumerate(calls):
            part = world.twilio.journal.of_call(call.sid)
            (record,) = [verb for verb in part.verbs if verb.verb == "Record"]
            assert record.outcome["words"] == f"저는 {number}번"
            assert part.breaches == []
