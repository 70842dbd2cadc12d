"""The state machine of one live call: who has the floor, and which timer runs.

It is told what happens, each with its time in seconds on any clock that does not go back, and answers with decisions.
As long as the call lasts one timer runs at least: `deadline` says when to `tick`.
"""

from __future__ import annotations

from enum import Enum, auto

from orchestrator.dialogue.turn_taking.callee_turn import CalleeTurn
from orchestrator.dialogue.turn_taking.decisions import (
    Decision,
    FloorFree,
    Hold,
    Interrupt,
    KeysEntered,
    NoInput,
    Resume,
    TurnEnded,
)
from orchestrator.dialogue.turn_taking.expected import Expected
from orchestrator.dialogue.turn_taking.holding import WORDS_AFTER_SOUND, Holding
from orchestrator.dialogue.turn_taking.interruption import Reaction, is_echo, is_harmless
from orchestrator.dialogue.turn_taking.listening import Listening

# Seconds without news after which whoever runs the call is reminded that it is the agent's turn.
REMINDER = 10.0
LONGEST_SENTENCE = 60.0
# What a callee says so shortly before the agent has ended, in seconds, answers it.
_OVERLAPPING_ANSWER = 0.7
# Where a question must be heard out, an answer from before its end goes on for so many seconds after it.
_GOES_ON = 0.3
# Seconds between two keys, until as many as are waited for were pressed; and from then on, when more belong to them
# (a birth date of eight digits instead of six) and must not answer the next question.
KEY_PAUSE = 4.0
MORE_KEYS = 1.0


class _Floor(Enum):
    NOBODY = auto()  # the agent thinks
    AGENT = auto()
    HELD = auto()  # the agent spoke, and may go on
    CALLEE = auto()
    OVER = auto()


