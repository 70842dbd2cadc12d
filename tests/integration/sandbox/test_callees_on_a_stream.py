"""Turn-taking in real time: the callee hears what is played, and acts while it is."""

import numpy as np
import pytest

from sandbox.line_audio import words_in
from sandbox.live_callee import FIRST_WORD_SECONDS
from sandbox.report import measured, talked_over
from sandbox.twilio.settings import Network
from tests.integration.sandbox.scripted_stream import CONNECT

pytestmark = pytest.mark.slow

LONG = "혹시 요즘 어디 불편하신 데는 없으세요 천천히 말씀해 주셔도 괜찮아요 저는 기다릴 수 있어요"


@pytest.fixture
def settings(streaming_settings):
    return streaming_settings


@pytest.fixture
def talk(sandbox, app, streams):
    """Has the agent say one thing after the other, with time for an answer to each, and returns what came of it."""

    async def run(callee, *prompts, seconds=6.0):
        async def agent(stream):
            for number, prompt in enumerate(prompts):
                await stream.say(prompt)
                await stream.mark(str(number))
                await stream.marked(str(number))
                await stream.frames(round(seconds * 50))

        app.twiml("/voice", CONNECT)
        streams.scripts = [agent]
        await sandbox.call(callee)
        assert sandbox.errors() == []
        return sandbox.world.twilio.journal.verbs[0].outcome

    return run


async def test_the_callee_answers_each_thing_in_turn(talk, streams):
    callee = {"turns": [{"say": "여보세요"}], "when": [{"heard": "누구", "say": "저예요"}], "otherwise": "네"}
    outcome = await talk(callee, "안녕하세요", "누구세요", "그렇군요", seconds=3)
    assert outcome["heard"] == ["안녕하세요", "누구세요", "그렇군요"]
    assert outcome["said"] == ["여보세요", "저예요", "네"]
    assert words_in(streams.streams[0].heard()) == "여보세요 저예요 네"


async def test_the_reaction_is_counted_from_the_end_of_the_agent_s_words(talk):
    callee = {"turns": [{"say": "네"}, {"say": "네", "after": 1.5}]}
    outcome = await talk(callee, "하나", "둘", seconds=4)
    stops, starts = [end for _, end in outcome["audio_s"]], [start for start, _ in outcome["said_s"]]
    assert np.subtract(starts, stops) == pytest.approx([0.5, 1.5], abs=0.12)  # a voice has 50 ms of silence before it


async def test_a_callee_who_hears_nothing_speaks_first(sandbox, app, streams):
    app.twiml("/voice", CONNECT)
    streams.scripts = [lambda stream: stream.frames(300)]
    await sandbox.call({"turns": [{"say": "여보세요"}, {"say": "아무도 없어요"}]})
    outcome = sandbox.world.twilio.journal.verbs[0].outcome
    assert outcome["said"] == ["여보세요"]
    began = sandbox.world.twilio.journal.verbs[0].started_s
    assert outcome["said_s"][0][0] == pytest.approx(began + FIRST_WORD_SECONDS + 0.5, abs=0.3)


async def test_pauses_between_sentences_are_no_end(sandbox, app, streams):
    async def agent(stream):
        await stream.say("안녕하세요")
        await stream.play(b"\xff" * 4800)
        await stream.say("누구세요")
        await stream.frames(400)

    app.twiml("/voice", CONNECT)
    streams.scripts = [agent]
    await sandbox.call({"turns": [{"say": "네"}]})
    outcome = sandbox.world.twilio.journal.verbs[0].outcome
    assert outcome["heard"] == ["안녕하세요 누구세요"]
    assert outcome["said_s"][0][0] > outcome["audio_s"][0][1]


async def test_silence_lasts_over_several_prompts(talk):
    outcome = await talk({"turns": [{"silence": 6}, {"say": "이제 말할게요"}]}, "첫째", "둘째", seconds=4)
    assert outcome["said"] == ["이제 말할게요"]
    assert outcome["said_s"][0][0] == pytest.approx(outcome["audio_s"][0][1] + 6 + 0.5, abs=0.2)


async def test_an_interruption_comes_while_the_agent_speaks(sandbox, app, streams):
    async def agent(stream):
        await stream.say(LONG)
        await stream.mark("end")
        await stream.until(lambda: len(stream.of("media")) > 30 and np.abs(stream.heard()).max() > 1000)
        await stream.clear()
        await stream.frames(100)
        await stream.say("네 말씀하세요")
        await stream.frames(200)

    app.twiml("/voice", CONNECT)
    streams.scripts = [agent]
    call = await sandbox.call({"when": [{"heard": "혹시", "interrupt_after": 1.8, "say": "잠깐만요", "times": 1}]})
    journal = sandbox.world.twilio.journal
    outcome = journal.verbs[0].outcome
    (began, _), *_ = outcome["said_s"]
    start, silenced = outcome["audio_s"][0]
    assert began == pytest.approx(start + 1.8, abs=0.3)
    (interruption,) = talked_over(call, journal)
    assert (interruption.began_s, interruption.silenced_s) == (began, silenced)
    assert 0 < interruption.talked_over_phone_s < 3
    (turn,) = measured(call, journal)
    assert (turn.turn, turn.mode, turn.first_audio_s) == (1, "stream", outcome["audio_s"][1][0])
    assert outcome["heard"][1] == "네 말씀하세요"


async def test_nobody_breaks_in_on_words_that_were_not_said_yet(talk):
    outcome = await talk({"when": [{"heard": "기다릴", "interrupt_after": 0.5, "say": "잠깐만요", "times": 1}]}, LONG)
    start = outcome["audio_s"][0][0]
    assert outcome["said_s"][0][0] > start + 3


