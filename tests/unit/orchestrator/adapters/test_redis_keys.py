"""Where keys lie, which no later version may change."""

from dataclasses import astuple

from hypothesis import given
from hypothesis import strategies as st
from redis.crc import key_slot

from orchestrator.adapters.redis.keys import DEAD, DUE, INDEX, SCHEMA_VALUE, audio_key, consultation_keys, pause_key

ID = "5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1"


def test_the_names_that_stores_in_use_hold() -> None:
    keys = consultation_keys(ID)
    assert keys.record == f"calling:{{s51}}:record:{ID}"
    assert keys.due == "calling:{s51}:due"
    assert audio_key("token") == "calling:audio:token"
    assert pause_key("v-17") == "calling:pause:da10e79cb8a25899bbb474557931f5990a4fb4112afff380392e7239668ca4e7"
    assert SCHEMA_VALUE == b"1:64"


@given(st.text(max_size=50) | st.uuids().map(str))
def test_all_keys_of_a_consultation_lie_in_one_slot(consultation_id: str) -> None:
    keys = consultation_keys(consultation_id)
    assert len({key_slot(key.encode()) for key in astuple(keys)}) == 1
    assert keys.due in DUE
    assert (keys.index in INDEX, keys.dead in DEAD) == (True, True)


@given(st.text(max_size=50), st.text(max_size=50))
def test_no_id_reaches_the_keys_of_another(one: str, other: str) -> None:
    own = {key for key in astuple(consultation_keys(one)) if key.count(":") > 2}
    others = set(astuple(consultation_keys(other))) | {audio_key(other), *DUE, *INDEX, *DEAD}
    assert one == other or not own & others


def test_there_is_an_index_for_every_shard() -> None:
    assert len(set(DUE)) == len(set(INDEX)) == len(set(DEAD)) == 64
