"""Words kept as data: tables of regular expressions in TOML beside this module, one alternative a string."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

Patterns = Mapping[str, re.Pattern[str]]


def read_table(name: str) -> dict[str, Any]:
    """Returns a table as it stands in `<name>.toml`."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))


def patterns(alternatives: Mapping[str, Sequence[str]], words: Mapping[str, str] | None = None) -> Patterns:
    """Returns a pattern a name, of all its alternatives.

    Args:
        alternatives: by name, in order.
        words: what stands for `<word>` in them.
    """
    return {
        name: re.compile("|".join(_filled(part, words or {}) for part in parts)) for name, parts in alternatives.items()
    }


def _filled(alternative: str, words: Mapping[str, str]) -> str:
    return re.sub(r"<(\w+)>", lambda match: words.get(match[1], match[0]), alternative)
