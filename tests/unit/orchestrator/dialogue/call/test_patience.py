"""How long callees are listened to, and what is remembered of it; recordings of those who do not want them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.dialogue.call.patience import ListeningTimes, more_patient, silence_timeout
from orchestrator.dialogue.utterance import Intent, Understood
from orchestrator.domain.brief import Listening
from orchestrator.domain.progress import Progress
from orchestrator.domain.turn import Listen
from tests.fakes.consultations import brief
from tests.fakes.institution import institution
from tests.unit.orchestrator.dialogue.scene import Scene, plain_brief, talking
from tests.virtual_time import virtual_time

PERSON = brief().person.person_id


def pause(scene: Scene) -> float:
    assert isinstance(scene.reply.next, Listen)
    return scene.reply.next.silence_timeout


@virtual_time
async def test_a_silent_callee_gets_more_time_from_turn_to_turn() -> None:
    scene = await talking()
    usual = pause(scene)
    await scene.silence()
    longer = pause(scene)
    await scene.silence()
    assert usual < longer < pause(scene) <= 12


@pytest.mark.parametrize(
    ("understood", "longer"),
    [
        (Understood(Intent.NO_INPUT), True),
        (Understood(Intent.NO_MATCH, "그러니까 그게"), True),
        (Understood(Intent.ANSWER, "저기 있잖아"), True),
        (Understood(Intent.ANSWER, "저기 있잖아", expected_answer=1), False),
        (Understood(Intent.NO_MATCH, "어버버"), False),
        (Understood(Intent.YES, "네"), False),
    ],
)
def test_who_is_cut_off_gets_more_time(understood: Understood, longer: bool) -> None:
    after = more_patient(Progress(), understood, 5.0)
    assert (after.silence_timeout is not None and after.silence_timeout > 5.0) is longer


def test_patience_has_an_end_but_never_shrinks() -> None:
    assert more_patient(Progress(), Understood(Intent.NO_INPUT), 11.0).silence_timeout == 12.0
    assert more_patient(Progress(), Understood(Intent.NO_INPUT), 15.0).silence_timeout == 15.0


def test_what_was_learned_goes_before_what_was_ordered_and_that_before_the_setting() -> None:
    times = ListeningTimes(silence=5.0)
    assert silence_timeout(Progress(), Listening(), times) == 5.0
    assert silence_timeout(Progress(), Listening(6.0), times) == 6.0
    assert silence_timeout(Progress(silence_timeout=7.0), Listening(6.0), times) == 7.0


@virtual_time
async def test_the_next_call_begins_with_what_the_last_one_taught() -> None:
    scene = await talking()
    await scene.silence()
    learned = pause(scene)
    await scene.hang_up()
    await scene.finish()
    assert scene.pauses.pauses == {PERSON: learned}
    await scene.start()
    await scene.answer()
    assert pause(scene) == learned


@virtual_time
async def test_an_order_that_says_how_to_listen_is_followed() -> None:
    scene = Scene()
    scene.pauses.pauses[PERSON] = 9.0
    await scene.ring(plain_brief(listening=Listening(3.0)))
    assert pause(scene) == 3.0


@virtual_time
async def test_nothing_is_remembered_of_those_who_need_no_more_time_or_are_erased() -> None:
    scene = await talking("네", "끊을게요")
    await scene.finish()
    assert scene.pauses.pauses == {}
    scene.pauses.pauses[PERSON] = 9.0
    await scene.consultations.delete(scene.id)
    assert scene.pauses.pauses == {}


# Recordings.


async def recorded(*words: str) -> Scene:
    scene = Scene(institution=institution())
    await scene.ring(replace(plain_brief(), person=replace(brief().person, birth_date="")), *words)
    await scene.background.drain(5)
    return scene


@virtual_time
async def test_who_refuses_is_not_kept_for_a_moment() -> None:
    scene = await recorded("녹음은 싫어요", "네", "네", "없어요")
    assert len(scene.telephone.erased_recordings) == 4
    await scene.finish()
    assert scene.telephone.erased == [scene.call_sid], "and nothing is left when the call is over"


@virtual_time
async def test_who_agrees_is_kept_as_long_as_is_set() -> None:
    scene = await recorded("네", "네", "네", "없어요")
    await scene.finish()
    assert (scene.telephone.erased, scene.telephone.erased_recordings) == ([], [])
    await scene.work(7 * 86_400)
    assert scene.telephone.erased == [scene.call_sid]
