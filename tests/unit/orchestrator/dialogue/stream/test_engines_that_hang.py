"""Recogniser and synthesiser hang in mid-call: how long the callee hears nothing."""

import asyncio

import pytest

from orchestrator.dialogue.stream.events import Ending
from orchestrator.domain.turn import Listen, Reply
from tests.unit.orchestrator.dialogue.scene import Scene
from tests.unit.orchestrator.dialogue.stream.live_phone import LivePhone
from tests.virtual_time import virtual_time

LONGEST_SILENCE = 6.0


def now() -> float:
    return asyncio.get_running_loop().time()


@pytest.mark.parametrize("kept", [True, False])
@virtual_time
async def test_no_silence_is_long_though_neither_engine_answers(kept: bool) -> None:
    scene = Scene()
    await scene.start()
    phone = LivePhone(scene)
    if not kept:
        phone.speech.kept = ""
    async with phone.call():
        await phone.agent_is_done()
        phone.recogniser.hangs = phone.speech.hangs = True
        scene.speaks.delay = 60.0
        await phone.say("네", 0.6)
        silences, since = [], now()
        if kept:
            await phone.agent_speaks()
            silences, since = [now() - since], now()
        await phone.over()
        since = max(since, now()) if kept else since
        assert phone.ending is Ending.FALL_BACK
    reply = await phone.streams.answer(scene.id, scene.call_sid)
    silences.append(now() - since)
    print(silences)
    assert max(silences) < LONGEST_SILENCE
    assert isinstance(reply, Reply)
    assert isinstance(reply.next, Listen)
    await phone.assert_truthful()
