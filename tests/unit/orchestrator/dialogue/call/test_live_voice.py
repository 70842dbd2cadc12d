"""What a live stream speaks with, on a virtual clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.background import Background
from orchestrator.dialogue.call.synthesis import Source
from orchestrator.dialogue.call.voice import MOST_WAITING, FirstPiece, Voice, speech_key
from orchestrator.domain.errors import TextToSpeechUnavailable
from tests.fakes.speech_cache import InMemorySpeechCache
from tests.fakes.streaming_text_to_speech import PIECE, ScriptedStreamingTextToSpeech, spoken
from tests.virtual_time import run, virtual_time

HELLO, BYE = "안녕하세요.", "안녕히 계세요."


@dataclass
class Scene:
    """A voice and what is around it."""

    voice: Voice
    synthesiser: ScriptedStreamingTextToSpeech
    cache: InMemorySpeechCache
    background: Background
    told: list[FirstPiece] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    async def hear(self, sentence: str, *, keep: bool = True) -> bytes:
        return b"".join([piece async for piece in self.voice.speak(sentence, keep=keep)])

    @property
    def sources(self) -> list[str]:
        return [told.source.value for told in self.told]


@asynccontextmanager
async def scene(cache: InMemorySpeechCache | None = None, **settings: int) -> AsyncIterator[Scene]:
    failures: list[str] = []
    told: list[FirstPiece] = []
    background = Background(lambda name, _: failures.append(name))
    synthesiser, cache = ScriptedStreamingTextToSpeech(delay=0.1), cache or InMemorySpeechCache()
    voice = Voice(synthesiser, cache, background, on_first_piece=told.append, **settings)
    try:
        yield Scene(voice, synthesiser, cache, background, told, failures)
    finally:
        await background.close()


@virtual_time
async def test_pieces_are_passed_on_as_they_come() -> None:
    loop = asyncio.get_running_loop()
    async with scene() as its:
        times = [(round(loop.time(), 3), piece) async for piece in its.voice.speak(HELLO, keep=True)]
    assert times == list(zip((0.1, 0.2, 0.3), spoken(HELLO), strict=True))
    assert its.told == [FirstPiece(Source.SYNTHESISED, 100.0)]


@virtual_time
async def test_a_sentence_is_synthesised_once() -> None:
    async with scene() as its:
        first = await its.hear(HELLO)
        assert await its.hear(HELLO) == first == b"".join(spoken(HELLO))
        assert await its.hear(BYE) != first
    assert its.synthesiser.spoken == [HELLO, BYE]
    assert its.told[1] == FirstPiece(Source.MEMORY, 0.0)


@virtual_time
async def test_another_replica_takes_it_from_the_cache() -> None:
    async with scene() as here:
        first = await here.hear(HELLO)
        await here.background.drain(5)
    async with scene(here.cache) as there:
        assert await there.hear(HELLO) == first
        assert await there.hear(HELLO) == first
    assert there.synthesiser.spoken == []
    assert there.sources == ["shared", "memory"]


@virtual_time
async def test_a_sentence_about_a_person_stays_in_memory() -> None:
    async with scene() as its:
        await its.hear("홍길동 님이세요?", keep=False)
        await its.hear("홍길동 님이세요?", keep=False)
    assert its.sources == ["synthesised", "memory"]
    assert (its.cache.kept, its.cache.asked) == ({}, [])


@virtual_time
async def test_what_one_of_two_calls_a_persons_is_not_shared() -> None:
    async with scene() as its:
        await asyncio.gather(its.hear(HELLO, keep=True), its.hear(HELLO, keep=False))
    assert its.cache.kept == {}


@virtual_time
async def test_another_version_or_voice_sounds_anew() -> None:
    async with scene() as first:
        await first.hear(HELLO)
        await first.background.drain(5)
    cache = first.cache
    async with scene(cache) as second:
        second.synthesiser.voice = "other"
        await second.hear(HELLO)
        await second.background.drain(5)
    assert second.sources == ["synthesised"]
    assert len(cache.kept) == 2


@virtual_time
async def test_many_at_the_same_time_share_a_synthesis() -> None:
    async with scene() as its:

        async def hear_later(seconds: float) -> bytes:
            await asyncio.sleep(seconds)
            return await its.hear(HELLO)

        heard = await asyncio.gather(*(hear_later(number * 0.07) for number in range(5)))
    assert set(heard) == {b"".join(spoken(HELLO))}
    assert its.synthesiser.spoken == [HELLO]
    assert [told.milliseconds for told in its.told] == [100.0, 30.0, 0.0, 0.0, 0.0]


@virtual_time
async def test_a_listener_who_leaves_spoils_nothing() -> None:
    async with scene() as its:
        staying = asyncio.create_task(its.hear(HELLO))
        async with aclosing(its.voice.speak(HELLO, keep=True)) as pieces:
            await anext(pieces)
        assert await staying == b"".join(spoken(HELLO))


@virtual_time
async def test_a_sentence_that_was_cut_is_there_when_it_is_said_again() -> None:
    async with scene() as its:
        async with aclosing(its.voice.speak(HELLO, keep=True)) as pieces:
            await anext(pieces)
        await its.background.drain(5)
        assert await its.hear(HELLO) == b"".join(spoken(HELLO))
    assert its.sources == ["synthesised", "memory"]


@pytest.mark.parametrize("fails_at", [0, 1, 3])
@virtual_time
async def test_half_a_synthesis_is_never_kept(fails_at: int) -> None:
    async with scene() as its:
        its.synthesiser.error, its.synthesiser.fails_at = TextToSpeechUnavailable(), fails_at
        pieces = its.voice.speak(HELLO, keep=True)
        assert [await anext(pieces) for _ in range(fails_at)] == spoken(HELLO)[:fails_at]
        with pytest.raises(TextToSpeechUnavailable):
            await anext(pieces)
        assert its.cache.kept == {}
        its.synthesiser.error = None
        assert await its.hear(HELLO) == b"".join(spoken(HELLO))
    assert its.failures == []


@virtual_time
async def test_nothing_said_is_a_failure() -> None:
    async with scene() as its:
        its.synthesiser.pieces = 0
        with pytest.raises(TextToSpeechUnavailable):
            await its.hear(HELLO)
        assert its.told == []


@virtual_time
async def test_a_synthesiser_that_is_silent_is_left() -> None:
    async with scene(patience=2) as its:
        its.synthesiser.delay = 60
        with pytest.raises(TextToSpeechUnavailable):
            await its.hear(HELLO)
        assert asyncio.get_running_loop().time() == 2


@pytest.mark.parametrize(("pieces", "delay"), [(2000, 0.0), (1000, 0.5)])
@virtual_time
async def test_a_synthesis_without_end_is_left(pieces: int, delay: float) -> None:
    async with scene() as its:
        its.synthesiser.pieces, its.synthesiser.delay = pieces, delay
        with pytest.raises(TextToSpeechUnavailable):
            await its.hear(HELLO)
    assert (its.cache.kept, its.synthesiser.under_way) == ({}, 0)


@virtual_time
async def test_a_fault_is_reported_and_is_a_failure_for_all_who_listen() -> None:
    async with scene() as its:
        its.synthesiser.error = ZeroDivisionError()
        heard = await asyncio.gather(its.hear(HELLO), its.hear(HELLO), return_exceptions=True)
    assert [type(error) for error in heard] == [TextToSpeechUnavailable] * 2
    assert its.failures == ["synthesis"]


@virtual_time
async def test_at_the_end_of_the_process_nobody_waits_on() -> None:
    async with scene() as its:
        its.synthesiser.delay = 2.0
        waiting = asyncio.create_task(its.hear(HELLO))
        its.voice.prepare([BYE])
        await asyncio.sleep(0)
        await its.background.close()
        with pytest.raises(TextToSpeechUnavailable):
            await waiting
    assert its.synthesiser.under_way == 0


@virtual_time
async def test_what_was_prepared_is_there() -> None:
    async with scene() as its:
        its.voice.prepare([HELLO, BYE, HELLO], keep=True)
        await its.background.drain(5)
        await its.hear(HELLO)
        await its.hear(BYE)
        its.voice.prepare([HELLO, BYE])
        await its.background.drain(5)
    assert its.synthesiser.spoken == [HELLO, BYE]
    assert its.sources == ["memory", "memory"]
    assert len(its.cache.kept) == 2


@virtual_time
async def test_who_speaks_joins_what_is_being_prepared() -> None:
    async with scene() as its:
        its.voice.prepare([HELLO])
        await asyncio.sleep(0.15)
        await its.hear(HELLO)
    assert its.synthesiser.spoken == [HELLO]
    assert its.cache.kept == {}  # not said to be free of what is personal


@virtual_time
async def test_only_some_are_prepared_at_once_and_not_before_those_who_speak() -> None:
    async with scene(most_prepared=2) as its:
        its.voice.prepare([f"{number}번 질문입니다." for number in range(10)])
        await its.hear(HELLO)
        assert its.synthesiser.most_under_way == 3
        await asyncio.sleep(10)
    assert len(its.synthesiser.spoken) == 11


@virtual_time
async def test_what_waits_to_be_prepared_is_bounded_and_the_latest_stays() -> None:
    async with scene(most_prepared=1) as its:
        its.voice.prepare([HELLO])
        texts = [f"{number}번 질문입니다." for number in range(MOST_WAITING + 10)]
        its.voice.prepare(texts)
        await asyncio.sleep(100)
    assert its.synthesiser.spoken == [HELLO, *texts[10:]]


@virtual_time
async def test_a_synthesiser_in_trouble_is_not_asked_for_more_than_is_needed() -> None:
    async with scene(most_prepared=2) as its:
        its.synthesiser.error = TextToSpeechUnavailable()
        its.voice.prepare([f"{number}번 질문입니다." for number in range(10)])
        await asyncio.sleep(5)
        assert len(its.synthesiser.spoken) == 2
        its.synthesiser.error = None
        its.voice.prepare([HELLO])
        await asyncio.sleep(5)
    assert its.synthesiser.spoken[2:] == [HELLO]


@virtual_time
async def test_memory_is_bounded_and_keeps_what_was_used_last() -> None:
    async with scene(memory=3 * PIECE * 2) as its:
        for sentence in ("하나.", "둘.", "하나.", "셋.", "하나.", "둘."):
            await its.hear(sentence, keep=False)
    assert its.sources == ["synthesised", "synthesised", "memory", "synthesised", "memory", "synthesised"]


@virtual_time
async def test_without_the_cache_it_speaks() -> None:
    async with scene() as its:
        its.cache.away = True
        assert await its.hear(HELLO) == b"".join(spoken(HELLO))
    assert its.sources == ["synthesised"]


def test_keys_say_nothing_and_differ_in_everything() -> None:
    keys = {
        speech_key(voice, text, version=version, encoding=encoding)
        for voice in ("a", "ab")
        for text in ("", "b", "네")
        for version in ("1", "2")
        for encoding in ("mulaw/8000", "linear16/16000")
    }
    assert len(keys) == 24
    assert all(len(key) == 64 and int(key, 16) >= 0 for key in keys)
    assert speech_key("a", "네", version="1") == speech_key("a", "네", version="1")


@given(st.lists(st.tuples(st.sampled_from("가나다"), st.integers(0, 5), st.integers(0, 4)), max_size=12))
def test_whoever_listens_to_the_end_hears_the_whole(listeners: list[tuple[str, int, int]]) -> None:
    async def all_listen() -> None:
        async with scene() as its:

            async def listen(sentence: str, begin: int, leave_after: int) -> None:
                await asyncio.sleep(begin * 0.07)
                heard = []
                async with aclosing(its.voice.speak(sentence, keep=True)) as pieces:
                    async for piece in pieces:
                        heard.append(piece)
                        if len(heard) == leave_after:
                            return
                assert b"".join(heard) == b"".join(spoken(sentence))

            await asyncio.gather(*(listen(*listener) for listener in listeners))
            await its.background.drain(5)
            assert sorted(its.synthesiser.spoken) == sorted({sentence for sentence, _, _ in listeners})
            assert all(kept in [b"".join(spoken(text)) for text in "가나다"] for kept in its.cache.kept.values())

    run(all_listen())


@virtual_time
async def test_what_names_a_person_is_forgotten_and_the_rest_is_not() -> None:
    named, coming = "홍길동 님, 안녕하세요.", "홍길동 님이 맞으세요?"
    async with scene() as its:
        await its.hear(named, keep=False)
        await its.hear(BYE)
        its.voice.prepare([coming])
        its.voice.forget("홍길동")
        await asyncio.sleep(5)
        for sentence in (named, coming, BYE):
            await its.hear(sentence, keep=sentence == BYE)
        assert its.sources[-3:] == ["synthesised", "synthesised", "memory"]
        its.voice.forget("")
        await its.hear(named, keep=False)
        assert its.sources[-1] == "memory"


@virtual_time
async def test_forgetting_a_sentence_does_not_silence_who_listens_to_it() -> None:
    named = "홍길동 님, 안녕하세요."
    async with scene() as its:
        listening = asyncio.create_task(its.hear(named, keep=False))
        await asyncio.sleep(0.05)
        its.voice.forget("홍길동")
        assert await listening == b"".join(spoken(named))


@virtual_time
async def test_what_is_kept_at_hand_sounds_whatever_fails_and_is_made_as_soon_as_it_can_be() -> None:
    async with scene(memory=1) as its:
        its.synthesiser.error = TextToSpeechUnavailable()
        keeping = asyncio.create_task(its.voice.keep_at_hand([HELLO]))
        await asyncio.sleep(12)
        assert its.voice.at_hand(HELLO) == b""
        its.synthesiser.error = None
        await keeping
        its.synthesiser.error = TextToSpeechUnavailable()
        assert its.voice.at_hand(HELLO) == await its.hear(HELLO) == b"".join(spoken(HELLO))
