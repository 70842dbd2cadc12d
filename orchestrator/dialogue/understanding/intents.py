"""What an utterance means, whatever step is open: fixed rules first, then the learned layer.

The rules decide what must never fail, and know their exceptions; the classifier decides the rest. A danger is what
either finds, unless a rule knows it for an idiom, a denial or somebody else's story.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.dialogue.understanding.asked import Asked
from orchestrator.dialogue.understanding.clues import suspicious
from orchestrator.dialogue.understanding.danger import looks_alike, read_danger
from orchestrator.dialogue.understanding.learned import Classifier, Guess, Numbers
from orchestrator.dialogue.understanding.rules import implied, rule_intent
from orchestrator.dialogue.understanding.sentences import Sentences
from orchestrator.dialogue.utterance import Intent
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.turn import Layer


@dataclass(frozen=True, slots=True)
class DangerThresholds:
    """From which probability on the learned layer's danger is one.

    Chosen on cross-validated probabilities of the tuning sets, with the floor and the rules around them: recall before
    precision, as long as nine alarms of ten are true.

    Attributes:
        plain: where nothing speaks against it.
        unnamed: where no word names anything dangerous.
        doubtful: where a rule has taken its sign back, or is certain of something else.
        look_alike: where a rule knows that it only sounds like danger.
    """

    plain: float
    unnamed: float
    doubtful: float
    look_alike: float

    def of(self, *, doubtful: bool, named: bool, look_alike: bool) -> float:
        """Returns the one that counts."""
        if look_alike:
            return self.look_alike
        if doubtful:
            return self.doubtful
        return self.plain if named else self.unnamed


WITH_VECTORS = DangerThresholds(plain=0.3, unnamed=0.3, doubtful=0.6, look_alike=0.97)
WITHOUT_VECTORS = DangerThresholds(plain=0.5, unnamed=0.9, doubtful=0.9, look_alike=0.99)
# What no person says sounds like a danger only to a layer that has never learned it.
_NOBODYS = {Intent.MACHINE, Intent.CARRIER_NOTICE}
# What an answer that says yes or no of the question's predicate corrects: the rest of the learned layer's readings are
# wishes, and hold where they are likely.
_POLAR = {None, Intent.YES, Intent.NO, Intent.QUESTION}
_OVERRULED = {Intent.YES, Intent.NO, Intent.ANSWER, Intent.NO_MATCH, Intent.BACKCHANNEL}
_UNSURE = 0.6
_TIMEOUT = 0.8  # seconds; the callee waits


@dataclass(frozen=True, slots=True)
class Reading:
    """The meaning of an utterance by its words.

    Attributes:
        confidence: 0 to 1.
        certain: fixed rules decided, with no doubt left.
        danger: which, for `Intent.DANGER`.
    """

    intent: Intent
    confidence: float
    layer: Layer
    certain: bool = False
    danger: DangerKind | None = None


class IntentReader:
    """Reads what utterances mean."""

    def __init__(self, sentences: Sentences | None, classifier: Classifier | None = None) -> None:
        """Makes it.

        Args:
            sentences: None: there is no encoder.
            classifier: None: the one that comes with the package.
        """
        self._sentences = sentences
        self._classifier = classifier or Classifier.shipped()

    async def read(self, text: str, asked: Asked) -> Reading:
        """Returns what an utterance, not empty, means after what was asked."""
        floor = read_danger(text)
        if floor.kind is not None:
            return Reading(Intent.DANGER, 1.0, Layer.RULES, certain=True, danger=floor.kind)
        guess, thresholds = await self._guess(text, asked)
        ruled = rule_intent(text, asked)
        if ruled in _NOBODYS:
            return Reading(ruled, 1.0, Layer.RULES, certain=True)
        named = suspicious(text)
        answered = implied(text, asked) if ruled in _POLAR else None
        doubtful = floor.taken_back or ruled is not None or (answered is not None and not named)
        if guess.danger >= thresholds.of(doubtful=doubtful, named=named, look_alike=looks_alike(text)):
            return Reading(Intent.DANGER, guess.danger, Layer.LIKENESS, danger=guess.kind)
        if answered is not None and (ruled is not None or guess.intent in _OVERRULED or guess.share < _UNSURE):
            return Reading(answered, 1.0, Layer.RULES, certain=True)
        if ruled is not None:
            return Reading(ruled, 1.0, Layer.RULES, certain=True)
        return Reading(guess.intent, guess.share, Layer.LIKENESS)

    async def _guess(self, text: str, asked: Asked) -> tuple[Guess, DangerThresholds]:
        vector = await self._vector(text)
        return self._classifier.guess(text, asked, vector), WITHOUT_VECTORS if vector is None else WITH_VECTORS

    async def _vector(self, text: str) -> Numbers | None:
        if self._sentences is None or self._sentences.name != self._classifier.encoder:
            return None
        vectors = await self._sentences.vectors([text], timeout=_TIMEOUT)
        return None if vectors is None else vectors[0]
