"""The figures that reports are made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.scores import Confusion, Confusions, Score, Share, area_under_curve

LABELS = ["yes", "no", "danger"]
pairs = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)))


def test_recall_and_precision() -> None:
    confusions = Confusions([("danger", "danger"), ("danger", "no"), ("no", "danger"), ("no", "no"), ("yes", "danger")])
    assert confusions.score("danger") == Score(recall=0.5, precision=0.3333, n=2)
    assert confusions.score("yes") == Score(recall=0.0, precision=None, n=1)
    assert confusions.score("abuse") == Score(recall=None, precision=None, n=0)
    assert confusions.share() == Share(0.4, 5)
    assert confusions.share({"yes", "no"}) == Share(0.3333, 3)


def test_the_most_frequent_confusion_comes_first() -> None:
    confusions = Confusions([("yes", "no"), ("no", "yes"), ("no", "yes"), ("no", "no")])
    assert confusions.pairs() == [Confusion("no", "yes", 2), Confusion("yes", "no", 1)]


@given(pairs)
def test_what_is_not_right_is_confused(each: list[tuple[str, str]]) -> None:
    confusions = Confusions(each)
    wrong = sum(confusion.n for confusion in confusions.pairs())
    assert confusions.share().n == len(each)
    assert sum(confusions.score(label).n for label in LABELS) == len(each)
    if each:
        assert confusions.share().accuracy == pytest.approx(1 - wrong / len(each), abs=1e-4)


@pytest.mark.parametrize(
    ("positives", "negatives", "area"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1.0),
        ([0.1], [0.9], 0.0),
        ([0.5], [0.5], 0.5),
        ([0.9, 0.1], [0.5], 0.5),
        ([], [0.5], None),
    ],
)
def test_area_under_curve(positives: list[float], negatives: list[float], area: float | None) -> None:
    assert area_under_curve(positives, negatives) == area
