"""The line of an answered call: what goes to the callee, what comes from them, and when."""

import asyncio
import math
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from audio.samples import TELEPHONE_HZ, Samples
from sandbox import line_audio
from sandbox.attention import Attention
from sandbox.callee import Callee
from sandbox.clock import Timeline
from sandbox.events import Event, EventKind, Events
from sandbox.line_audio import seconds_of
from sandbox.script import Deed, Speaker
from sandbox.track import Sound, Track

REACTION_SECONDS: Final = 0.5
"""How long a callee takes to answer unless the script says `after`."""

_BETWEEN_KEYS_SECONDS: Final = 0.4


class CalleeHungUp(Exception):
    """Raised at the moment at which the callee hangs up."""


class TimeLimitReached(Exception):
    """Raised at the moment at which the call has lasted as long as it may."""


@dataclass(frozen=True, eq=False)
class KeyPress:
    """Says which key the callee presses, and when (seconds since the answer)."""

    at: float
    key: str


class Line:
    """Carries an answered call on its own time axis: seconds since the answer.

    The callee's deeds are planned when the agent gives occasion for them: a prompt begins (an interruption), or the
    agent starts to listen. What is planned lies on the `from_callee` track; whoever records takes what lies
    within the recording, and what lies outside is lost, as on any line.

    Attributes:
        to_callee: what the callee hears.
        from_callee: what the callee says and what sounds around them.
        keys: what the callee presses, in order.
        hangs_up_at: when the callee hangs up; infinite while nothing is planned.
        callee: who decides what is done at the callee's end; None: a machine.
        attention: what they have in mind.
    """

    def __init__(
        self, timeline: Timeline, callee: Callee | None, events: Events, call_sid: str, longest: float = math.inf
    ) -> None:
        """Opens the line now.

        Args:
            timeline: the call's time.
            callee: who has answered; None: a machine, which says nothing by itself.
            events: where to tell what is said.
            call_sid: of the call.
            longest: seconds after which the call ends.
        """
        self.to_callee = Track()
        self.from_callee = Track()
        self.keys: list[KeyPress] = []
        self.hangs_up_at = math.inf
        self._timeline = timeline
        self.callee = callee
        self.attention = Attention()
        self._events = events
        self._call_sid = call_sid
        self._longest = longest
        self._answered = timeline.now()
        self._made: list[Sound] = []
        self._told: set[Sound | KeyPress] = set()

    @property
    def now(self) -> float:
        """Seconds since the answer."""
        return self._timeline.now() - self._answered

    async def wait(self, until: float, *, steadily: bool = False) -> None:
        """Lets time pass.

        Args:
            until: seconds since the answer.
            steadily: whether what such waits took too long is made up for: they follow one another.

        Raises:
            CalleeHungUp: the callee hung up before.
            TimeLimitReached: the call became too long before.
        """
        end = min(until, self.hangs_up_at, self._longest)
        await self._timeline.sleep(end - self.now, steadily=steadily)
        self._tell()
        if self.hangs_up_at <= end:
            raise CalleeHungUp
        if self._longest <= end:
            raise TimeLimitReached

    def announce(self, samples: Samples, text: str, at: float = 0.0) -> float:
        """Lets the network or a machine at the callee's end speak; nobody there hears or says anything meanwhile.

        Returns:
            When it is over, in seconds since the answer.
        """
        sound = self.from_callee.add(self.to_callee.add(Sound(at, samples, text)))
        self.attention.deaf_until = self.attention.silent_until = sound.end
        self.publish("announced", at, text)
        return sound.end

    async def play(self, samples: Samples, until_key: bool = False) -> Sound:
        """Plays a prompt to its end.

        Args:
            samples: int16, 8 kHz.
            until_key: a key that the callee presses ends it.

        Returns:
            What was played, with the words that reached the callee's ear: none if they are not in the sandbox's voice.
        """
        with self._timeline.stopped():
            start = self.now
            masked = max(0.0, self.attention.deaf_until - start)
            heard = await asyncio.to_thread(line_audio.words_in, samples[round(masked * TELEPHONE_HZ) :])
            prompt = self.to_callee.add(Sound(start, samples, heard))
            await self._hear(prompt)
        self.publish("agent_said", prompt.start, heard, seconds=round(seconds_of(samples), 2))
        key_at = next((key.at for key in self.keys if key.at >= prompt.start), math.inf)
        self.attention.agent_stopped = min(prompt.end, key_at) if until_key else prompt.end
        await self.wait(self.attention.agent_stopped)
        if until_key:
            self.to_callee.cut(self.attention.agent_stopped)
        return prompt

    async def beep(self, seconds: float = 0.3, hertz: float = 1000) -> None:
        """Plays the beep before a recording."""
        beep = self.to_callee.add(Sound(self.now, line_audio.tone(hertz, seconds)))
        await self.wait(beep.end)

    async def listen(self, deadline: float) -> None:
        """Tells the callee that it is their turn: they plan what they do.

        Args:
            deadline: when the agent stops listening if nothing comes, in seconds since the answer. What the callee
                would only decide later stays undecided: until then the agent may have said something else.
        """
        self.attention.listened = True
        while self.callee and not self.attention.reacted:
            at = max(self.attention.agent_stopped, self.attention.silent_until)
            if at >= deadline and not self.busy_at(at):
                return
            with self._timeline.stopped():
                await self.react(at)

    async def react(self, at: float, not_before: float = 0.0) -> None:
        """Lets the callee decide what to do about what the agent has said, unless they speak anyway.

        Args:
            at: when it is their turn, in seconds since the answer.
            not_before: when they can do something at the earliest.
        """
        if self.callee is None or self.busy_at(at):
            self.attention.reacted = True
            return
        deed = self.callee.decide(self.attention.take_words())
        if deed and deed.silence is not None:
            self.attention.silent_until = at + deed.silence
            return
        self.attention.reacted = True
        if deed:
            await self.act(deed, max(not_before, at + (REACTION_SECONDS if deed.after is None else deed.after)))

    async def act(self, deed: Deed, at: float) -> None:
        """Plans what the callee does."""
        if deed.say:
            voice = self.callee.script.voice if self.callee else Speaker()
            samples = await asyncio.to_thread(line_audio.spoken, deed.say, voice)
            self._sounds(Sound(at, samples, deed.say))
        elif deed.noise is not None:
            self._sounds(Sound(at, line_audio.loud_noise(deed.noise, seed=round(at * 1000))))
        elif deed.hangup:
            self.hangs_up_at = at
        for index, key in enumerate(deed.dtmf or ""):
            press = KeyPress(at + index * _BETWEEN_KEYS_SECONDS, key)
            self.keys.append(press)
            self._sounds(Sound(press.at, line_audio.key_tone(key)))

    def busy_at(self, at: float) -> bool:
        """Whether the callee speaks at a moment, or is about to."""
        return any(sound.end > at for sound in self._made)

    def said(self, since: float) -> list[Sound]:
        """Returns what the callee has said or begun to say, in words, from a moment on."""
        return [sound for sound in self._made if sound.text and since < sound.end and sound.start <= self.now]

    def stopped(self) -> AbstractContextManager[None]:
        """Stops the line's time while the sandbox works."""
        return self._timeline.stopped()

    def with_background(self, samples: Samples, at: float) -> Samples:
        """Returns what comes from the callee with the noise around them."""
        snr_db = self.callee.script.noise_snr_db if self.callee else None
        return samples if snr_db is None else line_audio.with_background(samples, snr_db, seed=round(at * 1000))

    def publish(self, kind: EventKind, at: float, text: str, **details: float) -> None:
        """Tells displays what happened at a moment."""
        self._events.publish(Event(kind, self._call_sid, round(at, 3), text, dict(details)))

    def forget(self) -> None:
        """Drops the audio of a line that is closed."""
        self.to_callee, self.from_callee, self._made = Track(), Track(), []

    def close(self) -> None:
        """Closes the line now: what was planned for later does not happen."""
        self._tell()
        self.to_callee.cut(self.now)
        self.from_callee.cut(self.now)

    async def _hear(self, prompt: Sound) -> None:
        """Lets the callee understand a prompt that begins, and perhaps break in on it."""
        attention = self.attention
        attention.agent_begins()
        attention.heard.append(prompt.text)
        if self.callee is None or attention.reacted or prompt.start < attention.silent_until:
            return
        breaking_in = self.callee.interruption(prompt.text, prompt.end - prompt.start)
        if breaking_in:
            attention.reacted = True
            await self.act(breaking_in, prompt.start + (breaking_in.interrupt_after or 0.0))

    def _sounds(self, sound: Sound) -> None:
        self._made.append(self.from_callee.add(sound))

    def _tell(self) -> None:
        """Publishes what the callee has begun to say or press by now."""
        now = self.now
        for sound in self._made:
            if sound.text and sound.start <= now and sound not in self._told:
                self._told.add(sound)
                self.publish("callee_said", sound.start, sound.text, seconds=round(seconds_of(sound.samples), 2))
        for press in self.keys:
            if press.at <= now and press not in self._told:
                self._told.add(press)
                self.publish("keys_pressed", press.at, press.key)
