"""The option `--mode`: how the sound of simulated calls travels."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sandbox.payloads.mode import in_mode

if TYPE_CHECKING:
    from sandbox.payloads.mode import ConversationMode


class Mode(StrEnum):
    """How the sound of a call travels: recording by recording, or on a stream in real time."""

    RECORD = "record"
    STREAM = "stream"


_CONVERSATION_MODES: Final[dict[Mode, ConversationMode]] = {Mode.RECORD: "turn_by_turn", Mode.STREAM: "stream"}

ChosenMode = Annotated[
    Mode | None, typer.Option("--mode", help="How the sound travels; without it as the payload says.")
]


def ordered_in(mode: Mode | None, payload: bytes) -> bytes:
    """Returns a body of `POST /api/receive` that asks for a mode; None: it stays as it is."""
    return payload if mode is None else in_mode(payload, _CONVERSATION_MODES[mode])
