"""The telephone network's end of a live stream, and the callee at it, in virtual time.

    phone = LivePhone(scene)
    async with phone.call():
        await phone.agent_is_done()
        await phone.say("네", 0.6)

What the agent sends is played in real time as Twilio does (Twilio docs, Media Streams): marks come back when all before
them was played, and all of them at once after `clear`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field

from orchestrator.dialogue.call.admission import Admission
from orchestrator.dialogue.call.patience import ListeningTimes
from orchestrator.dialogue.call.turn_record import Transcript
from orchestrator.dialogue.ports.speech import Final, Interim
from orchestrator.dialogue.ports.streams import ExpectedStream
from orchestrator.dialogue.spoken_sentences import sentences
from orchestrator.dialogue.stream.events import (
    AgentAudio,
    AgentEvent,
    CalleeAudio,
    CalleeEvent,
    Clear,
    Ended,
    Ending,
    KeyPressed,
    Mark,
    MarkReached,
)
from orchestrator.dialogue.stream.live_speaking import LiveSpeaking
from orchestrator.dialogue.stream.stream_calls import StreamCalls, StreamParts
from orchestrator.domain.brief import ConversationMode
from orchestrator.domain.errors import SpeechToTextUnavailable, TextToSpeechUnavailable
from orchestrator.domain.turn import OpenStream, Reply, Speaker
from tests.unit.orchestrator.dialogue.scene import Scene

FRAMES = 3  # a batch, 60 ms
SECONDS_A_CHARACTER = 0.1
VOICE_PATIENCE = 2.5  # seconds
LATENCY = 0.6  # seconds until the news of a cut is back
SPEECH, SILENCE, BEEP = b"S" * 160, b"_" * 160, b"B" * 160


def spoken(text: str) -> bytes:
    """Returns what a text sounds like."""
    return b"\xff" * round(8000 * SECONDS_A_CHARACTER * len(text))


class Detector:
    """Knows speech by its letter."""

    def feed(self, frame: bytes) -> bool:
        return frame[:1] == b"S"


class Beeps:
    """Knows the end of a beep by its letter."""

    def feed(self, frames: bytes) -> bool:
        return frames[:1] == b"B"


@dataclass
class Recogniser:
    """Understands what the callee is about to say; one that hangs says nothing until it is given up."""

    words: list[str | None] = field(default_factory=list)
    delay: float = 0.2
    hangs: bool = False

    async def recognize(self, audio: AsyncIterator[bytes], *, timeout: float) -> AsyncGenerator[Interim | Final, None]:
        text = self.words.pop(0) if self.words else ""
        async for _ in audio:
            if text and not self.hangs:
                yield Interim(text)
        await asyncio.sleep(timeout if self.hangs else self.delay)
        if self.hangs:
            raise SpeechToTextUnavailable
        if text is None:
            raise SpeechToTextUnavailable
        yield Final(text, 0.9)


@dataclass
class Speech:
    """Speaks a character in a tenth of a second; one that hangs is given up as `Voice` does, but for what is kept."""

    spoken: list[str] = field(default_factory=list)
    prepared: dict[str, bool] = field(default_factory=dict)
    forgotten: list[str] = field(default_factory=list)
    broken: bool = False
    hangs: bool = False
    late: float = 0.0
    kept: str = ""

    async def speak(self, sentence: str, *, keep: bool) -> AsyncGenerator[bytes, None]:
        if self.hangs and sentence != self.kept:
            await asyncio.sleep(VOICE_PATIENCE)
            raise TextToSpeechUnavailable
        if self.broken:
            raise TextToSpeechUnavailable
        await asyncio.sleep(self.late)
        self.spoken.append(sentence)
        for _ in sentence:
            await asyncio.sleep(0.001)
            yield spoken("_")

    def at_hand(self, sentence: str) -> bytes:
        return spoken(sentence) if sentence == self.kept else b""

    def prepare(self, sentences: Sequence[str], *, keep: bool) -> None:
        self.prepared |= dict.fromkeys(sentences, keep)

    def forget(self, name: str) -> None:
        self.forgotten.append(name)


class Tokens:
    """Stream tokens in memory."""

    def __init__(self) -> None:
        self.expected: dict[str, ExpectedStream] = {}
        self._issued = 0

    async def issue(self, expected: ExpectedStream) -> str:
        self._issued += 1
        token = f"token-{self._issued}"
        self.expected[token] = expected
        return token

    async def redeem(self, token: str) -> ExpectedStream | None:
        return self.expected.pop(token, None)


class LivePhone:
    """One call as a stream.

    Attributes:
        answer: how the call was told to go on, last.
        ending: how the stream was ended by the agent; None: it was not.
        cleared: how often the agent was cut.
        silent_since: when the callee last heard the agent's voice end.
        drops_marks: the network loses them.
        played: how many sentences the callee has really heard to their end.
        heard_anything: whether there was any sound of the agent.
        longest_pause: seconds of silence before any sound of the agent; whoever measures sets it back.
    """

    def __init__(self, scene: Scene, tokens: Tokens | None = None, *, opener_after: float | None = None) -> None:
        self.scene = scene
        self._opener_after = opener_after
        self.recogniser, self.tokens = Recogniser(), tokens or Tokens()
        self.speech = Speech(kept=scene.wording.filler)
        self.streams = self.replica()
        self.answer: Reply | OpenStream | None = None
        self.ending: Ending | None = None
        self.cleared = 0
        self.drops_marks = False
        self._voice = SILENCE
        self._incoming: asyncio.Queue[CalleeEvent | None] = asyncio.Queue()
        self._marks: list[tuple[asyncio.TimerHandle, str]] = []
        self._played_until = 0.0
        self.played = 0
        self.heard_anything = False
        self.longest_pause = 0.0
        self._ended = asyncio.Event()
        self._sounds = asyncio.Event()

    def replica(
        self,
        *,
        most: int = 100,
        usual: ConversationMode = ConversationMode.STREAM,
        admission: Admission | None = None,
        can_talk: bool = True,
        think_ahead: bool = True,
    ) -> StreamCalls:
        """Another process that carries the same streams."""
        parts = StreamParts(
            store=self.scene.store,
            tokens=self.tokens,
            turn_by_turn=self.scene.calls,
            exchanges=self.scene.live_calls(
                LiveSpeaking(self.speech), think_ahead=think_ahead, speak_while_thinking=True
            ),
            recogniser=self.recogniser,
            speech=self.speech,
            detector=Detector,
            beeps=Beeps,
            listening=ListeningTimes(),
            background=self.scene.background,
            admission=admission or Admission(first=100),
            usual=usual,
            most=most,
            can_talk=lambda: can_talk,
            opener_after=self._opener_after,
            stopgap=self.scene.wording.filler,
        )
        return StreamCalls(parts)

    @asynccontextmanager
    async def call(self) -> AsyncGenerator[bool]:
        """Opens the stream that the call was told to open, if it was; in the end the stream breaks off."""
        self.answer = await self.streams.answer(self.scene.id, self.scene.call_sid)
        if not isinstance(self.answer, OpenStream):
            yield False
            return
        self._ended.clear()
        self._sounds.clear()
        self.ending, self._incoming, self._played_until = None, asyncio.Queue(), _now()
        agent = asyncio.create_task(self._agent(self.answer.token), name="phone_agent")
        callee = asyncio.create_task(self._callee(), name="phone_callee")
        try:
            yield True
        finally:
            self._played_until = 0.0
            for handle, _ in self._marks:
                handle.cancel()
            self._marks.clear()
            self._incoming.put_nowait(None)
            await agent
            callee.cancel()
            await asyncio.gather(callee, return_exceptions=True)

    async def say(self, text: str | None, seconds: float) -> None:
        """Says words; None: words that the recogniser fails at."""
        self.recogniser.words.append(text)
        await self.sound(seconds)

    async def sound(self, seconds: float) -> None:
        """Makes a sound."""
        self._voice = SPEECH
        await asyncio.sleep(seconds)
        self._voice = SILENCE

    def beep(self) -> None:
        self._incoming.put_nowait(CalleeAudio(BEEP))

    def press(self, digit: str) -> None:
        self._incoming.put_nowait(KeyPressed(digit))

    async def agent_speaks(self) -> None:
        """Waits until the agent begins to be heard, or has ended the stream."""
        await self._sounds.wait()

    async def agent_is_done(self) -> None:
        """Waits until the agent has spoken, and is silent."""
        await self.agent_speaks()
        while not self._ended.is_set() and (left := self._played_until - _now()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), left + 0.4)
        self._sounds.clear()
        if self._ended.is_set():
            self._sounds.set()

    async def assert_truthful(self) -> None:
        """What was heard is a beginning of what was said, and was played; the AI notice is never cut by an answer."""
        record, turns = await self.scene.store.transcript(self.scene.id)
        transcript = Transcript(turns, record.heard_through, record.heard_parts)
        claimed = [transcript.heard(turn) for turn in turns]
        assert all(turn.text.startswith(part) for turn, part in zip(turns, claimed, strict=True))
        assert sum(len(sentences(part)) for part in claimed) <= self.played
        if any(turn.speaker is Speaker.CALLEE for turn in turns):
            assert claimed[0] in {turns[0].text, ""}
        assert self.scene.failures == []

    async def over(self) -> None:
        await self._ended.wait()

    async def _agent(self, token: str) -> None:
        call = ExpectedStream(self.scene.id, self.scene.call_sid)
        async with aclosing(self.streams.run(call, token, self._events())) as events:
            async for event in events:
                self._take(event)
        self._ended.set()
        self._sounds.set()

    async def _events(self) -> AsyncGenerator[CalleeEvent]:
        while (event := await self._incoming.get()) is not None:
            yield event

    async def _callee(self) -> None:
        while True:
            await asyncio.sleep(FRAMES * 0.02)
            self._incoming.put_nowait(CalleeAudio(self._voice * FRAMES))

    def _take(self, event: AgentEvent) -> None:
        match event:
            case AgentAudio(audio):
                self.longest_pause = max(self.longest_pause, _now() - self._played_until)
                self._played_until = max(_now(), self._played_until) + len(audio) / 8000
                self._sounds.set()
                self.heard_anything = True
            case Mark(name) if not self.drops_marks:
                at = max(_now(), self._played_until)
                self._marks.append((asyncio.get_running_loop().call_at(at, self._echo, name), name))
            case Clear():
                self.cleared += 1
                self._played_until = _now()
                self._sounds.clear()
                for handle, name in self._marks:
                    handle.cancel()
                    asyncio.get_running_loop().call_later(LATENCY, self._incoming.put_nowait, MarkReached(name))
                self._marks.clear()
            case Ended(ending):
                self.ending = ending

    def _echo(self, name: str) -> None:
        self.played += 1
        self._marks = [(handle, other) for handle, other in self._marks if other != name]
        self._incoming.put_nowait(MarkReached(name))


def _now() -> float:
    return asyncio.get_running_loop().time()
