"""The small parts that everything else stands on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from orchestrator.dialogue.background import Background
from orchestrator.dialogue.budget import Budget, Stopwatch
from orchestrator.dialogue.call.speaking import Speaking
from orchestrator.dialogue.move import Saying
from orchestrator.dialogue.ports.store import Change
from orchestrator.dialogue.transaction import MOST_TRIES, transact
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation, State
from orchestrator.domain.errors import StoreUnavailable, TextToSpeechUnavailable
from orchestrator.domain.turn import Source
from tests.fakes.audio_store import InMemoryAudioStore
from tests.fakes.consultation_store import InMemoryConsultationStore
from tests.fakes.consultations import brief, consultation, next_change
from tests.fakes.text_to_speech import ScriptedTextToSpeech
from tests.virtual_time import virtual_time

# Transactions.


async def stored(**fields: object) -> tuple[InMemoryConsultationStore, Consultation]:
    store = InMemoryConsultationStore()
    record = consultation(**fields)  # type: ignore[arg-type]
    await store.create(brief(), Change(record))
    return store, record


def count_turn(_brief: Brief, current: Consultation) -> Change:
    return next_change(current, record={"turn_count": current.turn_count + 1})


@virtual_time
async def test_a_change_is_made_over_the_newest_record() -> None:
    store, record = await stored()
    results = [await transact(store, record.consultation_id, count_turn) for _ in range(3)]
    assert [result.turn_count for result in results] == [1, 2, 3]
    assert await store.get(record.consultation_id) == results[-1]


@virtual_time
async def test_what_was_known_before_is_tried_first_and_read_again_after_a_conflict() -> None:
    store, record = await stored()
    await store.commit(next_change(record, record={"turn_count": 10}))
    after = await transact(store, record.consultation_id, count_turn, known=(brief(), record))
    assert after.turn_count == 11


@virtual_time
async def test_no_change_returns_what_stands_there() -> None:
    store, record = await stored()
    assert await transact(store, record.consultation_id, lambda _brief, _current: None) == record


@pytest.mark.parametrize("conflicts", [1, MOST_TRIES - 1, MOST_TRIES])
@virtual_time
async def test_conflicts_are_tried_again_but_not_for_ever(conflicts: int) -> None:
    store, record = await stored()
    left = conflicts
    commit = store.commit

    async def contested(change: Change) -> bool:
        nonlocal left
        left -= 1
        return left < 0 and await commit(change)

    store.commit = contested  # type: ignore[method-assign]
    if conflicts < MOST_TRIES:
        assert (await transact(store, record.consultation_id, count_turn)).turn_count == 1
    else:
        with pytest.raises(StoreUnavailable):
            await transact(store, record.consultation_id, count_turn)


@virtual_time
async def test_what_the_decision_raises_is_raised_and_nothing_is_written() -> None:
    store, record = await stored(state=State.COMPLETED)
    with pytest.raises(Exception, match="completed"):
        await transact(store, record.consultation_id, lambda _, current: Change(current.to(State.RINGING)))
    assert await store.get(record.consultation_id) == record


# Tasks that outlive requests.


@virtual_time
async def test_failures_are_reported_and_still_seen_by_those_who_wait() -> None:
    reported: list[tuple[str, BaseException]] = []
    background = Background(lambda *failure: reported.append(failure))

    async def fail() -> None:
        raise RuntimeError("a bug")

    task = background.start(fail(), name="failing")
    with pytest.raises(RuntimeError):
        await task
    assert [(name, str(error)) for name, error in reported] == [("failing", "a bug")]


@virtual_time
async def test_draining_waits_only_so_long_and_closing_ends_the_rest() -> None:
    reported: list[object] = []
    background = Background(lambda *failure: reported.append(failure))
    quick = background.start(asyncio.sleep(1, "done"), name="quick")
    slow = background.start(asyncio.sleep(1000), name="slow")
    watch = Stopwatch()
    await background.drain(10)
    assert (quick.result(), slow.done(), watch.elapsed()) == ("done", False, 10)
    await background.close()
    assert slow.cancelled()
    assert reported == []
    await background.drain(10)
    await background.close()


# Time.


@virtual_time
async def test_a_budget_runs_out_and_no_further() -> None:
    budget = Budget(10)
    assert (budget.share(3), budget.share(30)) == (3, 10)
    await asyncio.sleep(8)
    assert budget.share(3) == pytest.approx(2)
    await asyncio.sleep(8)
    assert budget.left() == budget.share(3) == 0


@virtual_time
async def test_a_stopwatch_measures_milliseconds() -> None:
    watch = Stopwatch()
    await asyncio.sleep(0.01234)
    assert watch.milliseconds() == 12.3


# Speaking.


def speaking(voice: ScriptedTextToSpeech) -> Speaking:
    return Speaking(voice, InMemoryAudioStore(), longest=5.0, fixed=("늘 같은 말",))


def sayings(*texts: str) -> list[Saying]:
    return [Saying(text, Source.INTERVIEW, "", uninterruptible=text == "다른 말") for text in texts]


@virtual_time
async def test_what_must_be_heard_to_its_end_says_so() -> None:
    prompts, _ = await speaking(ScriptedTextToSpeech()).say(sayings("늘 같은 말", "다른 말"), Budget(10))
    assert [prompt.uninterruptible for prompt in prompts] == [False, True]


@virtual_time
async def test_all_sentences_are_spoken_at_the_same_time() -> None:
    watch = Stopwatch()
    prompts, costs = await speaking(ScriptedTextToSpeech(delay=2)).say(sayings("하나", "둘", "셋"), Budget(10))
    assert watch.elapsed() == 2
    assert [prompt.text for prompt in prompts] == ["하나", "둘", "셋"]
    assert costs == (2000, 2000, 2000)
    assert len({prompt.audio_token for prompt in prompts}) == 3


@virtual_time
async def test_fixed_sentences_are_made_once() -> None:
    voice = ScriptedTextToSpeech()
    speaker = speaking(voice)
    await speaker.warm(Budget(10))
    for _ in range(2):
        await speaker.say(sayings("늘 같은 말", "다른 말"), Budget(10))
    assert voice.spoken == ["늘 같은 말", "다른 말", "다른 말"]


@pytest.mark.parametrize(
    "break_it",
    [
        lambda voice: setattr(voice, "error", TextToSpeechUnavailable()),
        lambda voice: setattr(voice, "delay", 6),
    ],
)
@virtual_time
async def test_a_voice_that_fails_is_no_failure(break_it: Callable[[ScriptedTextToSpeech], None]) -> None:
    voice = ScriptedTextToSpeech()
    break_it(voice)
    speaker = speaking(voice)
    await speaker.warm(Budget(10))
    prompts, _ = await speaker.say(sayings("늘 같은 말", "다른 말"), Budget(10))
    assert [prompt.audio_token for prompt in prompts] == ["", ""]


@virtual_time
async def test_no_time_left_is_no_failure_either() -> None:
    prompts, _ = await speaking(ScriptedTextToSpeech(delay=0.1)).say(sayings("말"), Budget(0))
    assert prompts[0].audio_token == ""
