"""Which expected answers lean the same way as what was said, where yes or no was asked.

"네 많이 외로워요" and "자주 있다" do, though they share no word. Read by the rules and the learned layer that tell yes
from no everywhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from orchestrator.dialogue.understanding.asked import Asked, asked_in
from orchestrator.dialogue.understanding.learned import Classifier, Numbers
from orchestrator.dialogue.understanding.rules import implied, rule_intent
from orchestrator.dialogue.utterance import Intent

Column = NDArray[np.float64]

_RULED = {Intent.YES: 1.0, Intent.NO: -1.0}
# A sentence leans less than this to both sides: it says neither.
_LEANS = 0.3
_SAME = 0.1
# Of two expected answers the one that is less sure is the other's opposite, though not surely.
_OTHER_SIDE = 0.6


def leanings(said: str, question: str, expected: Sequence[str], vector: Numbers | None) -> dict[str, Column]:
    """Returns how far each expected answer leans the same way, which few of them do, and which lean the other way.

    Args:
        said: what the callee said, without what they took back.
        question: what was asked.
        expected: the expected answers, at least one.
        vector: of `said`, by the encoder that the learned layer was fitted to; None: there is none.
    """
    asked = asked_in(question)
    if not asked.yes_no:
        return dict.fromkeys(("leans_alike", "alone_leans_alike", "leans_against"), np.zeros(len(expected)))
    own = _leaning(said, asked, vector)
    alike = own * _sides(question, expected)
    same = alike > _SAME
    return {
        "leans_alike": alike,
        "alone_leans_alike": same * max(abs(own) - _LEANS, 0.0) / max(int(same.sum()), 1),
        "leans_against": np.minimum(np.rint(alike), 0.0),
    }


def _sides(question: str, expected: Sequence[str]) -> Column:
    sides = np.array([_of_words(answer, question) for answer in expected])
    sides[np.abs(sides) <= _LEANS] = 0.0
    surest = np.abs(sides) == np.abs(sides).max()
    if len(expected) == 2 and surest.sum() == 1 and sides.prod() >= 0:
        return np.where(surest, sides, -_OTHER_SIDE * sides[surest])
    return sides


@lru_cache(maxsize=4096)
def _of_words(sentence: str, question: str) -> float:
    return _leaning(sentence, asked_in(question), None)


def _leaning(sentence: str, asked: Asked, vector: Numbers | None) -> float:
    """Returns 1 for a sentence that says yes, -1 for one that says no, and what is likely in between."""
    ruled = implied(sentence, asked) or rule_intent(sentence, asked)
    return _RULED[ruled] if ruled in _RULED else Classifier.shipped().leaning(sentence, asked, vector)
