"""Answering machines on streams, over fakes and in virtual time."""

from __future__ import annotations

import asyncio

from orchestrator.dialogue.stream.events import Ending
from orchestrator.dialogue.stream.playback import LATEST_MARK
from orchestrator.domain.codes import ExceptionCode
from orchestrator.domain.machine import MachineSign
from tests.unit.orchestrator.dialogue.scene import Scene
from tests.unit.orchestrator.dialogue.stream.live_phone import LivePhone
from tests.virtual_time import virtual_time

NOTICE = "지금은 전화를 받을 수 없습니다. 삐 소리가 난 뒤 메시지를 남겨 주세요."


async def ringing() -> LivePhone:
    scene = Scene()
    await scene.start()
    return LivePhone(scene)


async def found_by_the_network(phone: LivePhone) -> bool:
    return await phone.scene.reports.answered_by(phone.scene.id, phone.scene.call_sid, machine=True)


@virtual_time
async def test_voicemail_that_speaks_and_beeps_through_the_greeting_is_left_no_message() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.say(NOTICE, 5.0)
        phone.beep()
        await phone.over()
    assert phone.ending is Ending.HANG_UP
    progress = (await phone.scene.record()).progress
    assert progress.exception is ExceptionCode.NOT_ANSWERED
    assert set(progress.machine_signs) == {MachineSign.NOTICE, MachineSign.BEEP}
    assert await phone.scene.asked_about() == ["greeting", "good_time"]  # nothing after the notice


@virtual_time
async def test_voicemail_that_beeps_late_is_found_out_by_the_silence_after_it() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.agent_is_done()
        await phone.say(NOTICE, 5.0)
        await phone.agent_is_done()
        assert phone.ending is None
        phone.beep()
        await phone.over()
    assert (await phone.scene.record()).progress.exception is ExceptionCode.NOT_ANSWERED


@virtual_time
async def test_the_networks_verdict_and_a_notice() -> None:
    phone = await ringing()
    async with phone.call():
        assert not await found_by_the_network(phone)
        await phone.say(NOTICE, 5.0)
        await phone.over()
    assert (await phone.scene.record()).progress.exception is ExceptionCode.NOT_ANSWERED


@virtual_time
async def test_a_person_with_the_wrong_verdict_and_a_beeping_kitchen_is_talked_to() -> None:
    phone = await ringing()
    async with phone.call():
        assert not await found_by_the_network(phone)
        await phone.agent_is_done()
        phone.beep()
        while phone.ending is None:
            await phone.say("네", 0.6)
            await phone.agent_is_done()
    progress = (await phone.scene.record()).progress
    assert (progress.exception, progress.machine_signs) == (ExceptionCode.NONE, ())
    assert phone.scene.telephone.hung_up == []


@virtual_time
async def test_what_beeps_after_a_minute_is_no_machine() -> None:
    phone = await ringing()
    async with phone.call():
        await found_by_the_network(phone)
        await phone.agent_is_done()
        phone.scene.clock.advance(61)
        phone.beep()
        await phone.say("", 1.0)
        await phone.agent_is_done()
    assert not (await phone.scene.record()).progress.over


@virtual_time
async def test_who_heard_the_carrier_instead_of_us_is_greeted_again() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.say("국제전화입니다. 해외에서 걸려 온 전화입니다.", 3.0)
        await phone.agent_is_done()
        await phone.agent_is_done()
    assert (await phone.scene.asked_about())[:4] == ["greeting", "good_time"] * 2


@virtual_time
async def test_a_goodbye_whose_marks_are_lost_ends_the_call_in_time() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.agent_is_done()
        phone.drops_marks = True
        await phone.say("그만 끊을게요", 1.0)
        await phone.agent_is_done()
        silent = asyncio.get_running_loop().time()
        await phone.over()
        assert asyncio.get_running_loop().time() - silent < LATEST_MARK + 0.5
    assert phone.ending is Ending.HANG_UP
