"""What a run prints in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.chaos.laws import Law
from tests.chaos.plan import Plan
from tests.chaos.run import RunResult


def lines(plan: Plan, result: RunResult, again: str) -> Iterator[str]:
    """Yields the report, line by line.

    Args:
        plan: what was to happen.
        result: what came of it.
        again: the command that makes the same run.
    """
    violations = [each for verdict in result.verdicts for each in verdict.violations]
    counts = Counter(each.law for each in violations)
    modes = Counter(record.planned.mode for record in result.records)
    mishaps = sum(bool(call.mishap) for call in plan.calls)
    yield ""
    how = f"{modes['turn_by_turn']} turn by turn, {modes['stream']} in streams"
    yield f"seed {plan.seed}: {len(plan.calls)} calls ({how})"
    yield f"{len(plan.faults)} faults, {mishaps} calls with a mishap of their own, {result.restarts} restarts"
    yield f"settled after {result.seconds:.0f} s"
    yield ""
    for law in Law:
        yield f"  {law:<24}{counts[law]:>6}"
    concessions = sum((verdict.concessions for verdict in result.verdicts), Counter[str]())
    longest = max((verdict.longest_silence for verdict in result.verdicts), default=0.0)
    yield f"  {'longest silence (phone)':<24}{longest:>5.1f} s"
    for name, count in sorted(concessions.items()):
        yield f"  {name}: {count}"
    for each in sorted(violations, key=lambda each: (each.law, each.consultation_id)):
        yield f"{each.law}: consultation {each.consultation_id}: {each.detail}"
    if violations:
        yield f"the same run: {again}"


def plan_lines(plan: Plan) -> Iterator[str]:
    """Yields a plan in short."""
    yield f"seed {plan.seed}: {len(plan.calls)} calls and {len(plan.faults)} faults in {plan.seconds:g} s"
    for name, count in plan.counts().items():
        yield f"  {name:<32}{count:>5}"
