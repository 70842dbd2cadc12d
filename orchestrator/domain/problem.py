"""A person's difficulties."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.domain.codes import ResponseType


@dataclass(frozen=True, slots=True)
class Problem:
    """A difficulty of the person: a risk or a desire.

    Attributes:
        type: RISK or DESIRE.
        codes: indices in that table, from 1.
        content: what it is, in Korean.
    """

    type: ResponseType
    codes: tuple[int, ...]
    content: str
