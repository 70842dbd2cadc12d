"""One live stream of a call: what the callee says goes into exchanges, and what these reply is played.

One task runs it, event by event. `turn_taking` decides who has the floor, `playback` knows what was heard, `ears` what
was said; the exchanges are those of a call that goes turn by turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from orchestrator.dialogue.ports.speech import Final, Interim
from orchestrator.dialogue.stream.conversation import Begun, Failure, Replied, Stalled
from orchestrator.dialogue.stream.ears import Failed
from orchestrator.dialogue.stream.events import CalleeAudio, CalleeEvent, Ended, Ending, KeyPressed, MarkReached
from orchestrator.dialogue.stream.reply_in_play import ReplyInPlay, is_last
from orchestrator.dialogue.stream.session_parts import Closed, Event, Hushed, SessionParts, together
from orchestrator.dialogue.turn_taking.decisions import (
    Decision,
    FloorFree,
    Hold,
    Interrupt,
    KeysEntered,
    NoInput,
    Resume,
    SpeechBegan,
    SpeechPaused,
    TurnEnded,
)
from orchestrator.domain.playout import Playout
from orchestrator.domain.turn import (
    CalleeInput,
    HandOver,
    HangUp,
    KeypadInput,
    Listen,
    Reply,
    SilenceInput,
    SpokenInput,
    Wait,
)

FRAME = 0.02  # seconds
# A callee who is waited for longer than so many seconds is given more time at every pause.
USUAL_PAUSE = 5.0
# Seconds of silence after which the callee is asked again in a stream that has nothing left to say: they may well have
# answered while there was none.
AFTER_A_BREAK = 2.5
# Stretches of speech in a row that could not be recognised, after which the call goes on turn by turn.
MOST_FAILURES = 2


class Session:
    """Runs one live stream."""

    def __init__(self, parts: SessionParts) -> None:
        self._conversation = parts.conversation
        self._playback = parts.playback
        self._ears = parts.ears
        self._floor = parts.floor
        self._inbox = parts.inbox
        self._send = parts.send
        self._background = parts.background
        self._said = ReplyInPlay(parts.playback)
        self._asked: CalleeInput | None = None  # what the exchange at work is about
        self._unanswered: CalleeInput | None = None  # what the callee did while it could not be taken back
        self._paused = False
        self._bridged = False  # the callee was asked to wait for an exchange that has not even a filler
        self._failures = 0
        self._over = False

    async def run(
        self,
        reply: Reply,
        playout: Playout,
        incoming: AsyncIterator[CalleeEvent],
        unanswered: CalleeInput | None = None,
    ) -> None:
        """Runs until the call ends, goes on turn by turn, or the stream has ended.

        Args:
            reply: the latest one.
            playout: how far it was played in an earlier stream.
            incoming: the callee's side.
            unanswered: what the callee has answered to it, in a stream that ended before they were answered.
        """
        reader = self._background.start(self._read(incoming), name="stream_reader")
        try:
            if unanswered is None:
                await self._begin(reply, playout)
            else:
                self._said.set(reply, playout)
                self._exchange(unanswered)
            while not self._over:
                times = (self._floor.deadline, self._playback.deadline, self._playback.silent_at)
                await self._happened(await self._inbox.get_by(*times))
        finally:
            self._floor.end()
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            await self._playback.close()
            await self._ears.close()
            await self._conversation.close()

    async def _read(self, incoming: AsyncIterator[CalleeEvent]) -> None:
        async for event in incoming:
            await self._inbox.put(event)
        self._inbox.post(Closed())

    async def _happened(self, event: Event | None) -> None:
        now = _now()
        match event:
            case CalleeAudio() | MarkReached() | KeyPressed():
                await self._came(event, now)
            case Failed():
                await self._not_recognised(now)
            case Replied() | Begun() | Stalled() | Failure():
                await self._exchanged(event)
            case Hushed():
                await self._turn_by_turn()
            case Closed():
                self._over = True
            case None:
                await self._overdue(now)
            case Interim(text) | Final(text):
                self._failures = 0
                await self._decided(self._floor.recognised(text, isinstance(event, Final), at=now))
                self._think_ahead()

    # The callee's side.

    async def _came(self, event: CalleeEvent, now: float) -> None:
        match event:
            case CalleeAudio(audio):
                await self._heard(audio, now)
            case MarkReached(name):
                await self._played(name, now)
            case KeyPressed(digit):
                await self._decided(self._floor.key(digit, at=now))

    async def _heard(self, audio: bytes, now: float) -> None:
        frames = max(1, len(audio) // 160)
        for place, speech in enumerate(self._ears.hear(audio)):
            await self._decided(self._floor.frame(speech, at=now - (frames - 1 - place) * FRAME))

    async def _not_recognised(self, now: float) -> None:
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            await self._turn_by_turn()
        else:
            await self._decided(self._floor.recognition_failed(at=now))

    async def _overdue(self, now: float) -> None:
        if (silent_at := self._playback.silent_at) is not None and now >= silent_at:
            await self._playback.fill()
        if (deadline := self._playback.deadline) is not None and now >= deadline:
            await self._playback.close()
            await self._words_done(now)
        await self._decided(self._floor.tick(at=now))

    async def _decided(self, decisions: list[Decision]) -> None:
        for decision in decisions:
            match decision:
                case SpeechBegan():
                    self._paused = False
                    self._ears.begin()
                case SpeechPaused():
                    self._paused = True
                    self._ears.end()
                    self._think_ahead()
                case Hold() | Interrupt():
                    await self._cut()
                case Resume():
                    self._playback.resume()
                    self._tell_floor()
                case TurnEnded(text=text, silence_ms=silence_ms):
                    await self._take(SpokenInput(text, end_of_turn_ms=silence_ms, beep=self._ears.take_beep()))
                case KeysEntered(digits=digits):
                    await self._take(KeypadInput(digits))
                case NoInput():
                    await self._take(SilenceInput(self._ears.take_beep()))
                case FloorFree():
                    await self._begin_waiting()

    def _think_ahead(self) -> None:
        """Begins to work on what the callee has said so far, once they pause: the pause may be the end."""
        words = self._floor.words
        busy = self._conversation.busy or self._said.waiting is not None or self._playback.playing
        if self._paused and words and not busy and self._said.wants_an_answer:
            self._conversation.think_ahead(self._said.open_turn, SpokenInput(words), self._playback.playout)

    async def _cut(self) -> None:
        await self._playback.cut()
        self._note()

    async def _take(self, callee_input: CalleeInput) -> None:
        """Begins an exchange about what the callee did; what they said while one is at work belongs to it."""
        await self._cut()
        if self._conversation.busy:
            if not await self._conversation.withdraw():
                self._unanswered = together(self._unanswered, callee_input)  # its reply comes first
                return None
            callee_input = together(self._asked, callee_input)
        elif self._said.waiting is not None:
            if not isinstance(self._said.waiting.next, Listen):
                return await self._begin_waiting()
            self._said.set(self._said.waiting)  # nothing of it was heard
        self._exchange(callee_input)
        return None

    def _exchange(self, callee_input: CalleeInput) -> None:
        self._asked, self._unanswered = callee_input, None
        self._conversation.take(self._said.open_turn, callee_input, self._playback.playout)

    # The agent's side.

    async def _exchanged(self, event: Replied | Begun | Stalled | Failure) -> None:
        match event:
            case Replied(Reply(next=Wait())) if self._bridged:
                self._bridged = False
            case Replied(reply):
                self._bridged = False
                await self._replied(reply)
            case Begun(reply) if self._unanswered is None:
                await self._replied(reply)
            case Stalled() if not (self._said.is_goodbye or self._playback.playing or self._floor.callee_speaks):
                self._bridged = await self._playback.ask_to_wait()
            case Failure():
                await self._end(Ending.FALL_BACK)

    async def _replied(self, reply: Reply) -> None:
        begun = self._said.begun(reply)
        if begun:
            self._said.set(reply)
            self._note()
        if self._unanswered is not None and isinstance(reply.next, Listen):
            self._said.set(reply)  # nothing of it was heard, or the callee has cut it
            self._exchange(self._unanswered)
        elif begun and self._playback.playing:
            await self._listen()
        elif self._playback.playing or (self._floor.callee_speaks and not is_last(reply)):
            self._said.waiting = reply
        else:
            await self._begin(reply)

    async def _begin_waiting(self) -> None:
        if self._said.waiting is not None:
            reply, self._said.waiting = self._said.waiting, None
            await self._begin(reply)

    async def _begin(self, reply: Reply, playout: Playout | None = None) -> None:
        self._said.set(reply, playout)
        self._playback.play()
        await self._listen(after_a_break=playout is not None and not self._playback.playing)
        if self._playback.playing:
            self._tell_floor()
        else:
            await self._words_done(_now())

    async def _listen(self, *, after_a_break: bool = False) -> None:
        """Has the callee listened to as the reply wants it."""
        if isinstance(listen := self._said.reply.next, Listen):
            asking = await self._conversation.asking()
            self._floor.listen(
                asking.expected,
                silence_timeout=min(asking.pause, AFTER_A_BREAK) if after_a_break else asking.pause,
                most=listen.max_length,
                patience=max(1.0, asking.pause / USUAL_PAUSE),
                keys=listen.keys or asking.keys,
                heard_out=asking.must_be_heard_out,
            )

    def _tell_floor(self) -> None:
        if (sentence := self._playback.sentence) is not None:
            self._floor.agent_started(sentence.text, sentence.uninterruptible, at=_now())

    async def _played(self, name: str, now: float) -> None:
        if self._playback.reached(name) is None:
            return
        self._note()
        if self._playback.playing:
            self._tell_floor()
        else:
            await self._words_done(now)

    async def _words_done(self, now: float) -> None:
        """Goes on after a reply was played, as far as it is."""
        match self._said.reply.next:
            case HangUp(turn_number) if turn_number and not self._conversation.busy:
                self._conversation.take(turn_number, None, None)
            case HangUp():
                await self._end(Ending.HANG_UP)
            case HandOver():
                await self._end(Ending.FALL_BACK)
            case _:
                await self._decided(self._floor.agent_stopped(at=now))
                await self._begin_waiting()

    def _note(self) -> None:
        if not self._said.is_filler and self._playback.script:
            self._conversation.note(self._said.open_turn, self._playback.playout)

    async def _turn_by_turn(self) -> None:
        await self._conversation.turn_by_turn()
        await self._end(Ending.FALL_BACK)

    async def _end(self, ending: Ending) -> None:
        self._over = True
        await self._playback.close()
        await self._send(Ended(ending))


def _now() -> float:
    return asyncio.get_running_loop().time()
