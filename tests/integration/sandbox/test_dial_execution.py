"""`<Dial>` as it is executed: real HTTP, real audio."""

import pytest

from tests.integration.sandbox.test_twiml_execution import LISTEN, action, heard_by_callee, journal


async def test_a_person_answers_and_the_action_is_told(sandbox, app):
    app.twiml("/voice", '<Dial action="/dialled"><Number>+8221234567</Number></Dial><Say>nie</Say>')
    app.twiml("/dialled", "<Hangup/>")
    await sandbox.call()
    form = action(app, "/dialled")
    assert (form["DialCallStatus"], form["DialCallDuration"], form["DialBridged"]) == ("completed", "20", "true")
    assert form["DialCallSid"].startswith("CA")


@pytest.mark.parametrize(("operator", "rings_s"), [("no-answer", 12), ("busy", 1)])
async def test_nobody_answers_and_the_action_is_told(sandbox, app, operator, rings_s):
    app.twiml("/voice", '<Dial action="/dialled" timeout="12"><Number>+8221234567</Number></Dial>')
    app.twiml("/dialled", "<Say>아무도 없어요</Say>")
    await sandbox.call({"operator": operator})
    form = action(app, "/dialled")
    assert (form["DialCallStatus"], form["DialBridged"]) == (operator, "false")
    assert "DialCallDuration" not in form
    dial, say = journal(sandbox).verbs
    assert dial.ended_s - dial.started_s == pytest.approx(rings_s, abs=0.9)
    assert heard_by_callee(sandbox) == say.outcome["heard"] == ["아무도 없어요"]


async def test_a_phone_that_rings_too_briefly_is_not_answered(sandbox, app):
    app.twiml("/voice", '<Dial action="/dialled" timeout="3"><Number>+8221234567</Number></Dial>')
    app.twiml("/dialled", "<Hangup/>")
    await sandbox.call()
    assert action(app, "/dialled")["DialCallStatus"] == "no-answer"


@pytest.mark.parametrize(("after", "status"), [(1.0, "canceled"), (8.0, "completed")])
async def test_the_callee_hangs_up_while_it_rings_or_while_they_talk(sandbox, app, after, status):
    through = app.audio("through", "연결해 드릴게요")
    dial = '<Dial action="/dialled" timeout="25"><Number>+8221234567</Number></Dial>'
    app.twiml("/voice", through + dial + "<Say>nie</Say>")
    call = await sandbox.call({"when": [{"heard": "연결", "hangup": True, "after": after}]})
    (told,) = app.at("/dialled")
    assert (told.form["DialCallStatus"], told.form["CallStatus"]) == (status, "completed")
    assert sandbox.verbs() == ["Play", "Dial"]
    assert call.status == "completed"
    assert call.duration_s < 15


async def test_what_the_callee_says_meanwhile_is_over_when_the_agent_goes_on(sandbox, app):
    through, sorry = app.audio("through", "연결해 드릴게요"), app.audio("sorry", "지금은 안 되네요")
    app.twiml("/voice", through + '<Dial action="/dialled" timeout="9"><Number>+8221234567</Number></Dial>')
    app.twiml("/dialled", sorry + LISTEN)
    app.twiml("/heard", "<Hangup/>")
    when = [{"heard": "연결", "say": "네", "times": 1}, {"heard": "안 되네요", "say": "괜찮아요"}]
    await sandbox.call({"operator": "no-answer", "when": when})
    assert [verb.outcome["words"] for verb in journal(sandbox).verbs if verb.verb == "Record"] == ["괜찮아요"]


async def test_the_other_phone_is_not_in_the_call_s_status_reports(sandbox, app):
    app.twiml("/voice", '<Dial action="/dialled"><Number>+8221234567</Number></Dial>')
    app.twiml("/dialled", "<Hangup/>")
    events = frozenset({"initiated", "ringing", "answered", "completed"})
    call = await sandbox.call(status_callback=app.url + "/status", status_callback_events=events)
    forms = [seen.form for seen in app.at("/status")]
    assert [form["CallStatus"] for form in forms] == ["initiated", "ringing", "in-progress", "completed"]
    assert {form["CallSid"] for form in forms} == {call.sid}
    assert int(forms[-1]["CallDuration"]) == pytest.approx(24, abs=2)


async def test_without_an_action_the_next_verb_follows(sandbox, app):
    app.twiml("/voice", "<Dial>+8221234567</Dial><Say>다시 왔어요</Say>")
    await sandbox.call()
    assert heard_by_callee(sandbox) == ["다시 왔어요"]


@pytest.mark.parametrize(
    ("dial", "code"),
    [
        ('<Dial callerId="+14155550100">+8221234567</Dial>', 13214),
        ("<Dial>02-123-4567</Dial>", 13223),
        ("<Dial>+15005550003</Dial>", 13227),
        ("<Dial>+15005550001</Dial>", 13224),
        ("<Dial><Conference>room</Conference></Dial>", None),
    ],
)
async def test_what_cannot_be_dialled(sandbox, app, dial, code):
    app.twiml("/voice", dial.replace("<Dial", '<Dial action="/dialled"') + "<Say>끝</Say>")
    app.twiml("/dialled", "<Hangup/>")
    await sandbox.call()
    assert sandbox.errors() == [code]
    if code:
        assert action(app, "/dialled")["DialCallStatus"] == "failed"
