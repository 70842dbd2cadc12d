"""The store stands still, or the line breaks, in mid-call: the callee hears soon that somebody is there."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from orchestrator.dialogue.stream.events import Ending
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.errors import StoreUnavailable
from orchestrator.domain.turn import Speaker
from tests.unit.orchestrator.dialogue.scene import Scene
from tests.unit.orchestrator.dialogue.stream.live_phone import LivePhone
from tests.virtual_time import virtual_time

FROZEN = 3.4  # seconds, as a master is that its replica has to stand in for


async def ringing() -> LivePhone:
    scene = Scene()
    await scene.start()
    return LivePhone(scene)


@contextmanager
def frozen(phone: LivePhone, seconds: float = FROZEN, *, fails: bool = False) -> Iterator[None]:
    """Has nothing read for a while, and then, or not at all."""
    store, load = phone.scene.store, phone.scene.store.load

    async def late(consultation_id: str) -> tuple[Brief, Consultation]:
        await asyncio.sleep(seconds)
        if fails:
            raise StoreUnavailable
        return await load(consultation_id)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "load", late)
        yield


@virtual_time
async def test_the_callee_is_asked_to_wait_and_then_answered() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.agent_is_done()
        phone.longest_pause = 0.0
        with frozen(phone):
            await phone.say("네", 0.6)
            await phone.agent_speaks()
            assert phone.longest_pause < 3.5
        await phone.agent_is_done()
        await asyncio.sleep(2.0)
        await phone.assert_truthful()
    assert phone.ending is None
    assert phone.longest_pause < 3.5
    assert phone.scene.wording.filler not in phone.speech.spoken  # it was heard once, before the exchange began
    assert [turn.text for turn in await phone.scene.turns() if turn.speaker is Speaker.CALLEE] == ["네"]


@virtual_time
async def test_the_callee_is_asked_to_wait_before_the_call_goes_on_elsewhere() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.agent_is_done()
        phone.longest_pause, phone.heard_anything = 0.0, False
        with frozen(phone, fails=True):
            await phone.say("네", 0.6)
            await phone.over()
    await asyncio.sleep(FROZEN)
    assert phone.heard_anything
    assert phone.longest_pause < 3.5
    assert phone.ending is Ending.FALL_BACK


@virtual_time
async def test_who_may_have_answered_while_the_line_was_broken_is_asked_again_soon() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.agent_is_done()
    phone.longest_pause = 0.0
    async with phone.call():
        await phone.agent_speaks()
    assert 2.0 < phone.longest_pause < 3.5
    assert [turn.text for turn in await phone.scene.turns()][-1].startswith(phone.scene.wording.no_input[0])


@virtual_time
async def test_who_says_something_after_the_goodbye_is_not_kept_on_the_line() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.agent_is_done()
        while "안녕히" not in phone.speech.spoken[-1]:
            await phone.say("네", 0.6)
            await phone.agent_speaks()
            await asyncio.sleep(0.5)
            if "안녕히" not in phone.speech.spoken[-1]:
                await phone.agent_is_done()
        with frozen(phone, 1.5):
            await phone.agent_is_done()
            await asyncio.sleep(1.2)
            await phone.say("네", 0.6)
        async with asyncio.timeout(3.0):
            await phone.over()
    assert phone.ending is Ending.HANG_UP
