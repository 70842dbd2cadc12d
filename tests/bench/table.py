"""Prints what was measured, as one table."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table


def percentile(values: Sequence[float], share: float) -> float:
    """Returns the value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints a table, and what machine it is from."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    table = Table(*columns, title=f"{title} ({machine})")
    for row in rows:
        table.add_row(*row)
    Console(width=120).print(table)
