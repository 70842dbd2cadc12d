import asyncio
import socket

import pytest
from aiohttp import web

from sandbox.twilio.interpreter import APOLOGY
from tests.fakes.twiml_app import quirky

GOOD = "<Response><Say>괜찮습니다</Say></Response>"


async def broken(request, seen):
    return web.Response(status=500, text="oops")


async def breaking_off(request, seen):
    request.transport.abort()
    return web.Response()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def said(sandbox) -> list[str]:
    sounds = [call.line.to_callee.sounds for call in sandbox.world.twilio.newest_first() if call.line]
    return [sound.text for each in sounds for sound in each]


async def test_an_error_is_not_retried_by_default_and_the_caller_hears_an_apology(sandbox, app):
    app.on("/voice", broken, GOOD)
    call = await sandbox.call()
    assert len(app.at("/voice")) == 1
    assert said(sandbox) == [APOLOGY]
    assert sandbox.errors() == [11200]
    assert call.status == "completed"


async def test_a_refused_connection_is_retried_once_by_default(sandbox):
    await sandbox.call(url=f"http://127.0.0.1:{closed_port()}/voice")
    attempts = sandbox.world.twilio.journal.exchanges
    assert [attempt.attempt for attempt in attempts] == [1, 2]
    assert len({attempt.headers["I-Twilio-Idempotency-Token"] for attempt in attempts}) == 1
    assert all("11202" in attempt.failure for attempt in attempts)
    assert sandbox.errors() == [11202]


async def test_retries_and_policy_come_from_the_fragment_and_the_token_stays(sandbox, app):
    app.on("/voice", broken, breaking_off, GOOD)
    await sandbox.call(url=app.url + "/voice#rc=2&rp=5xx,rt")
    tokens = [seen.headers["I-Twilio-Idempotency-Token"] for seen in app.at("/voice")]
    assert len(tokens) == 3
    assert len(set(tokens)) == 1
    assert said(sandbox) == ["괜찮습니다"]
    assert sandbox.errors() == []


async def test_what_the_policy_does_not_name_is_not_retried(sandbox, app):
    app.on("/voice", broken, GOOD)
    await sandbox.call(url=app.url + "/voice#rc=5&rp=4xx,ct,rt")
    assert len(app.at("/voice")) == 1


async def test_each_request_has_its_own_token(sandbox, app):
    app.twiml("/voice", "<Redirect>/voice</Redirect>", "<Hangup/>")
    await sandbox.call()
    assert len({seen.headers["I-Twilio-Idempotency-Token"] for seen in app.at("/voice")}) == 2


async def test_reading_has_a_time_out(sandbox, app):
    app.on("/voice", app.slow, GOOD)
    await sandbox.call(url=app.url + "/voice#rt=100&rc=1&rp=rt")
    assert len(app.at("/voice")) == 2
    assert said(sandbox) == ["괜찮습니다"]


async def test_all_attempts_together_have_a_time_out(sandbox, app):
    app.on("/voice", app.slow)
    await sandbox.call(url=app.url + "/voice#tt=150&rt=100&rc=5&rp=all")
    assert len(app.at("/voice")) <= 2
    assert sandbox.errors() == [11203]


async def test_wrong_overrides_are_told_and_the_defaults_hold(sandbox, app):
    app.on("/voice", broken, GOOD)
    await sandbox.call(url=app.url + "/voice#rc=9&rp=5xx")
    assert sandbox.errors() == [11243]
    assert len(app.at("/voice")) == 2


async def test_a_name_that_does_not_resolve(sandbox):
    await sandbox.call(url="http://nowhere.invalid/voice#rc=0")
    assert sandbox.errors() == [11210]


