"""Decoded turns are only given for the bytes they were decoded from."""

from dataclasses import replace

from orchestrator.adapters import redis_codec as codec
from orchestrator.adapters.redis_turn_cache import TurnCache
from tests.fakes.consultations import consultation, turn

RECORD = codec.CONSULTATION.encode(consultation("1"))
RAW = [codec.TURN.encode(turn(number)) for number in (1, 2, 3)]


def test_the_same_bytes_are_decoded_once() -> None:
    cache = TurnCache()
    record, turns = cache.decode("1", RECORD, RAW, after=0)
    assert turns == (turn(1), turn(2), turn(3))
    again, part = cache.decode("1", bytes(RECORD), RAW[1:], after=1)
    assert again is record
    assert [one is other for one, other in zip(part, turns[1:], strict=True)] == [True, True]


def test_other_bytes_under_the_same_number_are_other_turns() -> None:
    cache = TurnCache()
    cache.decode("1", RECORD, RAW, after=0)
    changed = replace(consultation("1"), version=9)
    other = turn(2, "다른 말")
    found = cache.decode("1", codec.CONSULTATION.encode(changed), [RAW[0], codec.TURN.encode(other)], after=0)
    assert found == (changed, (turn(1), other))


def test_what_is_forgotten_is_gone() -> None:
    cache = TurnCache()
    record, _ = cache.decode("1", RECORD, RAW, after=0)
    cache.forget("1")
    cache.forget("unknown")
    assert cache.decode("1", RECORD, RAW, after=0)[0] is not record


def test_it_does_not_grow_without_bound() -> None:
    cache = TurnCache(consultations=2)
    first, _ = cache.decode("1", RECORD, RAW, after=0)
    cache.decode("2", RECORD, RAW, after=0)
    assert cache.decode("1", RECORD, RAW, after=0)[0] is first  # used last
    second, _ = cache.decode("2", RECORD, RAW, after=0)
    cache.decode("3", RECORD, RAW, after=0)
    assert cache.decode("2", RECORD, RAW, after=0)[0] is second
    assert cache.decode("1", RECORD, RAW, after=0)[0] is not first
    assert len(cache._decoded) == 2
