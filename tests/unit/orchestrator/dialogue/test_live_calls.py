"""A live call, webhook by webhook: repeated, late, at the same time, elsewhere, and while things fail."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from orchestrator.dialogue.ports import CallStatus, DueKind
from orchestrator.dialogue.wording import Wording
from orchestrator.domain.codes import ExceptionCode
from orchestrator.domain.consultation import State
from orchestrator.domain.errors import (
    ConsultationNotFound,
    InvalidAudio,
    RecordingNotReady,
    SpeechToTextUnavailable,
    StoreUnavailable,
    TelephoneUnavailable,
    TextToSpeechUnavailable,
    TurnOutOfOrder,
    UnknownCall,
    WrongState,
)
from orchestrator.domain.turn import HangUp, KeypadInput, Listen, Reply, SilenceInput, Source, Wait
from tests.unit.orchestrator.dialogue.scene import Scene, plain_brief
from tests.virtual_time import virtual_time

FILLER = Wording().filler
OTHER_CALL = f"CA{'f' * 32}"
UNKNOWN = "5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1"


async def talking(*words: str) -> Scene:
    scene = Scene()
    await scene.ring(None, *words)
    return scene


async def seconds(awaitable: Awaitable[object]) -> float:
    """How long something takes, in virtual seconds."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    await awaitable
    return loop.time() - started


# Answering.


@virtual_time
async def test_answering_greets_once() -> None:
    scene = Scene()
    await scene.start()
    first = await scene.answer()
    assert await scene.answer() == first
    assert len(await scene.turns()) == 2
    record = await scene.record()
    assert (record.state, record.call_sid, record.answered_at) == (
        State.IN_PROGRESS,
        scene.call_sid,
        scene.clock.now(),
    )


@virtual_time
async def test_answering_twice_at_the_same_time_greets_once() -> None:
    scene = Scene()
    scene.speaks.delay = 1.0
    await scene.start()
    replies = await asyncio.gather(*(scene.calls.answer(scene.id, scene.call_sid) for _ in range(3)))
    assert replies[0] == replies[1] == replies[2]
    assert len(await scene.turns()) == 2


@virtual_time
async def test_answering_in_the_middle_says_again_what_was_said_last() -> None:
    scene = await talking("네", "네")
    latest = scene.reply
    assert await scene.calls.answer(scene.id, scene.call_sid) == latest
    await scene.say("네")
    assert "말벗" in scene.asked


@virtual_time
async def test_answering_before_the_dialling_was_noted() -> None:
    scene = Scene()
    await scene.order()
    reply = await scene.calls.answer(scene.id, OTHER_CALL)
    assert isinstance(reply.next, Listen)
    assert (await scene.record()).call_sid == OTHER_CALL


@virtual_time
async def test_a_call_that_is_over_is_not_answered() -> None:
    scene = await talking("아니요")
    with pytest.raises(WrongState):
        await scene.calls.answer(scene.id, scene.call_sid)


# Who asks.


@virtual_time
async def test_unknown_consultations_and_calls() -> None:
    scene = await talking()
    calls: list[tuple[type[Exception], Callable[[], Awaitable[object]]]] = [
        (ConsultationNotFound, lambda: scene.calls.answer(UNKNOWN, scene.call_sid)),
        (ConsultationNotFound, lambda: scene.calls.take_turn(UNKNOWN, scene.call_sid, 3, SilenceInput())),
        (UnknownCall, lambda: scene.calls.answer(scene.id, OTHER_CALL)),
        (UnknownCall, lambda: scene.calls.take_turn(scene.id, OTHER_CALL, 3, SilenceInput())),
    ]
    for error, call in calls:
        with pytest.raises(error):
            await call()


@virtual_time
async def test_another_call_cannot_fetch_an_answer_that_is_being_made() -> None:
    scene = await talking()
    scene.hears.delay = 5
    webhook = asyncio.create_task(scene.take(scene.recording("네")))
    await asyncio.sleep(1)
    with pytest.raises(UnknownCall):
        await scene.calls.take_turn(scene.id, OTHER_CALL, 3, None)
    await webhook