async def test_an_answer_that_is_no_http(sandbox):
    async def talk_nonsense(reader, writer):
        await reader.read(10)
        writer.write(b"hello\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(talk_nonsense, "127.0.0.1", 0)
    async with server:
        await sandbox.call(url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/voice")
    assert sandbox.errors() == [11200]


async def test_ten_redirects_are_followed_and_no_more(sandbox, app):
    async def on(request, seen):
        raise web.HTTPTemporaryRedirect(f"/hop/{int(seen.path.rpartition('/')[2]) + 1}")

    for number in range(12):
        app.on(f"/hop/{number}", on)
    app.on("/hop/10", GOOD)
    app.answers["/hop/10"] = app.answers["/hop/10"][-1:]
    await sandbox.call(url=app.url + "/hop/0")
    assert sandbox.errors() == []
    assert [seen.method for seen in app.seen] == ["POST"] * 11
    assert all(seen.valid for seen in app.seen)
    app.answers["/hop/10"] = [on]
    await sandbox.call(url=app.url + "/hop/0")
    assert sandbox.errors() == [11215]


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_other_redirects_become_get(sandbox, app, status):
    app.on("/voice", web.Response(status=status, headers={"Location": "/other"}))
    app.twiml("/other", "<Play>relative.wav</Play>")
    await sandbox.call()
    assert [(seen.method, seen.path) for seen in app.seen] == [
        ("POST", "/voice"),
        ("GET", "/other"),
        ("GET", "/relative.wav"),
    ]


class TestFallback:
    async def test_the_fallback_url_takes_over(self, sandbox, app):
        app.on("/voice", broken)
        app.twiml("/fallback", "<Say>다시</Say><Redirect>/more</Redirect>")
        app.twiml("/more", "<Hangup/>")
        await sandbox.call(fallback_url=app.url + "/fallback?fallback=1")
        (seen,) = app.at("/fallback")
        assert seen.form["ErrorCode"] == "11200"
        assert seen.form["ErrorUrl"] == app.url + "/voice"
        assert seen.valid
        assert said(sandbox) == ["다시"]
        assert app.at("/more")

    async def test_it_takes_over_when_executing_fails_too(self, sandbox, app):
        app.twiml("/voice", "<Play>/nothing.wav</Play><Say>nie</Say>")
        app.twiml("/fallback", "<Say>다시</Say>")
        await sandbox.call(fallback_url=app.url + "/fallback")
        assert said(sandbox) == ["다시"]
        assert sandbox.errors() == [11200]

    async def test_a_failing_fallback_ends_the_call_with_the_apology(self, sandbox, app):
        app.on("/voice", broken)
        app.on("/fallback", broken)
        await sandbox.call(fallback_url=app.url + "/fallback")
        assert len(app.at("/fallback")) == 1
        assert said(sandbox) == [APOLOGY]
        assert sandbox.errors() == [11200, 11200]

    async def test_it_may_take_over_again_later(self, sandbox, app):
        app.on("/voice", broken)
        app.twiml("/fallback", "<Redirect>/voice</Redirect>", "<Hangup/>")
        await sandbox.call(fallback_url=app.url + "/fallback")
        assert [seen.path for seen in app.seen] == ["/voice", "/fallback", "/voice", "/fallback"]


@pytest.mark.parametrize("settings", [quirky(webhook_copies=2)])
async def test_webhooks_can_be_sent_twice_with_the_same_token(sandbox, app, settings):
    app.twiml("/voice", "<Say>하나</Say>", "<Say>둘</Say>")
    await sandbox.call()
    tokens = [seen.headers["I-Twilio-Idempotency-Token"] for seen in app.at("/voice")]
    assert len(tokens) == 2
    assert len(set(tokens)) == 1
    assert said(sandbox) == ["둘"]


async def test_the_callee_waits_at_the_real_rate_while_the_application_thinks(sandbox, app):
    async def thinking(request, seen):
        await asyncio.sleep(0.2)
        return web.Response(text="<Response><Hangup/></Response>", content_type="text/xml")

    app.on("/voice", thinking)
    await sandbox.call()
    (verb,) = sandbox.world.twilio.journal.verbs
    assert 0.2 <= verb.started_s < 2.0
    (exchange,) = sandbox.world.twilio.journal.exchanges
    assert 200 <= exchange.real_ms < 2000
