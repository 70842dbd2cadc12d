"""One turn of the callee: its stretches of speech, their words, and when it is over."""

from __future__ import annotations

from orchestrator.dialogue.turn_taking.decisions import Decision, EndedBy, SpeechBegan, SpeechPaused
from orchestrator.dialogue.turn_taking.heard_words import HeardWords
from orchestrator.dialogue.turn_taking.listening import Listening
from orchestrator.dialogue.turn_taking.speech_runs import SpeechRuns

# Seconds from the last voice: so long are final words waited for, where interim ones are there, or none are.
LATEST_FINAL = 1.5
LATEST_FIRST_WORDS = 1.9
# What was said while the agent spoke ends no sooner than so many seconds after it.
_AFTER_AGENT = 0.3


class CalleeTurn:
    """Follows what the callee says until it is taken as a turn, or forgotten.

    Attributes:
        runs: the callee's voice.
        words: what was understood.
        began: when the turn began, in seconds; None: it has not.
    """

    def __init__(self) -> None:
        self.runs = SpeechRuns()
        self.words = HeardWords()
        self.began: float | None = None
        self._heard_at = 0.0
        self._too_long = False

    def frame(self, speech: bool, at: float) -> list[Decision]:
        """Takes the next 20 ms of sound."""
        if self._too_long or not self.runs.frame(speech, at):
            return []
        self._heard(self.runs.began)
        self.words.stretch_began()
        return [SpeechBegan()]

    def recognised(self, text: str, *, final: bool, at: float) -> None:
        """Takes words."""
        self.words.recognised(text, final=final)
        if self.began is None and self.words.text:
            self._heard(at)

    def paused(self, at: float) -> list[Decision]:
        """Ends a stretch whose time has come."""
        return self.stopped() if at >= self.runs.pauses_at else []

    def stopped(self) -> list[Decision]:
        """Ends a stretch, whatever its time."""
        if not self.runs.speaking:
            return []
        self.runs.pause()
        return [SpeechPaused()]

    def stopped_if_too_long(self, listening: Listening, since: float, at: float) -> list[Decision]:
        """Ends the turn of a talker who never pauses, as soon as their words are final.

        Args:
            listening: how long a turn may last.
            since: when the callee was given the floor.
            at: now.
        """
        if self.began is None or at < self._longest_until(listening, since):
            return []
        self._too_long = True
        return self.stopped()

    def ends_at(self, listening: Listening, since: float) -> float:
        """Returns when the turn is over unless something happens before.

        Args:
            listening: how the callee is listened to.
            since: when the callee was given the floor.
        """
        longest = self._longest_until(listening, since)
        if self._too_long:
            return longest if self.words.settled else longest + LATEST_FINAL
        if self.runs.speaking:
            return longest
        return min(max(self._silent_until(listening), since + _AFTER_AGENT), longest)

    def outcome(self, listening: Listening, since: float) -> tuple[str, EndedBy, float]:
        """Returns the words, why the turn is over, and the seconds of silence that it took to say so.

        Args:
            listening: how the callee was listened to.
            since: when the callee was given the floor.
        """
        text = self.words.text
        ended_by = EndedBy.TOO_LONG if self._too_long else EndedBy.SILENCE if text else EndedBy.NO_WORDS
        return text, ended_by, max(0.0, self.ends_at(listening, since) - self._last_sound)

    def forget(self) -> None:
        """Begins anew."""
        self.words.forget()
        self._too_long = False
        self.began = None

    def forget_if_older(self, at: float, seconds: float) -> None:
        """Forgets what ended longer ago than some seconds."""
        if self.began is not None and not self.runs.speaking and at - self._last_sound > seconds:
            self.forget()

    @property
    def _last_sound(self) -> float:
        return max(self.runs.last_voiced, self._heard_at)

    def _heard(self, at: float) -> None:
        self._heard_at = at
        if self.began is None:
            self.began = at

    def _silent_until(self, listening: Listening) -> float:
        text, last = self.words.text, self._last_sound
        needed = listening.silence_after(text)
        if not text:
            return last + min(needed if self.words.settled else LATEST_FIRST_WORDS, LATEST_FIRST_WORDS)
        return last + (needed if self.words.settled else max(needed, LATEST_FINAL))

    def _longest_until(self, listening: Listening, since: float) -> float:
        return max(since, self.began or since) + listening.most
