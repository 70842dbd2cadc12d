"""How well what callees ask is found among the stored questions, and told from what is not stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.lines import FaqLine, Numbered, Stored
from evaluation.public_sets import Lookup
from evaluation.scores import area_under_curve, ratio
from orchestrator.dialogue.answering.stored_questions import StoredQuestions
from orchestrator.domain.question import FrequentQuestion


@dataclass(frozen=True, slots=True)
class Answered:
    """What would be answered from store in a call.

    Attributes:
        threshold: the score from which on a stored question is answered.
        precision: of the lines that would be answered, how many with the right answer.
        recall: of the lines that have a stored answer, how many would get it.
    """

    threshold: float
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A line, the stored question it is labelled with, and the one that was found."""

    line: int
    group: str
    text: str
    expected: int | None
    got: int | None
    score: float
    answered: bool


@dataclass(frozen=True, slots=True)
class FaqReport:
    """What came of a set.

    Attributes:
        accuracy_at_1: of the lines that have a stored answer, for how many it is the nearest one.
        out_of_scope_auc: how likely a line that has one scores above a line that has none.
        in_scope: how many have one.
        errors: lines whose nearest stored question is another one, or that would be answered and must not be.
    """

    accuracy_at_1: float | None
    out_of_scope_auc: float | None
    n: int
    in_scope: int
    answered: Answered
    errors: list[Retrieved]


async def evaluate_faq(
    stored: Stored, lines: Sequence[Numbered[FaqLine]], stored_questions: StoredQuestions
) -> FaqReport:
    """Looks every line up as in a call, and compares with its label."""
    groups = {name: tuple(FrequentQuestion(entry.q, entry.a) for entry in group) for name, group in stored.items()}
    found = []
    for line in lines:
        lookup = Lookup(groups[line.entry.group], line.entry.text, line.entry.label)
        found.append(await _retrieved(lookup, line.number, line.entry.group, stored_questions))
    return _report(found, stored_questions.threshold)


async def evaluate_lookups(lookups: Sequence[Lookup], stored_questions: StoredQuestions) -> FaqReport:
    """Looks up what a public set asks; there, lines count the lookups."""
    found = [await _retrieved(lookup, n, "", stored_questions) for n, lookup in enumerate(lookups, start=1)]
    return _report(found, stored_questions.threshold)


async def _retrieved(lookup: Lookup, line: int, group: str, stored_questions: StoredQuestions) -> Retrieved:
    found = await stored_questions.best(lookup.stored, lookup.text)
    got, score = (found.index, round(found.score, 4)) if found else (None, 0.0)
    answered = found is not None and found.alike
    return Retrieved(line, group, lookup.text, lookup.label, got, score, answered)


def _report(found: Sequence[Retrieved], threshold: float) -> FaqReport:
    in_scope = [each for each in found if each.expected is not None]
    outside = [each for each in found if each.expected is None]
    right = [each for each in in_scope if each.got == each.expected]
    answered = [each for each in found if each.answered]
    answered_right = sum(each.answered for each in right)
    return FaqReport(
        accuracy_at_1=ratio(len(right), [len(in_scope)]),
        out_of_scope_auc=area_under_curve([each.score for each in in_scope], [each.score for each in outside]),
        n=len(found),
        in_scope=len(in_scope),
        answered=Answered(threshold, ratio(answered_right, [len(answered)]), ratio(answered_right, [len(in_scope)])),
        errors=[each for each in in_scope if each.got != each.expected] + [each for each in outside if each.answered],
    )