class TurnTaking:
    """Decides who speaks in one call. Every method takes the time of what happened as `at`."""

    def __init__(self, *, at: float) -> None:
        self._now = at
        self._floor = _Floor.NOBODY
        self._since = at  # the floor is as it is, or news came from the agent
        self._listening = Listening()
        self._turn = CalleeTurn()
        self._saying: tuple[str, str] = ("", "")
        self._uninterruptible = False
        self._holding = Holding()
        self._digits = ""
        self._last_key = at

    @property
    def callee_speaks(self) -> bool:
        """Whether the callee has begun a turn whose end was not decided yet."""
        return self._floor is not _Floor.OVER and (self._turn.began is not None or self._digits != "")

    @property
    def words(self) -> str:
        """The words of the callee's turn so far."""
        return self._turn.words.text

    @property
    def deadline(self) -> float | None:
        """When to `tick` at the latest; None: the call is over."""
        if self._floor is _Floor.OVER:
            return None
        times = [self._floor_deadline()]
        if self._turn.runs.speaking:
            times.append(self._turn.runs.pauses_at)
        return max(self._now, min(times))

    # What happens.

    def listen(
        self,
        expected: Expected,
        *,
        silence_timeout: float = 5.0,
        most: float = 60.0,
        patience: float = 1.0,
        keys: int = 0,
        heard_out: bool = False,
    ) -> None:
        """Sets how the callee is listened to once the agent has ended; from now on, if it has.

        Args:
            expected: what kind of answer is waited for.
            silence_timeout: seconds without an answer that end the wait; no turn outlasts such a silence either.
            most: seconds that a turn may last.
            patience: how much longer than others this callee is waited for.
            keys: how many keys are waited for, "#" or a pause end them too; 0: any key is an answer.
            heard_out: "네" to what was not heard to its end is no answer, unless it goes on after it.
        """
        self._listening = Listening(expected, silence_timeout, most, patience, keys, heard_out)

    def agent_started(self, text: str, uninterruptible: bool, *, at: float) -> None:
        """The agent begins to say something: a sentence, or more; or goes on with the next."""
        self._pass(at)
        if self._floor is _Floor.OVER:
            return
        if self._floor is _Floor.HELD:
            self._holding.agent_goes_on(self._turn)
        self._saying = (self._saying[1], text)
        self._uninterruptible = uninterruptible
        self._enter(_Floor.AGENT)

    def agent_stopped(self, *, at: float) -> list[Decision]:
        """Everything the agent had to say was played: the floor is the callee's."""
        self._pass(at)
        if self._floor is _Floor.OVER:
            return []
        if self._floor in {_Floor.AGENT, _Floor.HELD} and not self._turn.runs.speaking and not self._counts():
            self._turn.forget()
        self._holding.forget()
        self._enter(_Floor.CALLEE)
        return [*self._keys_done(), *self._due()]

    def frame(self, speech: bool, *, at: float) -> list[Decision]:
        """The next 20 ms of the callee's audio came, with or without speech."""
        self._pass(at)
        if self._floor is _Floor.OVER:
            return []
        if self._floor is _Floor.AGENT and is_harmless(self._turn.words.text, self._said):
            self._turn.forget_if_older(self._now, WORDS_AFTER_SOUND)
        return [*self._turn.frame(speech, self._now), *self._due()]

    def recognised(self, text: str, final: bool, *, at: float) -> list[Decision]:
        """Words came from the recogniser; final ones end what it says of the oldest stretch of speech."""
        self._pass(at)
        if self._floor is _Floor.OVER:
            return []
        late = self._turn.began is None and is_harmless(text, self._said)
        self._turn.recognised("" if late else text, final=final, at=self._now)
        return self._due()

    def recognition_failed(self, *, at: float) -> list[Decision]:
        """The oldest stretch of speech will have no final words: the recogniser failed, or ended without any."""
        self._pass(at)
        self._turn.words.failed()
        return self._due()

    def key(self, digit: str, *, at: float) -> list[Decision]:
        """The callee pressed a key."""
        self._pass(at)
        if self._floor is _Floor.OVER:
            return []
        self._digits += digit
        self._last_key = self._now
        if self._floor is _Floor.AGENT and self._uninterruptible:
            return []
        decisions: list[Decision] = []
        if self._floor in {_Floor.AGENT, _Floor.HELD}:
            decisions.append(self._interrupted())
        return [*decisions, *self._keys_done()]

    def tick(self, *, at: float) -> list[Decision]:
        """Time has passed."""
        self._pass(at)
        return self._due()

    def end(self) -> None:
        """The call is over: nothing is decided any more."""
        self._floor = _Floor.OVER

    # What follows.

    def _pass(self, at: float) -> None:
        self._now = max(self._now, at)

    @property
    def _said(self) -> str:
        return " ".join(self._saying)

    def _enter(self, floor: _Floor) -> None:
        self._floor, self._since = floor, self._now

    def _due(self) -> list[Decision]:
        if self._floor is _Floor.OVER:
            return []
        decisions = self._turn.paused(self._now)
        match self._floor:
            case _Floor.AGENT:
                return [*decisions, *self._while_agent_speaks()]
            case _Floor.HELD:
                return [*decisions, *self._while_held()]
            case _:
                return [*decisions, *self._while_callee_may_speak()]

    def _floor_deadline(self) -> float:
        if self._floor is _Floor.AGENT:
            return self._now if self._reaction() is not Reaction.GO_ON else self._since + LONGEST_SENTENCE
        if self._floor is _Floor.HELD:
            return self._hold_ends_at()
        if self._digits:
            return self._last_key + (MORE_KEYS if len(self._digits) >= self._listening.keys else KEY_PAUSE)
        if self._turn.began is not None:
            return self._turn.ends_at(self._listening, self._since)
        return self._since + (self._listening.silence_timeout if self._floor is _Floor.CALLEE else REMINDER)

    def _while_agent_speaks(self) -> list[Decision]:
        match self._reaction():
            case Reaction.STOP:
                return [self._interrupted(), *self._keys_done(), *self._due()]
            case Reaction.HOLD:
                self._enter(_Floor.HELD)
                return [Hold()]
        if self._now >= self._since + LONGEST_SENTENCE:
            self._since = self._now
            return [FloorFree()]
        return []

    def _reaction(self) -> Reaction:
        if self._uninterruptible:
            return Reaction.GO_ON
        if self._digits:
            return Reaction.STOP
        return self._holding.reaction(self._turn, self._said)

    def _while_held(self) -> list[Decision]:
        if not is_harmless(self._turn.words.text, self._said):
            return [self._interrupted()]
        if self._now < self._hold_ends_at():
            return []
        self._holding.was_in_vain(self._turn)
        self._enter(_Floor.AGENT)
        return [Resume()]

    def _hold_ends_at(self) -> float:
        return self._holding.ends_at(self._turn, self._since, self._now)

    def _interrupted(self) -> Interrupt:
        self._enter(_Floor.CALLEE)
        return Interrupt()

    def _while_callee_may_speak(self) -> list[Decision]:
        decisions = self._turn.stopped_if_too_long(self._listening, self._since, self._now)
        if self._now < self._floor_deadline():
            return decisions
        if self._digits:
            return [*decisions, *self._keys_entered()]
        if self._turn.began is not None:
            return [*decisions, *self._turn_ended()]
        thinking = self._floor is _Floor.NOBODY
        self._enter(_Floor.NOBODY)
        return [FloorFree() if thinking else NoInput()]

    def _turn_ended(self) -> list[Decision]:
        text, ended_by, silence = self._turn.outcome(self._listening, self._since)
        unasked = self._floor is _Floor.NOBODY and is_harmless(text, "")
        too_soon = self._too_soon(text)
        self._turn.forget()
        if too_soon:
            self._enter(_Floor.CALLEE)
            return []
        self._enter(_Floor.NOBODY)
        return [FloorFree() if unasked else TurnEnded(text, ended_by, round(silence * 1000))]

    def _too_soon(self, text: str) -> bool:
        """Whether a turn is mere listening to a question that had to be heard out, and was not yet."""
        if self._floor is not _Floor.CALLEE or not self._listening.heard_out or not is_harmless(text, ""):
            return False
        began, goes_on = self._turn.runs.began, self._turn.runs.last_voiced >= self._since + _GOES_ON
        return began < self._since and not goes_on

    def _counts(self) -> bool:
        """Whether what the callee said while the agent spoke is an answer."""
        text, saying = self._turn.words.text, self._said
        overlap = 0.0 if self._listening.heard_out else _OVERLAPPING_ANSWER
        recent = self._turn.runs.last_voiced >= self._now - overlap
        return (recent and not is_echo(text, saying)) or not is_harmless(text, saying)

    def _keys_done(self) -> list[Decision]:
        return self._keys_entered() if self._digits.endswith("#") else []

    def _keys_entered(self) -> list[Decision]:
        digits, self._digits = self._digits.rstrip("#") or self._digits, ""
        decisions = self._turn.stopped()
        self._turn.forget()
        self._enter(_Floor.NOBODY)
        return [*decisions, KeysEntered(digits)]