# Again, late, out of order.


@virtual_time
async def test_the_same_turn_later_is_the_same_reply_and_no_second_turn() -> None:
    scene = await talking()
    said = scene.recording("네")
    first = await scene.take(said, turn=3)
    count = len(await scene.turns())
    for again in (said, SilenceInput(), KeypadInput("2"), None):
        assert await scene.take(again, turn=3) == first
    assert len(await scene.turns()) == count


@virtual_time
async def test_the_same_turn_at_the_same_time_is_one_exchange() -> None:
    scene = await talking()
    scene.hears.delay = 1
    said = scene.recording("네")
    replies = await asyncio.gather(*(scene.take(said, turn=3) for _ in range(5)))
    assert all(reply == replies[0] for reply in replies)
    assert len(scene.hears.heard) == 1


@virtual_time
async def test_the_same_turn_at_the_same_time_at_two_replicas_is_one_turn() -> None:
    scene = await talking()
    scene.hears.delay = 1
    other = scene.replica()
    said = scene.recording("네")
    one, two = await asyncio.gather(scene.take(said, turn=3), scene.take(said, turn=3, at=other))
    assert one == two
    assert [turn.number for turn in await scene.turns()] == [1, 2, 3, 4]


@pytest.mark.parametrize("turn", [1, 2, 4, 5, 99])
@virtual_time
async def test_a_turn_that_nobody_waits_for(turn: int) -> None:
    scene = await talking()
    before = await scene.turns()
    with pytest.raises(TurnOutOfOrder) as error:
        await scene.take(SilenceInput(), turn=turn)
    assert error.value.expected == 3
    assert await scene.turns() == before
    assert scene.hears.heard == []


@virtual_time
async def test_a_turn_before_the_call_was_answered_hangs_up() -> None:
    scene = Scene()
    await scene.start()
    assert await scene.take(SilenceInput(), turn=3) == Reply((), HangUp())


@virtual_time
async def test_asking_for_an_answer_to_nothing_says_the_question_again() -> None:
    scene = await talking("네")
    assert await scene.take(None) == scene.reply


# When it takes long.


@virtual_time
async def test_after_eight_seconds_a_filler_then_the_answer() -> None:
    scene = await talking()
    scene.hears.delay = 7.5
    scene.speaks.delay = 4.0
    filler = await scene.take(scene.recording("네"))
    assert ([prompt.text for prompt in filler.prompts], filler.next) == ([FILLER], Wait(3))
    answer = await scene.take(None, turn=3)
    assert "홍길동" in answer.prompts[0].text
    assert [(turn.number, turn.text) for turn in (await scene.turns())[3:]] == [
        (4, FILLER),
        (5, answer.prompts[0].text),
    ]
    assert answer.next.turn_number == 6


@virtual_time
async def test_no_webhook_waits_for_fifteen_seconds_whatever_is_slow() -> None:
    scene = await talking()
    scene.telephone.delay, scene.hears.delay, scene.speaks.delay = 4.9, 7.9, 5.9
    scene.reply = Reply((), Wait(3))
    callee_input = scene.recording("네")
    while isinstance(scene.reply.next, Wait):
        assert await seconds(_take_into(scene, callee_input)) < 10
        callee_input = None
    fillers = [turn for turn in await scene.turns() if turn.text == FILLER]
    assert 1 <= len(fillers) <= 3


async def _take_into(scene: Scene, callee_input: object) -> None:
    scene.reply = await scene.take(callee_input, turn=3)  # type: ignore[arg-type]


@virtual_time
async def test_the_same_slow_turn_at_the_same_time_is_one_filler() -> None:
    scene = await talking()
    scene.hears.delay, scene.telephone.delay = 7.0, 4.0
    said = scene.recording("네")
    replies = await asyncio.gather(*(scene.take(said, turn=3) for _ in range(3)))
    assert all(reply == replies[0] for reply in replies)
    await scene.take(None, turn=3)
    assert [turn.text for turn in await scene.turns()].count(FILLER) == 1


