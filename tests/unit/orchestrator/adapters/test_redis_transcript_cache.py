"""Transcripts are decoded once, and only where they changed."""

from dataclasses import replace

from orchestrator.adapters.redis import codec
from orchestrator.adapters.redis.transcript_cache import TranscriptCache
from tests.fakes.consultations import consultation, turn

RECORD = codec.CONSULTATION.encode(consultation("1"))
RAW = [codec.TURN.encode(turn(number)) for number in (1, 2, 3)]
ALL = (0, 1000)


def test_what_was_put_is_there_until_it_is_forgotten() -> None:
    cache = TranscriptCache()
    assert cache.get("1", ALL) is None
    put = cache.put("1", ALL, b"stamp", RECORD, RAW)
    assert (put.stamp, put.consultation, put.turns) == (b"stamp", consultation("1"), (turn(1), turn(2), turn(3)))
    assert cache.get("1", ALL) is put
    assert cache.get("1", (1, 1000)) is None
    assert cache.get("2", ALL) is None
    cache.forget("1")
    cache.forget("unknown")
    assert cache.get("1", ALL) is None


def test_only_new_turns_are_decoded() -> None:
    cache = TranscriptCache()
    before = cache.put("1", ALL, b"1", RECORD, RAW[:2])
    after = cache.put("1", ALL, b"2", codec.CONSULTATION.encode(replace(consultation("1"), version=9)), RAW)
    assert after.consultation.version == 9
    assert after.turns == (turn(1), turn(2), turn(3))
    assert [after.turns[index] is before.turns[index] for index in range(2)] == [True, True]


def test_other_bytes_in_the_same_place_are_other_turns() -> None:
    cache = TranscriptCache()
    cache.put("1", ALL, b"1", RECORD, RAW)
    other = turn(2, "다른 말")
    assert cache.put("1", ALL, b"2", RECORD, [RAW[0], codec.TURN.encode(other)]).turns == (turn(1), other)
    assert cache.put("1", ALL, b"3", RECORD, []).turns == ()


def test_it_does_not_grow_without_bound() -> None:
    cache = TranscriptCache(consultations=2)
    for consultation_id in ("1", "2", "1", "3"):
        cache.put(consultation_id, ALL, b"1", RECORD, RAW)
    assert [cache.get(consultation_id, ALL) is not None for consultation_id in ("1", "2", "3")] == [True, False, True]