async def test_an_interruption_that_would_come_too_late_is_an_answer(talk):
    outcome = await talk({"when": [{"heard": "어디", "interrupt_after": 60, "say": "여기요"}]}, "어디세요")
    assert outcome["said"] == ["여기요"]
    assert outcome["said_s"][0][0] > outcome["audio_s"][0][1]


async def test_keys_are_told_as_they_are_pressed(talk, streams):
    await talk({"turns": [{"dtmf": "12#"}]}, "번호를 누르세요", seconds=4)
    (stream,) = streams.streams
    assert [each["dtmf"] for each in stream.of("dtmf")] == [
        {"track": "inbound_track", "digit": digit} for digit in "12#"
    ]
    assert np.abs(stream.heard()).max() > 1000


async def test_noise_has_no_words(talk, streams):
    outcome = await talk({"turns": [{"noise": 2.0}]}, "어떠세요")
    assert outcome["said"] == []
    heard = streams.streams[0].heard()
    assert np.abs(heard).max() > 1000
    assert words_in(heard) == ""


async def test_background_noise_lies_under_everything(talk, streams):
    outcome = await talk({"noise_snr_db": 20, "turns": [{"say": "네 잘 지내요"}]}, "어떠세요")
    assert outcome["said"] == ["네 잘 지내요"]
    heard = streams.streams[0].heard()
    assert 50 < np.sqrt(np.mean(heard[-8000:].astype(float) ** 2)) < 1000
    assert words_in(heard) == "네 잘 지내요"


async def test_hanging_up_while_the_agent_speaks(sandbox, app, streams):
    async def agent(stream):
        await stream.say(LONG)
        await stream.until(lambda: False)

    app.twiml("/voice", CONNECT)
    streams.scripts = [agent]
    call = await sandbox.call({"when": [{"heard": "불편", "interrupt_after": 1.8, "hangup": True}]})
    outcome = sandbox.world.twilio.journal.verbs[0].outcome
    assert LONG.startswith(outcome["heard"][0])
    assert outcome["heard"][0] != LONG
    assert call.line.to_callee.sounds[-1].end <= sandbox.world.twilio.journal.verbs[0].ended_s + 0.1
    assert streams.streams[0].of("stop")


async def test_a_machine_speaks_its_greeting_and_is_silent(talk, streams):
    outcome = await talk({"answers": "voicemail"}, "안녕하세요", seconds=8)
    assert outcome["said"] == []
    greeting = Network().voicemail_greeting
    assert greeting.endswith(words_in(streams.streams[0].heard()))
    assert words_in(streams.streams[0].heard())


async def test_a_carrier_notice_covers_the_beginning_of_the_greeting(talk, streams):
    greeting = "안녕하세요 저는 은평구청의 인공지능 상담원입니다 잠시 통화 괜찮으세요"
    outcome = await talk({"answers": "carrier-notice", "turns": [{"say": "네"}]}, greeting)
    (heard,) = outcome["heard"]
    assert greeting.endswith(heard)
    assert heard != greeting
    assert outcome["said"] == ["네"]
    assert words_in(streams.streams[0].heard()).endswith("네")
    assert len(words_in(streams.streams[0].heard())) > 1


async def test_a_callee_goes_on_where_the_stream_has_left_them(sandbox, app, streams):
    async def agent(stream):
        await stream.say("첫째")
        await stream.frames(200)

    app.twiml("/voice", f'{CONNECT}<Say>둘째</Say><Record action="/heard" timeout="2" playBeep="false"/>')
    app.twiml("/heard", "<Hangup/>")
    streams.scripts = [agent]
    call = await sandbox.call({"turns": [{"say": "하나"}, {"say": "두울"}]})
    connect, _, record, _ = sandbox.world.twilio.journal.verbs
    assert (connect.outcome["said"], record.outcome["words"]) == (["하나"], "두울")
    assert [turn.mode for turn in measured(call, sandbox.world.twilio.journal)] == []


async def test_words_before_the_stream_are_answered_on_it(sandbox, app, streams):
    app.twiml("/voice", f"<Say>여보세요 누구세요</Say>{CONNECT}")
    streams.scripts = [lambda stream: stream.frames(200)]
    await sandbox.call({"when": [{"heard": "누구", "say": "저예요"}]})
    assert sandbox.world.twilio.journal.verbs[1].outcome["said"] == ["저예요"]


async def test_who_was_cut_off_by_a_broken_stream_is_let_finish(sandbox, app, streams):
    async def breaks_off(stream):
        await stream.say(LONG)
        await stream.frames(50)
        stream.request.transport.abort()

    async def goes_on(stream):
        await stream.say("어디 불편하신 데는 없으세요")
        await stream.frames(300)

    app.twiml("/voice", CONNECT + CONNECT)
    streams.scripts = [breaks_off, goes_on]
    await sandbox.call({"turns": [{"say": "네"}, {"say": "둘"}]})
    first, second = (verb.outcome for verb in sandbox.world.twilio.journal.verbs)
    assert (first["said"], second["said"]) == ([], ["네"])
    assert second["said_s"][0][0] > second["audio_s"][0][1]


async def test_events_tell_the_stream_as_it_happens(sandbox, app, streams):
    async def agent(stream):
        await stream.say("어떠세요")
        await stream.frames(250)

    app.twiml("/voice", CONNECT)
    streams.scripts = [agent]
    with sandbox.world.events() as events:
        await sandbox.call({"turns": [{"say": "네 괜찮아요"}]})
        told = []
        async for event in events:
            told.append((event.kind, event.text))
            if event.kind == "ended":
                break
    assert told[3:] == [("agent_said", "어떠세요"), ("callee_said", "네 괜찮아요"), ("ended", "")]
