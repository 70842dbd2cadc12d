"""Turns while what we need fails: the recording, the recogniser, the voice, the store."""

from __future__ import annotations

import asyncio

import pytest

from orchestrator.domain.errors import (
    InvalidAudio,
    RecordingNotReady,
    SpeechToTextUnavailable,
    StoreUnavailable,
    TelephoneUnavailable,
    TextToSpeechUnavailable,
)
from orchestrator.domain.turn import Source, Wait
from tests.fakes.institution import short_institution
from tests.unit.orchestrator.dialogue.scene import Scene, talking
from tests.virtual_time import virtual_time


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
    assert reply.prompts[0].text.startswith(short_institution().wording.no_match[0])
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
