import pytest
from aiohttp import web

from audio import mulaw, voice, wav
from tests.fakes.twiml_app import quirky

SPEECH = voice.speak("안녕하세요 여러분")


def file(body=None, content_type="audio/wav", **headers):
    async def serve(request, seen):
        etag = headers.get("ETag")
        if etag and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        if "Last_Modified" in headers and request.headers.get("If-Modified-Since") == headers["Last_Modified"]:
            return web.Response(status=304)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = wav.write(SPEECH) if body is None else body
        return web.Response(body=data, headers={"Content-Type": content_type, **named} if content_type else named)

    return serve


async def played_twice(sandbox, app, handler):
    app.on("/a.wav", handler)
    app.twiml("/voice", "<Play>/a.wav</Play><Play>/a.wav</Play>")
    await sandbox.call()
    heard = [words for verb in sandbox.world.twilio.journal.verbs for words in verb.outcome["heard"]]
    assert heard == ["안녕하세요 여러분"] * 2
    return [exchange.status for exchange in sandbox.world.twilio.journal.exchanges if exchange.purpose == "play"]


async def test_without_a_validator_it_is_fetched_each_time(sandbox, app):
    assert await played_twice(sandbox, app, file()) == [200, 200]


async def test_an_etag_is_asked_for_again(sandbox, app):
    assert await played_twice(sandbox, app, file(ETag='"1"')) == [200, 304]


async def test_a_date_is_asked_for_again(sandbox, app):
    assert await played_twice(sandbox, app, file(Last_Modified="Sun, 22 Nov 2026 05:00:00 GMT")) == [200, 304]


async def test_what_is_fresh_is_not_asked_for(sandbox, app):
    assert await played_twice(sandbox, app, file(Cache_Control="public, max-age=60")) == [200]


async def test_no_cache_asks_although_it_is_fresh(sandbox, app):
    assert await played_twice(sandbox, app, file(ETag='"1"', Cache_Control="no-cache, max-age=60")) == [200, 304]


async def test_no_store_is_not_kept(sandbox, app):
    assert await played_twice(sandbox, app, file(ETag='"1"', Cache_Control="no-store")) == [200, 200]


async def test_the_cache_is_shared_by_all_calls(sandbox, app):
    app.on("/a.wav", file(Cache_Control="max-age=60"))
    app.twiml("/voice", "<Play>/a.wav</Play>")
    await sandbox.call()
    await sandbox.call()
    assert len(app.at("/a.wav")) == 1


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (wav.write(SPEECH, encoding="linear16"), "audio/x-wav"),
        (wav.write(SPEECH, encoding="mulaw"), "audio/wave"),
        (mulaw.encode(SPEECH), "audio/ulaw"),
    ],
)
async def test_kinds_of_audio(sandbox, app, body, content_type):
    await played_twice(sandbox, app, file(body, content_type))
    assert sandbox.errors() == []


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (None, "text/html", 13420),
        (None, "application/octet-stream", 13420),
        (None, "audio/ogg", 13420),
        (b"<html></html>", "audio/wav", 11200),
        (b"", "audio/wav", 11200),
        (b"no mp3", "audio/mpeg", 11200),
        (None, "audio/mpeg", 11200),
    ],
)
async def test_what_cannot_be_played_ends_the_call(sandbox, app, body, content_type, code):
    app.on("/a.wav", file(body, content_type))
    app.twiml("/voice", "<Play>/a.wav</Play><Say>nie</Say>")
    await sandbox.call()
    assert sandbox.errors() == [code]
    assert sandbox.verbs() == ["Play"]


@pytest.mark.parametrize("settings", [quirky(sign_play=False)])
async def test_fetches_can_be_unsigned(sandbox, app, settings):
    app.on("/a.wav", file())
    app.twiml("/voice", "<Play>/a.wav</Play>")
    await sandbox.call()
    assert "X-Twilio-Signature" not in app.at("/a.wav")[0].headers
