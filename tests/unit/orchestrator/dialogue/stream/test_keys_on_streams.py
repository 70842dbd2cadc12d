"""Keys count whatever state a stream is in: over fakes and in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from orchestrator.dialogue.spoken_sentences import sentences
from orchestrator.domain.turn import Source, Speaker
from tests.fakes.institution import institution
from tests.fakes.language_model import ScriptedLanguageModel
from tests.unit.orchestrator.dialogue.scene import Scene
from tests.unit.orchestrator.dialogue.stream.live_phone import SECONDS_A_CHARACTER, LivePhone
from tests.virtual_time import virtual_time


async def ringing(scene: Scene | None = None) -> LivePhone:
    scene = scene or Scene()
    await scene.start()
    return LivePhone(scene)


async def pressed(phone: LivePhone) -> list[str]:
    return [turn.text for turn in await phone.scene.turns() if turn.source is Source.KEYPAD]


async def greets(phone: LivePhone) -> None:
    await asyncio.sleep(1)


async def asks(phone: LivePhone) -> None:
    await phone.agent_speaks()
    greeting = (await phone.scene.turns())[0].text
    await asyncio.sleep(len(greeting) * SECONDS_A_CHARACTER)
    assert phone.played == len(sentences(greeting))


async def waits(phone: LivePhone) -> None:
    await phone.agent_is_done()
    await asyncio.sleep(1)


async def hears(phone: LivePhone) -> None:
    await phone.agent_is_done()
    await phone.say("저기", 0.3)
    await asyncio.sleep(0.1)


async def holds(phone: LivePhone) -> None:
    await asks(phone)
    await phone.sound(0.6)
    assert phone.cleared == 1


async def thinks(phone: LivePhone) -> None:
    await phone.agent_is_done()
    await phone.say("센터는 무슨 요일에 열어요?", 1.0)
    await asyncio.sleep(1.2)
    model = phone.scene.language_model
    assert model is not None
    assert len(model.asked) == 1
    assert not phone.speech.spoken[-1].startswith("네, 화요일")


async def asks_again(phone: LivePhone) -> None:
    await phone.agent_is_done()
    await asyncio.sleep(7)


@pytest.mark.parametrize("state", [greets, asks, waits, hears, holds, thinks, asks_again])
@virtual_time
async def test_a_key_is_an_answer_in_every_state(state: Callable[[LivePhone], Awaitable[None]]) -> None:
    model = ScriptedLanguageModel("네, 화요일에 열어요.", delay=4.0, opinion_delay=0.0)
    phone = await ringing(Scene(language_model=model))
    async with phone.call():
        await state(phone)
        phone.press("1")
        await asyncio.sleep(25)
        assert await pressed(phone) == ["1"]
        assert "good_time" not in (await phone.scene.asked_about())[-1]
    assert phone.scene.failures == []


@pytest.mark.parametrize("date", ["410302", "19410302"])
@virtual_time
async def test_a_birth_date_may_be_pressed_as_soon_as_it_is_asked_for(date: str) -> None:
    phone = await ringing(Scene(institution=institution()))
    async with phone.call():
        for _ in range(3):
            await phone.agent_is_done()
            phone.press("1")
        await phone.agent_is_done()
        for digit in date:
            phone.press(digit)
            await asyncio.sleep(0.5)
        await asyncio.sleep(10)
        assert "birth_date" not in (await phone.scene.asked_about())[-1]
    assert (await pressed(phone))[3:] == [date]


@virtual_time
async def test_a_star_has_it_said_again() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.agent_is_done()
        phone.press("*")
        await phone.agent_is_done()
    said = [turn.text for turn in await phone.scene.turns() if turn.speaker is Speaker.AGENT]
    assert said[-1] == f"{phone.scene.wording.repeat} {said[-2]}"
