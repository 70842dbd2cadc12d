"""Dangers that a person may be in."""

from __future__ import annotations

from enum import StrEnum


class DangerKind(StrEnum):
    """Which danger. The words and numbers for each stand in the institution's file."""

    SELF_HARM = "self_harm"
    VIOLENCE = "violence"
    COLLAPSE = "collapse"
    BREATHING = "breathing"
    STARVATION_COLD = "starvation_cold"
    FIRE = "fire"
