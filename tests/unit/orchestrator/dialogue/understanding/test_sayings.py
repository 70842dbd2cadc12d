"""What people have been known to say tells what is meant by those who say nearly the same."""

from __future__ import annotations

import numpy as np

from orchestrator.dialogue.understanding.sayings import Sayings, in_bytes, meanings

PAIRS = [("누우면 바로 잠들어요", "잘 잔다"), ("뜬눈으로 밤을 새워", "못 잔다"), ("비가 오네", "")]
SAID = np.eye(4, dtype=np.float32)[:3]
MEANT = np.eye(4, dtype=np.float32)[[3, 0, 1]]
SAYINGS = Sayings(PAIRS, "scripted", SAID, MEANT)


def test_by_letters() -> None:
    near = SAYINGS.by_words("누우면 바로 잠이 들지", ["못 잔다", "잘 잔다"])
    assert near[1] > near[0]


def test_by_vectors() -> None:
    near = SAYINGS.by_meaning(SAID[1], MEANT[:2])
    assert near[1] > near[0]


def test_what_is_forgotten_tells_nothing() -> None:
    near = SAYINGS.by_words("누우면 바로 잠들어요", ["못 잔다", "잘 잔다"], known=np.array([0.0, 0.0, 0.0]))
    assert not near.any()


def test_what_is_like_nothing_known_tells_nothing() -> None:
    assert not SAYINGS.by_words("xyz", ["못 잔다", "잘 잔다"]).any()


def test_what_others_said_beside_the_question() -> None:
    assert SAYINGS.beside_the_question(SAID[2]) > 0.9
    assert SAYINGS.beside_the_question(SAID[0]) < 0.1


def test_the_shipped_ones_are_whole() -> None:
    shipped = Sayings.shipped()
    assert shipped.encoder
    assert all(text for text, _ in shipped.pairs)
    assert len(set(shipped.pairs)) == len(shipped.pairs)
    near = shipped.by_words("머리만 대면 자", ["잘 잔다", "못 잔다"])
    assert near[0] > near[1]


def test_vectors_are_kept_a_byte_a_number() -> None:
    vectors = np.random.default_rng(0).normal(size=(5, 8)).astype(np.float32)
    kept = in_bytes(vectors)
    assert kept.dtype == np.int8
    cosines = (kept * vectors).sum(axis=1) / np.linalg.norm(kept, axis=1) / np.linalg.norm(vectors, axis=1)
    assert cosines.min() > 0.999
    assert meanings(PAIRS) == ["잘 잔다", "못 잔다", ""]
