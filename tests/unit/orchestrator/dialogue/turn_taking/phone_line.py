"""A callee's line for tests: sound and words at their times, and what was decided when."""

from __future__ import annotations

from typing import TypeVar

from orchestrator.dialogue.turn_taking.decisions import Decision, EndedBy, SpeechBegan, SpeechPaused, TurnEnded
from orchestrator.dialogue.turn_taking.expected import Expected
from orchestrator.dialogue.turn_taking.turn_taking import TurnTaking

FRAME = 0.02
Kind = TypeVar("Kind")


class PhoneLine:
    def __init__(self) -> None:
        self.now = 100.0
        self.floor = TurnTaking(at=self.now)
        self.decided: list[tuple[float, Decision]] = []

    def ask(self, expected: Expected = Expected.OPEN, *, text: str = "식사는 하셨어요?", **listening) -> None:
        self.floor.listen(expected, **listening)
        self.agent(text)
        self.stop()

    def agent(self, text: str, *, uninterruptible: bool = False) -> None:
        self.floor.agent_started(text, uninterruptible, at=self.now)

    def stop(self) -> None:
        self.take(self.floor.agent_stopped(at=self.now))

    def voice(self, seconds: float) -> None:
        self._sound(seconds, speech=True)

    def silence(self, seconds: float) -> None:
        self._sound(seconds, speech=False)

    def interim(self, text: str) -> None:
        self.take(self.floor.recognised(text, False, at=self.now))

    def final(self, text: str) -> None:
        self.take(self.floor.recognised(text, True, at=self.now))

    def failed(self) -> None:
        self.take(self.floor.recognition_failed(at=self.now))

    def key(self, digit: str) -> None:
        self.take(self.floor.key(digit, at=self.now))

    def says(self, text: str, *, seconds: float = 0.8, after: float = 0.3) -> None:
        """Speaks; the final words come so long after the voice."""
        self.voice(seconds)
        self.silence(after)
        self.final(text)

    def without_frames(self, seconds: float) -> None:
        end = self.now + seconds
        while (deadline := self.floor.deadline) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            self.take(self.floor.tick(at=self.now))
        self.now = end

    def take(self, decisions: list[Decision]) -> None:
        self.decided += [(self.now, decision) for decision in decisions]

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [decision for _, decision in self.decided if isinstance(decision, kind)]

    def at(self, kind: type[Kind]) -> float:
        return next(at for at, decision in self.decided if isinstance(decision, kind))

    @property
    def outcomes(self) -> list[Decision]:
        return [decision for _, decision in self.decided if not isinstance(decision, (SpeechBegan, SpeechPaused))]

    @property
    def turns(self) -> list[tuple[str, EndedBy]]:
        return [(turn.text, turn.ended_by) for turn in self.of(TurnEnded)]

    @property
    def texts(self) -> list[str]:
        return [text for text, _ in self.turns]

    def _sound(self, seconds: float, *, speech: bool) -> None:
        for _ in range(round(seconds / FRAME)):
            self.now += FRAME
            self.take(self.floor.frame(speech, at=self.now))
