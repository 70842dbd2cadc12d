"""How well what is said is understood: intents, kinds of danger, numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.lines import LABELS, IntentLine, Numbered
from evaluation.scores import Confusion, Confusions, Score, Share
from orchestrator.dialogue.understanding.understand import Understanding
from orchestrator.dialogue.utterance import Intent, Understood, Utterance
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.plan import Step, StepKind
from orchestrator.domain.turn import Source

# What no sense was made of, and what no person says, has one label.
_NONSENSE = {Intent.NO_MATCH, Intent.NO_INPUT, Intent.MACHINE}
_NO_DANGER = "none"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What was expected, or came, for one utterance."""

    intent: str
    danger_kind: str | None
    number: int | None


@dataclass(frozen=True, slots=True)
class IntentError:
    """A line that was understood otherwise than it is labelled."""

    line: int
    context: str
    text: str
    expected: Meaning
    got: Meaning


@dataclass(frozen=True, slots=True)
class IntentsReport:
    """What came of a set.

    Attributes:
        accuracy: how many intents are right.
        intents: each label that stands in the set or came.
        danger_kinds: among all lines; one that has no danger has no kind.
        yes_no: how many of the lines that say yes or no got just that.
        numbers: how many of the numbers that stand in the set were read.
    """

    accuracy: float | None
    n: int
    intents: dict[str, Score]
    danger_kinds: dict[str, Score]
    yes_no: Share
    numbers: Share
    confusions: list[Confusion]
    errors: list[IntentError]


async def evaluate_intents(lines: Sequence[Numbered[IntentLine]], understanding: Understanding) -> IntentsReport:
    """Understands every line as in a call, and compares with its label."""
    pairs = [(line, _expected(line.entry), await _got(line.entry, understanding)) for line in lines]
    intents = Confusions((expected.intent, got.intent) for _, expected, got in pairs)
    kinds = Confusions(
        (expected.danger_kind or _NO_DANGER, got.danger_kind or _NO_DANGER) for _, expected, got in pairs
    )
    numbers = [(str(expected.number), str(got.number)) for _, expected, got in pairs if expected.number is not None]
    seen = {meaning.intent for _, expected, got in pairs for meaning in (expected, got)}
    dangers = {meaning.danger_kind for _, expected, got in pairs for meaning in (expected, got)}
    return IntentsReport(
        accuracy=intents.share().accuracy,
        n=len(pairs),
        intents={label: intents.score(label) for label in LABELS if label in seen},
        danger_kinds={kind.value: kinds.score(kind.value) for kind in DangerKind if kind.value in dangers},
        yes_no=intents.share({"yes", "no"}),
        numbers=Confusions(numbers).share(),
        confusions=intents.pairs(),
        errors=[
            IntentError(line.number, line.entry.context, line.entry.text, expected, got)
            for line, expected, got in pairs
            if _differs(expected, got)
        ],
    )


async def _got(line: IntentLine, understanding: Understanding) -> Meaning:
    source = Source.SPEECH if line.text.strip() else Source.UNINTELLIGIBLE
    return _meaning(await understanding.understand(Utterance(line.text, source), _step(line.context)))


def _step(context: str) -> Step:
    """Returns the agent's words as an open step: what they ask is read off their form, as of a question in a call."""
    return Step(StepKind.QUESTION, "context", context, (context,))


def _meaning(understood: Understood) -> Meaning:
    intent = "nonsense" if understood.intent in _NONSENSE else understood.intent.value
    return Meaning(intent, understood.danger.value if understood.danger else None, understood.number)


def _expected(line: IntentLine) -> Meaning:
    kind = line.label.danger_kind
    return Meaning(line.label.intent, kind.value if kind else None, line.label.number)


def _differs(expected: Meaning, got: Meaning) -> bool:
    """Whether the intent is another one, or a kind or a number that is labelled."""
    return (
        expected.intent != got.intent
        or (expected.danger_kind is not None and expected.danger_kind != got.danger_kind)
        or (expected.number is not None and expected.number != got.number)
    )
