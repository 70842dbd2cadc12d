"""Reads the attributes of a TwiML element as Twilio does: what is wrong is warned of, and the default taken."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar
from xml.etree.ElementTree import Element

Warn = Callable[[int, str], None]
Choice = TypeVar("Choice", bound=str)
Default = TypeVar("Default")

INVALID: Final = 12200
"""Twilio's "schema validation warning"."""


class Attributes:
    """Holds an element's attributes and knows which there may be."""

    def __init__(self, element: Element, known: Sequence[str], warn: Warn) -> None:
        self._given = element.attrib
        self._verb = element.tag
        self._warn = warn
        for name in element.attrib:
            if name not in known:
                warn(INVALID, f"<{self._verb}> has no attribute {name!r}")

    def text(self, name: str, default: str | None = None) -> str | None:
        """Returns an attribute as it stands."""
        return self._given.get(name, default)

    def whole(self, name: str, default: int, least: int, most: int, code: int = INVALID) -> int:
        """Returns a whole number between `least` and `most`."""
        given = self._given.get(name)
        if given is None:
            return default
        if given.isascii() and given.isdigit() and least <= int(given) <= most:
            return int(given)
        return self._wrong(name, given, default, code)

    def flag(self, name: str, default: bool, code: int = INVALID) -> bool:
        """Returns `true` or `false`."""
        given = self._given.get(name)
        if given is None:
            return default
        if given in {"true", "false"}:
            return given == "true"
        return self._wrong(name, given, default, code)

    def choice(self, name: str, default: Choice, choices: Sequence[Choice], code: int = INVALID) -> Choice:
        """Returns one of a few words; methods may be written in lower case."""
        given = self._given.get(name)
        if given is None:
            return default
        for choice in choices:
            if given == choice or (name.lower().endswith("method") and given.upper() == choice):
                return choice
        return self._wrong(name, given, default, code)

    def keys(self, name: str, default: str, code: int = INVALID) -> str:
        """Returns keys of a telephone; none is allowed."""
        given = self._given.get(name)
        if given is None:
            return default
        return given if set(given) <= set("0123456789*#") else self._wrong(name, given, default, code)

    def wrong(self, name: str, code: int = INVALID) -> None:
        """Warns of an attribute that the caller found wrong."""
        self._wrong(name, self._given.get(name, ""), None, code)

    def _wrong(self, name: str, given: str, default: Default, code: int) -> Default:
        self._warn(code, f"<{self._verb}>: invalid {name} value {given!r}")
        return default
