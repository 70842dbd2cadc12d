"""The learned layer: a linear classifier over clues, notions, pieces of words and, where there is one, the vector.

Fitted by `evaluation.fit_intents`, also to utterances without their vectors, so that it works where they are missing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from orchestrator.dialogue.understanding.asked import Asked
from orchestrator.dialogue.understanding.clues import clues, notions, pieces
from orchestrator.dialogue.utterance import Intent
from orchestrator.domain.danger import DangerKind

Numbers = NDArray[np.float32]

WEIGHTS = "intents.npz"
# Recognisers punctuate as they like; only a question mark tells something.
_PUNCTUATION = re.compile(r"[\s.,!…~]+")
# Danger is judged apart; nobody needs to learn what silence is, nor what fixed words say.
_UNLEARNED = {Intent.DANGER, Intent.NO_INPUT, Intent.MACHINE, Intent.CARRIER_NOTICE, Intent.PHONE_HANDED_ON}
INTENTS = tuple(intent for intent in Intent if intent not in _UNLEARNED)
KINDS = tuple(DangerKind)
_YES, _NO = INTENTS.index(Intent.YES), INTENTS.index(Intent.NO)


@dataclass(frozen=True, slots=True)
class Guess:
    """What the classifier makes of an utterance.

    Attributes:
        intent: the most probable one, if there is no danger.
        share: its probability, 0 to 1.
        danger: the probability of a danger, 0 to 1.
        kind: which danger it would be.
    """

    intent: Intent
    share: float
    danger: float
    kind: DangerKind


class Classifier:
    """Linear: a row of weights a feature, a column an intent, one for danger, one a kind of danger."""

    def __init__(self, encoder: str, weights: Numbers, centre: Numbers, scale: float) -> None:
        """Makes it.

        Args:
            encoder: the name of the encoder whose vectors it was fitted to.
            weights: shape (features + 1, columns); the last row is the bias.
            centre: the mean vector.
            scale: by which centred vectors are multiplied.
        """
        self.encoder = encoder
        self._weights = weights
        self._centre = centre
        self._scale = scale

    @staticmethod
    @lru_cache(maxsize=1)
    def shipped() -> Classifier:
        """Returns the one that comes with the package."""
        with files(__package__).joinpath(WEIGHTS).open("rb") as file, np.load(file) as kept:
            return Classifier(
                str(kept["encoder"]),
                kept["weights"].astype(np.float32),
                kept["centre"].astype(np.float32),
                float(kept["scale"]),
            )

    def guess(self, text: str, asked: Asked, vector: Numbers | None) -> Guess:
        """Returns what is most probable.

        Args:
            text: what was said.
            asked: what was asked.
            vector: the text's, of the encoder `encoder`; None: there is none.
        """
        values = self._values(text, asked, vector)
        odds = np.exp(values[: len(INTENTS)] - values[: len(INTENTS)].max())
        best = int(odds.argmax())
        danger = float(1 / (1 + np.exp(-values[len(INTENTS)])))
        kind = KINDS[int(values[len(INTENTS) + 1 :].argmax())]
        return Guess(INTENTS[best], float(odds[best] / odds.sum()), danger, kind)

    def leaning(self, text: str, asked: Asked, vector: Numbers | None) -> float:
        """Returns how much more probable yes is than no, -1 to 1; arguments as above."""
        values = self._values(text, asked, vector)[: len(INTENTS)]
        odds = np.exp(values - values.max())
        return float((odds[_YES] - odds[_NO]) / odds.sum())

    def _values(self, text: str, asked: Asked, vector: Numbers | None) -> Numbers:
        meaning = np.zeros_like(self._centre) if vector is None else (vector - self._centre) * self._scale
        values: Numbers = features(text, asked, meaning) @ self._weights
        return values


def features(text: str, asked: Asked, meaning: Numbers) -> Numbers:
    """Returns an utterance as one row: clues, notions, pieces, meaning, and a one for the bias."""
    plain = _PUNCTUATION.sub(" ", text)
    return np.concatenate([clues(plain, asked), notions(plain), pieces(plain), meaning, np.ones(1, np.float32)])
