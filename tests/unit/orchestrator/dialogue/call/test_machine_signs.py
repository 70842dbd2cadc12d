"""Signs of answering machines in calls that go turn by turn."""

from __future__ import annotations

import pytest

from orchestrator.domain.codes import ExceptionCode
from orchestrator.domain.machine import MachineSign, is_machine
from tests.unit.orchestrator.dialogue.scene import talking
from tests.virtual_time import virtual_time

NOTICE = "고객님이 전화를 받을 수 없어 소리샘으로 연결됩니다."


@pytest.mark.parametrize(
    ("signs", "machine"),
    [
        ((), False),
        ((MachineSign.NETWORK,), False),
        ((MachineSign.NOTICE,), False),
        ((MachineSign.BEEP,), False),
        ((MachineSign.NOTICE, MachineSign.NOTICE), True),
        ((MachineSign.NETWORK, MachineSign.NOTICE), True),
        ((MachineSign.NETWORK, MachineSign.BEEP), True),
        ((MachineSign.NOTICE, MachineSign.BEEP), True),
    ],
)
def test_it_takes_two(signs: tuple[MachineSign, ...], machine: bool) -> None:
    assert is_machine(signs) is machine


@virtual_time
async def test_a_notice_and_a_beep_in_one_recording() -> None:
    scene = await talking()
    scene.activity.beeps = True
    await scene.say(NOTICE)
    assert scene.over
    assert (await scene.finish()).exception is ExceptionCode.NOT_ANSWERED


@virtual_time
async def test_a_notice_after_a_notice() -> None:
    scene = await talking(NOTICE)
    assert not scene.over
    await scene.say(NOTICE)
    assert scene.over
    assert (await scene.finish()).exception is ExceptionCode.NOT_ANSWERED


@virtual_time
async def test_beep_after_beep_is_one_sign() -> None:
    scene = await talking()
    scene.activity.beeps = True
    for _ in range(2):
        await scene.say("")
    assert (scene.over, (await scene.record()).progress.machine_signs) == (False, (MachineSign.BEEP,))


@pytest.mark.parametrize("answer", ["네", "누구세요?"])
@virtual_time
async def test_whoever_answers_is_a_person_whatever_beeped_before(answer: str) -> None:
    scene = await talking(NOTICE)
    scene.activity.beeps = True
    await scene.say(answer)
    assert (scene.over, (await scene.record()).progress.machine_signs) == (False, ())


@virtual_time
async def test_a_beep_after_the_first_minute_is_no_sign() -> None:
    scene = await talking()
    scene.clock.advance(61)
    scene.activity.beeps = True
    await scene.say("")
    assert (await scene.record()).progress.machine_signs == ()
