from email.utils import parsedate_to_datetime

import pytest
from aiohttp import web

from tests.fakes.twiml_app import quirky

ALL = frozenset({"initiated", "ringing", "answered", "completed"})


async def reported(sandbox, app, callee=None, events=ALL, **request):
    app.twiml("/voice", '<Pause length="90"/>')
    await sandbox.call(
        callee, status_callback=app.url + "/status?consultation=1", status_callback_events=events, **request
    )
    return [seen.form for seen in app.at("/status")]


async def test_all_four_events_in_order(sandbox, app):
    forms = await reported(sandbox, app)
    assert [form["CallStatus"] for form in forms] == ["initiated", "ringing", "in-progress", "completed"]
    assert [form["SequenceNumber"] for form in forms] == ["0", "1", "2", "3"]
    assert all(form["CallbackSource"] == "call-progress-events" for form in forms)
    assert all(seen.valid for seen in app.at("/status"))
    times = [parsedate_to_datetime(form["Timestamp"]) for form in forms]
    assert times == sorted(times)
    assert (times[-1] - times[-2]).total_seconds() == pytest.approx(90, abs=5)


async def test_the_last_report_says_how_long_the_call_was(sandbox, app):
    *others, last = await reported(sandbox, app)
    assert 90 <= int(last["CallDuration"]) <= 95
    assert (last["Duration"], last["SipResponseCode"]) == ("2", "200")
    assert all("CallDuration" not in form for form in others)


async def test_sequence_numbers_count_what_is_fired_only(sandbox, app):
    (last,) = await reported(sandbox, app, events=frozenset({"completed"}))
    assert (last["CallStatus"], last["SequenceNumber"]) == ("completed", "0")


@pytest.mark.parametrize(
    ("answers", "sip", "events"),
    [
        ("busy", "486", ["initiated", "busy"]),
        ("reject", "603", ["initiated", "ringing", "busy"]),
        ("no-answer", "487", ["initiated", "ringing", "no-answer"]),
        ("fail", "404", ["initiated", "failed"]),
    ],
)
async def test_calls_that_nobody_answers(sandbox, app, answers, sip, events):
    forms = await reported(sandbox, app, {"answers": answers})
    assert [form["CallStatus"] for form in forms] == events
    assert forms[-1]["SipResponseCode"] == sip
    assert forms[-1]["CallDuration"] == "0"
    assert app.at("/voice") == []
    assert sandbox.world.twilio.newest_first()[0].status == events[-1]


async def test_a_bad_answer_is_warned_of_and_changes_nothing(sandbox, app):
    app.on(
        "/status",
        web.Response(status=500),
        web.Response(body=b"x", headers={"Content-Type": "image/png"}),
        "<Response/>",
    )
    forms = await reported(sandbox, app)
    assert len(forms) == 4
    assert sandbox.errors() == [15003, 15003]
    assert {breach.level for breach in sandbox.world.twilio.journal.breaches} == {"warning"}


@pytest.mark.parametrize("settings", [quirky(status_order="swapped")])
async def test_reports_can_arrive_out_of_order(sandbox, app, settings):
    forms = await reported(sandbox, app)
    assert [form["SequenceNumber"] for form in forms] == ["1", "0", "3", "2"]


@pytest.mark.parametrize("settings", [quirky(status_copies=2)])
async def test_reports_can_arrive_twice(sandbox, app, settings):
    forms = await reported(sandbox, app)
    assert [form["SequenceNumber"] for form in forms] == ["0", "0", "1", "1", "2", "2", "3", "3"]


@pytest.mark.parametrize("settings", [quirky(status_dropped=["answered", "completed"])])
async def test_reports_can_be_lost(sandbox, app, settings):
    forms = await reported(sandbox, app)
    assert [form["CallStatus"] for form in forms] == ["initiated", "ringing"]


@pytest.mark.parametrize("settings", [quirky(status_delay_s=600)])
async def test_reports_can_be_late(sandbox, app, settings):
    forms = await reported(sandbox, app)
    assert [form["SequenceNumber"] for form in forms] == ["0", "1", "2", "3"]
    assert app.seen[0].path == "/voice"


async def test_no_url_no_reports(sandbox, app):
    app.twiml("/voice", "<Hangup/>")
    await sandbox.call()
    assert app.at("/status") == []


async def test_a_recorded_call_reports_its_recording(sandbox, app):
    *_, last = await reported(
        sandbox, app, record=True, record_dual=True, recording_status_callback=app.url + "/recorded"
    )  # fmt: skip
    (recording,) = sandbox.world.twilio.recordings.newest_first()
    assert last["RecordingSid"] == recording.sid
    assert 90 <= int(last["RecordingDuration"]) <= 95
    assert (recording.source, len(recording.channels)) == ("OutboundAPI", 2)
    (seen,) = app.at("/recorded")
    assert (seen.form["RecordingStatus"], seen.form["RecordingChannels"]) == ("completed", "2")