@virtual_time
async def test_another_replica_finds_the_answer() -> None:
    scene = await talking()
    scene.hears.delay, scene.telephone.delay = 7.0, 4.0
    assert isinstance((await scene.take(scene.recording("네"))).next, Wait)
    await asyncio.sleep(5)
    answer = await scene.take(None, turn=3, at=scene.replica())
    assert "홍길동" in answer.prompts[0].text


@virtual_time
async def test_another_replica_goes_on_with_what_a_dead_one_left() -> None:
    scene = await talking()
    scene.hears.delay, scene.telephone.delay = 7.0, 4.0
    assert isinstance((await scene.take(scene.recording("네"))).next, Wait)
    await scene.background.close()
    scene.hears.delay = 0
    answer = await scene.take(None, turn=3, at=scene.replica())
    assert "홍길동" in answer.prompts[0].text
    assert [turn.text for turn in await scene.turns()][3:] == [FILLER, answer.prompts[0].text]


@virtual_time
async def test_two_replicas_that_work_on_one_slow_turn_write_it_once() -> None:
    scene = await talking()
    scene.hears.delay, scene.telephone.delay = 7.0, 4.0
    assert isinstance((await scene.take(scene.recording("네"))).next, Wait)
    replies = await asyncio.gather(
        *(scene.take(None, turn=3, at=at) for at in (scene.calls, scene.replica(), scene.replica()))
    )
    await scene.background.drain(60)
    finished = [reply for reply in replies if not isinstance(reply.next, Wait)]
    assert finished
    stored = await scene.take(None, turn=3)
    assert all(reply == stored for reply in finished)
    assert [turn.text for turn in await scene.turns()].count(FILLER) == 1


@virtual_time
async def test_a_webhook_that_goes_away_does_not_stop_the_exchange() -> None:
    scene = await talking()
    scene.hears.delay = 3
    webhook = asyncio.create_task(scene.take(scene.recording("네")))
    await asyncio.sleep(1)
    webhook.cancel()
    with pytest.raises(asyncio.CancelledError):
        await webhook
    await scene.background.drain(60)
    assert "홍길동" in (await scene.take(None, turn=3)).prompts[0].text


# When what we need fails.


@pytest.mark.parametrize(
    ("broken", "trouble"),
    [
        ("recording", RecordingNotReady()),
        ("recording", TelephoneUnavailable()),
        ("recording", InvalidAudio("must be smaller")),
        ("recording", b"<html>not audio</html>"),
        ("recognition", SpeechToTextUnavailable()),
        ("recognition", InvalidAudio("must be a WAV file")),
        ("words", ""),
        ("words", "  \n "),
    ],
)
@virtual_time
async def test_what_cannot_be_heard_is_asked_for_again(broken: str, trouble: object) -> None:
    scene = await talking()
    said = scene.recording(trouble if isinstance(trouble, str) else "네")
    if broken == "recording":
        scene.telephone.recordings[said.recording_sid] = trouble  # type: ignore[assignment]
    elif broken == "recognition":
        scene.hears.error = trouble  # type: ignore[assignment]
    reply = await scene.take(said)
    assert reply.prompts[0].text.startswith(Wording().no_match[0])
    heard = (await scene.turns())[2]
    assert (heard.text, heard.source) == ("", Source.UNINTELLIGIBLE)
    assert heard.timings.recording is not None


@pytest.mark.parametrize(("loud", "source"), [(0.1, Source.SILENCE), (0.5, Source.UNINTELLIGIBLE)])
@virtual_time
async def test_a_recording_without_words_is_silence_unless_there_is_sound_in_it(loud: float, source: Source) -> None:
    scene = await talking()
    scene.activity.seconds = loud
    await scene.say("")
    assert (await scene.turns())[2].source is source


