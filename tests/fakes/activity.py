"""Silence and sound as a test wants them."""

from __future__ import annotations


class ScriptedActivity:
    """Finds every recording as loud as it is told.

    Attributes:
        seconds: how long the next recordings are loud.
        beeps: whether they beep.
    """

    def __init__(self, seconds: float = 1.0) -> None:
        self.seconds = seconds
        self.beeps = False

    def loud_seconds(self, recording: bytes) -> float:
        return self.seconds

    def has_beep(self, recording: bytes) -> bool:
        return self.beeps
