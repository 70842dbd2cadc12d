"""Institutions to test with."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from orchestrator.adapters.institution.file import load_institution
from orchestrator.dialogue.interview.institution import Institution
from orchestrator.domain.plan import StepKind

_LEFT_OUT = {
    StepKind.CONSENT,
    StepKind.BIRTH_DATE,
    StepKind.SINCE_AND_WHY,
    StepKind.URGENCY,
    StepKind.DAILY_LIFE,
    StepKind.HELP,
}


@cache
def institution() -> Institution:
    """The default one."""
    return load_institution()


@cache
def short_institution() -> Institution:
    """One with a short course: no consent, no birth date, nothing asked about a new problem."""
    full = institution()
    return replace(full, steps=tuple(step for step in full.steps if step.kind not in _LEFT_OUT))
