"""What came of the checks of the command `doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Grade = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """What came of one check; nothing in it is a secret."""

    subject: str
    grade: Grade
    text: str
