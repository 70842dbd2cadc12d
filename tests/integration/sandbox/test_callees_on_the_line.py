"""Turn-taking on a real line: who hears what, and what is lost."""

import numpy as np
import pytest

from sandbox.line_audio import words_in
from sandbox.twilio.settings import Network

LISTEN = '<Record action="/heard" timeout="2" playBeep="false" trim="do-not-trim"/>'


@pytest.fixture
def talk(sandbox, app):
    """Has the agent say one thing a document and listen after each, and returns what was recorded each time."""

    async def run(callee, *prompts, listen=LISTEN):
        app.twiml("/voice", f"<Say>{prompts[0]}</Say>{listen}")
        app.twiml("/heard", *(f"<Say>{prompt}</Say>{listen}" for prompt in prompts[1:]), "<Hangup/>")
        await sandbox.call(callee)
        return [verb.outcome["words"] for verb in sandbox.world.twilio.journal.verbs if verb.verb == "Record"]

    return run


async def test_the_callee_answers_each_thing_in_turn(talk):
    callee = {"turns": [{"say": "여보세요"}], "when": [{"heard": "누구", "say": "저예요"}], "otherwise": "네"}
    assert await talk(callee, "안녕하세요", "누구세요", "그렇군요") == ["여보세요", "저예요", "네"]


async def test_a_callee_who_hears_nothing_at_the_answer_speaks_first(sandbox, app):
    app.twiml("/voice", LISTEN)
    app.twiml("/heard", "<Hangup/>")
    await sandbox.call({"turns": [{"say": "여보세요"}]})
    assert sandbox.world.twilio.journal.verbs[0].outcome["words"] == "여보세요"


async def test_a_filler_and_the_answer_after_it_are_heard_as_one(sandbox, app):
    app.twiml("/voice", "<Say>잠시만요</Say><Redirect>/more</Redirect>")
    app.twiml("/more", f"<Say>식사는 하셨어요</Say>{LISTEN}")
    app.twiml("/heard", "<Hangup/>")
    await sandbox.call({"turns": [{"say": "네"}], "when": [{"heard": "잠시만요 식사", "say": "아직이요"}]})
    assert sandbox.world.twilio.journal.verbs[-2].outcome["words"] == "아직이요"


async def test_silence_lasts_as_long_as_the_script_says_over_several_prompts(talk, sandbox):
    # 2 s of listening, about 1 s of prompt, then 2 s more: the silence of 4 s ends in the second listening.
    recorded = await talk({"turns": [{"silence": 4}, {"say": "이제 말할게요"}]}, "첫째", "둘째")
    assert recorded == ["", "이제 말할게요"]
    first, second = (verb for verb in sandbox.world.twilio.journal.verbs if verb.verb == "Record")
    assert second.outcome["speech_s"][0] == pytest.approx(first.started_s + 4 + 0.5, abs=0.4)


async def test_after_is_counted_from_the_end_of_the_agent_s_words(talk, sandbox):
    await talk({"turns": [{"say": "네", "after": 1.5}]}, "어떠세요")
    say, record = sandbox.world.twilio.journal.verbs[:2]
    assert record.outcome["speech_s"][0] == pytest.approx(say.outcome["audio_s"][0][1] + 1.5, abs=0.01)


async def test_an_answer_that_comes_too_late_falls_into_the_next_prompt_and_its_rest_is_recorded(talk):
    late = {"turns": [{"say": "하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열", "after": 2.1}]}
    first, second = await talk(late, "어떠세요", "듣고 계세요")
    assert first == ""
    assert second.endswith("아홉 열")
    assert not second.startswith("하나")


async def test_an_interruption_is_lost_up_to_the_moment_recording_starts(talk, sandbox):
    callee = {
        "when": [{"heard": "불편", "interrupt_after": 0.8, "say": "잠깐만요 제가 먼저 한마디 할게요 저는 괜찮아요"}]
    }
    (recorded,) = await talk(callee, "혹시 요즘 어디 불편하신 데는 없으세요")
    assert recorded.endswith("괜찮아요")
    assert not recorded.startswith("잠깐만요")
    say = sandbox.world.twilio.journal.verbs[0]
    (said,) = sandbox.world.twilio.newest_first()[0].line.from_callee.sounds
    assert said.start == pytest.approx(say.outcome["audio_s"][0][0] + 0.8, abs=0.01)


async def test_a_short_interruption_is_lost_wholly_and_the_callee_waits(talk):
    callee = {"when": [{"heard": "불편", "interrupt_after": 0.2, "say": "네", "times": 1}], "otherwise": "뭐라고요"}
    recorded = await talk(callee, "혹시 요즘 어디 불편하신 데는 없으세요 여쭤보고 싶어요", "듣고 계세요")
    assert recorded == ["", "뭐라고요"]


