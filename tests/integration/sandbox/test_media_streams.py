"""Media Streams as Twilio carries them: sound, marks, and what is wrong."""

import asyncio
from base64 import b64decode

import numpy as np
import pytest

from audio import mulaw
from audio.voice import speak
from sandbox.line_audio import words_in
from tests.integration.sandbox.scripted_stream import CONNECT

SECOND = b"\x10" * 8000


@pytest.fixture
def settings(streaming_settings):
    return streaming_settings


def outcome(sandbox):
    (connect,) = (verb for verb in sandbox.world.twilio.journal.verbs if verb.verb == "Connect")
    return connect.outcome


class TestSound:
    async def test_frames_of_20_ms_are_numbered_and_timed(self, sandbox, app, streams):
        app.twiml("/voice", CONNECT)
        streams.scripts = [lambda stream: stream.frames(50)]
        await sandbox.call()
        (stream,) = streams.streams
        media = stream.of("media")
        assert [each["media"]["chunk"] for each in media] == [str(number + 1) for number in range(len(media))]
        assert [each["media"]["timestamp"] for each in media] == [str(number * 20) for number in range(len(media))]
        assert {each["media"]["track"] for each in media} == {"inbound"}
        assert {len(b64decode(each["media"]["payload"])) for each in media} == {160}
        numbered = [int(each["sequenceNumber"]) for each in stream.messages if "sequenceNumber" in each]
        assert numbered == list(range(1, len(numbered) + 1))

    async def test_they_come_in_the_phone_s_time(self, sandbox, app, streams):
        loop, times = asyncio.get_running_loop(), []

        async def watch(stream):
            for _ in range(4):
                times.append(loop.time())
                await stream.frames(50)

        app.twiml("/voice", CONNECT)
        streams.scripts = [watch]
        await sandbox.call()
        seconds = np.diff(times) * sandbox.world.settings.speed
        assert np.all(seconds > 0.5)
        assert np.median(seconds) == pytest.approx(1.0, abs=0.3)

    async def test_what_the_application_says_is_heard_and_kept(self, sandbox, app, streams):
        async def greet(stream):
            await stream.say("안녕하세요 반갑습니다")
            await stream.mark("end")
            await stream.marked("end")
            await stream.frames(30)

        app.twiml("/voice", CONNECT)
        streams.scripts = [greet]
        call = await sandbox.call()
        assert words_in(call.line.to_callee.between(0, call.line.now)) == "안녕하세요 반갑습니다"
        assert outcome(sandbox)["heard"] == ["안녕하세요 반갑습니다"]
        assert (outcome(sandbox)["marks_sent"], outcome(sandbox)["media_received"]) == (1, 1)
        assert sandbox.errors() == []

    async def test_pieces_of_any_size_are_played_without_a_gap(self, sandbox, app, streams):
        speech = mulaw.encode(speak("안녕하세요 반갑습니다"))

        async def play(stream):
            for start in range(0, len(speech), 333):
                await stream.play(speech[start : start + 333])
            await stream.mark("end")
            await stream.marked("end")

        app.twiml("/voice", CONNECT)
        streams.scripts = [play]
        call = await sandbox.call()
        (sound,) = call.line.to_callee.sounds
        assert np.array_equal(sound.samples, mulaw.decode(speech))


class TestMarks:
    async def test_a_mark_comes_back_when_everything_before_was_played(self, sandbox, app, streams):
        chunks = {}

        async def play(stream):
            await stream.play(SECOND)
            await stream.mark("one")
            await stream.play(SECOND)
            await stream.mark("two")
            began = len(stream.of("media"))
            for name in ("one", "two"):
                await stream.marked(name)
                chunks[name] = len(stream.of("media")) - began

        app.twiml("/voice", CONNECT)
        streams.scripts = [play]
        await sandbox.call()
        assert 48 <= chunks["one"] <= 60
        assert 98 <= chunks["two"] <= 115
        assert streams.streams[0].marks() == ["one", "two"]

    async def test_a_mark_comes_back_at_once_if_nothing_is_before_it(self, sandbox, app, streams):
        async def play(stream):
            await stream.mark("now")
            await stream.marked("now")

        app.twiml("/voice", CONNECT)
        streams.scripts = [play]
        await sandbox.call()
        assert len(streams.streams[0].of("media")) < 20

    async def test_clear_gives_all_marks_back_and_silences_the_agent(self, sandbox, app, streams):
        async def play(stream):
            for name in ("one", "two", "three"):
                await stream.play(SECOND * 5)
                await stream.mark(name)
            await stream.frames(25)
            await stream.clear()
            await stream.marked("three")
            await stream.frames(50)

        app.twiml("/voice", CONNECT)
        streams.scripts = [play]
        await sandbox.call()
        assert streams.streams[0].marks() == ["one", "two", "three"]
        (spoken,) = outcome(sandbox)["audio_s"]
        assert spoken[1] - spoken[0] == pytest.approx(0.5, abs=0.4)
        assert len(outcome(sandbox)["cleared_s"]) == 1


class TestBreaches:
    @pytest.mark.parametrize(
        ("messages", "codes"),
        [
            (["{", '{"event":"stop"}'], [31951]),
            ([b"\xff" * 160, b"\x00"], [31950]),
            (['{"event":"clear","streamSid":"MZother"}', b"\x00"], [31951, 31950]),
        ],
    )
    async def test_each_kind_is_warned_of_once_and_the_message_dropped(self, sandbox, app, streams, messages, codes):
        async def send(stream):
            for message in messages:
                await (stream.websocket.send_bytes if isinstance(message, bytes) else stream.websocket.send_str)(
                    message
                )
            await stream.mark("still there")
            await stream.marked("still there")

        app.twiml("/voice", CONNECT)
        streams.scripts = [send]
        await sandbox.call()
        assert sandbox.errors() == codes
        assert {breach.level for breach in sandbox.world.twilio.journal.breaches} == {"warning"}
        assert streams.streams[0].marks() == ["still there"]

    async def test_no_more_than_ten_minutes_are_kept(self, sandbox, app, streams):
        async def send(stream):
            for _ in range(11):
                await stream.play(SECOND * 60)
            await stream.mark("end")
            await stream.frames(5)
            await stream.clear()
            await stream.marked("end")

        app.twiml("/voice", CONNECT)
        streams.scripts = [send]
        await sandbox.call()
        assert sandbox.errors() == [31931]
