"""What each feature of `question_likeness` speaks for, fitted by `evaluation.fit_stored_questions`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights with, or without, an encoder.

    Attributes:
        rank: which stored question is asked.
        scope: whether one is asked at all, as log odds.
        alike: from which probability, and clearness, on it is answered.
        certain: likewise, without saying which question is answered.
    """

    rank: Mapping[str, float]
    scope: Mapping[str, float]
    alike: tuple[float, float]
    certain: tuple[float, float]


LEXICAL = Weights(
    rank={"letters": 25.15, "asked": 5.65, "answered": 0.68},
    scope={"some": -0.67, "asks": 0.41, "clear": 0.28, "asked": 2.56, "letters": 6.21},
    # Of the labelled set, whose words do not overlap, 0.72 of what is answered is right; of what is certain 0.84.
    alike=(0.75, 0.5),
    certain=(0.85, 0.85),
)

SEMANTIC = Weights(
    rank={"letters": 10.41, "asked": 6.03, "answered": 0.69, "meaning": 0.0, "with_answer": 10.73},
    scope={
        "some": -2.61,
        "asks": 0.60,
        "clear": 0.02,
        "asked": 2.21,
        "letters": 0.0,
        "nearest": 1.27,
        "near": 0.51,
        "meaning": 0.0,
    },
    # Likewise: 0.70, and 0.86.
    alike=(0.6, 0.5),
    certain=(0.7, 0.85),
)