@virtual_time
async def test_without_a_voice_the_words_are_left_to_the_network() -> None:
    scene = await talking()
    scene.speaks.error = TextToSpeechUnavailable()
    reply = await scene.say("네")
    assert [(prompt.text, prompt.audio_token) for prompt in reply.prompts] == [("홍길동 님 맞으신가요?", "")]


@virtual_time
async def test_without_a_place_for_audio_the_words_are_left_to_the_network() -> None:
    scene = await talking()
    scene.audio.error = StoreUnavailable()
    assert (await scene.say("네")).prompts[0].audio_token == ""


@virtual_time
async def test_every_prompt_can_be_fetched() -> None:
    scene = await talking("네")
    assert (await scene.audio.get(scene.reply.prompts[0].audio_token)).content.startswith(b"RIFF")


@virtual_time
async def test_the_store_may_go_away_at_any_moment_and_the_call_goes_on_when_it_is_back() -> None:
    """Fails the first, second ... access to the store in a turn, until no access is left to fail."""
    for failing in range(20):
        scene = await talking()
        _fail_access(scene, failing)
        try:
            await scene.take(scene.recording("네"), turn=3)
        except StoreUnavailable:
            pass
        else:
            break
        await scene.background.drain(60)
        _fail_access(scene, None)
        assert "홍길동" in (await scene.take(scene.recording("네"), turn=3)).prompts[0].text
        assert [turn.number for turn in await scene.turns()] == [1, 2, 3, 4]
    assert failing >= 2


@virtual_time
async def test_a_filler_does_not_need_the_store() -> None:
    scene = await talking()
    scene.hears.delay, scene.telephone.delay = 7.0, 4.0
    webhook = asyncio.create_task(scene.take(scene.recording("네")))
    await asyncio.sleep(1)
    scene.store.error = scene.audio.error = StoreUnavailable()
    assert (await webhook).next == Wait(3)
    scene.store.error = None
    assert "홍길동" in (await scene.take(None, turn=3)).prompts[0].text


def _fail_access(scene: Scene, number: int | None) -> None:
    accesses = iter(range(1000))

    def fail() -> None:
        if next(accesses) == number:
            raise StoreUnavailable

    scene.store._fail = fail  # type: ignore[method-assign]


@virtual_time
async def test_a_fault_of_ours_is_reported_and_does_not_stop_the_call() -> None:
    scene = await talking()
    scene.hears.error = RuntimeError("a bug")
    with pytest.raises(RuntimeError):
        await scene.take(scene.recording("네"))
    assert [str(error) for error in scene.failures] == ["a bug"]
    scene.hears.error = None
    assert "홍길동" in (await scene.say("네")).prompts[0].text


# When somebody hangs up.


@virtual_time
async def test_the_last_words_count_even_if_the_hang_up_is_known_first() -> None:
    scene = await talking("네", "네")
    await scene.hang_up()
    assert await scene.take(scene.recording("다 냈어요")) == Reply((), HangUp())
    outcome = await scene.finish()
    assert outcome.exception is ExceptionCode.DISCONNECTED
    assert [problem.content for problem in outcome.solved] == ["난방비가 밀려 있음"]
    assert (await scene.transcript())[-1] == ("callee", "다 냈어요")
    assert [finding.ask_count for finding in outcome.findings] == [1, 0, 0, 0]


@virtual_time
async def test_a_hang_up_while_an_exchange_runs_keeps_the_words_and_says_nothing_more() -> None:
    scene = await talking("네", "네")
    scene.hears.delay = 6
    webhook = asyncio.create_task(scene.take(scene.recording("다 냈어요")))
    await asyncio.sleep(1)
    await scene.hang_up()
    assert await webhook == Reply((), HangUp())
    assert (await scene.transcript())[-1] == ("callee", "다 냈어요")
    outcome = await scene.finish()
    assert outcome.exception is ExceptionCode.DISCONNECTED
    assert [problem.content for problem in outcome.solved] == ["난방비가 밀려 있음"]


