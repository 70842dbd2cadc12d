"""Which of the expected answers an answer matches."""

from __future__ import annotations

from orchestrator.dialogue.understanding.similarity import Match, SentenceIndex
from orchestrator.dialogue.understanding.spoken_form import compact, negated, polarity
from orchestrator.dialogue.utterance import Intent
from orchestrator.domain.question import ExpectedAnswer

# Under this likeness an answer matches nothing that was expected.
THRESHOLD = 0.25
# What is denied is not what is affirmed ("잘 못 먹어요", "잘 먹어요"), unless it is said almost in the same words.
OPPOSITE_THRESHOLD = 0.8
# A bare yes or no matches the only expected answer that says the same.
POLARITY_SCORE = 0.9


def match_expected(text: str, expected: tuple[ExpectedAnswer, ...]) -> Match | None:
    """Returns the expected answer that `text` matches, or None."""
    if not expected:
        return None
    index = SentenceIndex([answer.text for answer in expected])
    denied = negated(compact(text))
    alike = {place for place, answer in enumerate(expected) if negated(compact(answer.text)) is denied}
    for among, threshold in ((alike, THRESHOLD), (None, OPPOSITE_THRESHOLD)):
        best = index.best(text, among=among)
        if best is not None and best.score >= threshold:
            return best
    return _by_polarity(text, expected)


def _by_polarity(text: str, expected: tuple[ExpectedAnswer, ...]) -> Match | None:
    said = polarity(compact(text))
    if said not in {Intent.YES, Intent.NO}:
        return None
    same = [index for index, answer in enumerate(expected) if polarity(compact(answer.text)) is said]
    return Match(same[0], POLARITY_SCORE) if len(same) == 1 else None