async def test_a_callee_who_is_silent_does_not_break_in(talk, sandbox):
    callee = {"turns": [{"silence": 4.5}], "when": [{"heard": "둘째", "interrupt_after": 0.2, "say": "잠깐만요"}]}
    recorded = await talk(callee, "첫째 질문입니다", "둘째 질문입니다")
    first_stop = sandbox.world.twilio.journal.verbs[0].outcome["audio_s"][0][1]
    (said,) = sandbox.world.twilio.newest_first()[0].line.from_callee.sounds
    assert said.start >= first_stop + 4.5
    assert recorded[0] == ""


async def test_hanging_up_while_the_agent_speaks(talk, sandbox):
    await talk(
        {"when": [{"heard": "불편", "interrupt_after": 0.8, "hangup": True}]}, "혹시 요즘 어디 불편하신 데는 없으세요"
    )
    say = sandbox.world.twilio.journal.verbs[-1]
    assert say.verb == "Say"
    assert say.ended_s - say.started_s == pytest.approx(0.8, abs=0.4)
    line = sandbox.world.twilio.newest_first()[0].line
    assert line.to_callee.sounds[-1].end == pytest.approx(say.ended_s, abs=0.4)


async def test_noise_is_recorded_and_has_no_words(talk, sandbox):
    assert await talk({"turns": [{"noise": 2.0}]}, "어떠세요") == [""]
    (recording,) = sandbox.world.twilio.recordings.newest_first()
    assert np.abs(recording.channels[0]).max() > 1000


async def test_background_noise_lies_under_everything_the_callee_says(talk, sandbox):
    assert await talk({"noise_snr_db": 20, "turns": [{"say": "네 잘 지내요"}]}, "어떠세요") == ["네 잘 지내요"]
    (recording,) = sandbox.world.twilio.recordings.newest_first()
    silence = recording.channels[0][-8000:].astype(float)
    assert 50 < np.sqrt(np.mean(silence**2)) < 1000
    assert words_in(recording.channels[0]) == "네 잘 지내요"


async def test_a_machine_speaks_its_greeting_beeps_and_is_silent(talk, sandbox):
    recorded = await talk({"answers": "voicemail"}, "안녕하세요", "여보세요")
    assert len(sandbox.world.twilio.newest_first()[0].line.from_callee.sounds) == 2
    greeting = sandbox.world.settings.twilio.network.voicemail_greeting
    assert greeting.endswith(recorded[0])
    assert recorded[1] == ""
    line = sandbox.world.twilio.newest_first()[0].line
    assert words_in(line.from_callee.between(0, 20)) == greeting


async def test_a_carrier_notice_covers_the_beginning_of_the_greeting(talk, sandbox):
    greeting = "안녕하세요 저는 은평구청의 인공지능 상담원입니다 잠시 통화 괜찮으세요"
    assert await talk({"answers": "carrier-notice", "turns": [{"say": "네"}]}, greeting) == ["네"]
    heard = sandbox.world.twilio.journal.verbs[0].outcome["heard"][0]
    assert greeting.endswith(heard)
    assert heard != greeting
    assert Network().carrier_notice in [
        sound.text for sound in sandbox.world.twilio.newest_first()[0].line.to_callee.sounds
    ]  # fmt: skip


async def test_a_greeting_that_the_carrier_notice_covers_wholly_is_not_heard(talk, sandbox):
    callee = {"answers": "carrier-notice", "turns": [{"say": "여보세요"}, {"say": "네"}]}
    long_listen = LISTEN.replace('timeout="2"', 'timeout="5"')
    recorded = await talk(callee, "안녕하세요", "여보세요", listen=long_listen)
    assert sandbox.world.twilio.journal.verbs[0].outcome["heard"] == [""]
    assert recorded[0].endswith("여보세요")
    assert recorded[1] == "네"


async def test_events_tell_the_call_as_it_happens(sandbox, app):
    app.twiml("/voice", f"<Say>어떠세요</Say>{LISTEN}")
    app.twiml("/heard", "<Hangup/>")
    with sandbox.world.events() as events:
        await sandbox.call({"turns": [{"say": "네 괜찮아요"}]})
        told = []
        async for event in events:
            told.append((event.kind, event.text))
            if event.kind == "ended":
                break
    assert told == [
        ("dialling", ""), ("ringing", ""), ("answered", ""), ("agent_said", "어떠세요"),
        ("callee_said", "네 괜찮아요"), ("recorded", "네 괜찮아요"), ("ended", ""),
    ]  # fmt: skip