@virtual_time
async def test_the_last_words_of_an_interview_end_it_whether_or_not_the_hang_up_came_first() -> None:
    outcomes = []
    for hung_up_first in (True, False):
        scene = Scene()
        await scene.ring(plain_brief(), "네", "네")
        if hung_up_first:
            await scene.hang_up()
        await scene.take(scene.recording("없어요 끊을게요"))
        if not hung_up_first:
            await scene.hang_up()
        outcomes.append(await scene.finish())
    assert outcomes[0] == outcomes[1]
    assert outcomes[0].exception is ExceptionCode.NONE


@virtual_time
async def test_the_conclusion_waits_for_the_last_words_and_no_longer() -> None:
    scene = await talking("네", "네")
    await scene.hang_up()
    assert await scene.store.claim_due(limit=10, lease=0) == ()
    await scene.take(scene.recording("네"))
    assert [due.kind for due in await scene.store.claim_due(limit=10, lease=0)] == [DueKind.CONCLUDE]


@virtual_time
async def test_words_that_come_after_the_conclusion_change_nothing() -> None:
    scene = await talking("네", "네")
    await scene.hang_up()
    await scene.finish()
    before = await scene.record()
    assert await scene.take(scene.recording("네")) == Reply((), HangUp())
    assert await scene.record() == before


@virtual_time
async def test_after_a_hang_up_no_language_model_is_asked() -> None:
    scene = await talking("네", "네")
    await scene.hang_up()
    scene.store.transcript, transcript = None, scene.store.transcript  # type: ignore[assignment, method-assign]
    await scene.take(scene.recording("언제 와요"))
    scene.store.transcript = transcript  # type: ignore[method-assign]
    assert scene.failures == []


# What was heard.


@virtual_time
async def test_what_was_said_is_heard_when_the_callee_answers_it() -> None:
    scene = await talking()
    assert (await scene.record()).heard_through == 0
    await scene.say("네")
    assert (await scene.record()).heard_through == 2


@virtual_time
async def test_a_goodbye_that_was_played_was_heard() -> None:
    scene = await talking()
    goodbye = await scene.take(scene.recording("아니요"))
    assert goodbye.next == HangUp(5)
    assert (await scene.record()).heard_through == 2
    for _ in range(2):
        assert await scene.take(None, turn=5) == Reply((), HangUp())
    assert (await scene.record()).heard_through == 4
    assert len(await scene.turns()) == 4


@virtual_time
async def test_a_goodbye_that_nobody_heard_was_not_heard() -> None:
    scene = await talking()
    await scene.take(scene.recording("아니요"))
    await scene.hang_up()
    await scene.finish()
    assert (await scene.record()).heard_through == 2


@virtual_time
async def test_words_after_the_goodbye_are_kept() -> None:
    scene = await talking()
    await scene.take(scene.recording("아니요"))
    assert await scene.take(scene.recording("잠깐만요"), turn=5) == Reply((), HangUp())
    assert (await scene.transcript())[-1] == ("callee", "잠깐만요")


# What it costs.


@virtual_time
async def test_turns_tell_what_they_cost() -> None:
    scene = await talking()
    scene.telephone.delay, scene.hears.delay, scene.speaks.delay = 1.0, 2.0, 3.0
    await scene.say("네")
    callee, agent = (await scene.turns())[2:]
    assert (callee.timings.recording, callee.timings.speech_to_text, callee.timings.matching) == (1000, 2000, 0)
    assert (agent.timings.text_to_speech, agent.timings.total) == (3000, 6000)
    assert (callee.confidence, agent.confidence) == (0.9, None)


@virtual_time
async def test_closing_ends_what_runs() -> None:
    scene = await talking()
    scene.hears.delay = 7.9
    webhook = asyncio.create_task(scene.take(scene.recording("네")))
    await asyncio.sleep(1)
    await scene.background.close()
    with pytest.raises(asyncio.CancelledError):
        await webhook
    assert await scene.status(CallStatus.IN_PROGRESS) == await scene.record()
