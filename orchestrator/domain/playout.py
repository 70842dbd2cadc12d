"""How much of what the agent said was proven to be heard."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeardPart:
    """An agent's turn of which only a beginning was proven to be heard.

    Attributes:
        characters: how long that beginning is; 0: nothing was.
    """

    turn_number: int
    characters: int


@dataclass(frozen=True, slots=True)
class Playout:
    """How far the latest reply was played, by the telephone network's marks.

    Attributes:
        through: number of the last turn that was played to its end; 0: none was.
        parts: the reply's turns after that one.
    """

    through: int = 0
    parts: tuple[HeardPart, ...] = ()
