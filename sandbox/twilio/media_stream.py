"""A Media Stream in progress: the callee's sound to the application, the application's to the callee, in phone time."""

import asyncio
import itertools
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import WSCloseCode

from audio import mulaw
from sandbox.live_callee import LiveCallee
from sandbox.twilio.context import CallContext
from sandbox.twilio.playout import FRAME_BYTES, FRAME_SECONDS, Playout
from sandbox.twilio.stream_failure import StreamFailure
from sandbox.twilio.stream_messages import Clear, InvalidMessage, PlayMedia, SetMark, StreamMessages, read_command
from sandbox.twilio.stream_socket import StreamSocket

_MOST_UNREAD: Final = 1500
"""So many messages the application may leave unread, half a minute; then sound is lost (Twilio error 31930)."""

_STALL_EVERY: Final = 250
_LAST_MESSAGES_S: Final = 1.0


@dataclass
class _Counted:
    """Counts what went over the stream."""

    media_received: int = 0
    marks_received: int = 0
    marks_sent: int = 0
    cleared_at: list[float] = field(default_factory=list)


class MediaStream:
    """Carries one stream from its start to its end."""

    def __init__(self, context: CallContext, socket: StreamSocket, stream_sid: str, url: str) -> None:
        self._context = context
        self._line = context.line
        self._settings = context.switch.settings.streams
        self._socket = socket
        self._sid = stream_sid
        self._url = url
        self._messages = StreamMessages(context.switch.settings.account.sid, context.call.sid, stream_sid)
        self._playout = Playout()
        self._callee = LiveCallee(context.line)
        self._began = context.line.now
        self._outgoing: asyncio.Queue[str | None] = asyncio.Queue()
        self._warned: set[int] = set()
        self._counted = _Counted()

    async def run(self, parameters: dict[str, str]) -> None:
        """Carries the stream until the application closes it. Whatever ends it, the application is told first.

        Args:
            parameters: of the TwiML, for the `start`.

        Raises:
            StreamFailure: it broke off.
            CalleeHungUp: as it says.
            TimeLimitReached: as it says.
        """
        self._outgoing.put_nowait(self._messages.connected())
        self._outgoing.put_nowait(self._messages.start(parameters))
        reading = asyncio.create_task(self._read(), name=f"stream {self._sid} read")
        writing = asyncio.create_task(self._write(), name=f"stream {self._sid} write")
        over = False
        try:
            await self._play(reading)
            over = True
        except StreamFailure:
            over = True
            raise
        finally:
            self._callee.close()
            await _cancelled(reading)
            if not over:
                await self._say_goodbye(writing)
            await _cancelled(writing)

    def outcome(self) -> dict[str, Any]:
        """Returns what came of it, for the journal: what was heard and when, and what went over the stream."""
        heard, said = self._callee.heard, self._line.said(self._began)
        return {
            "heard": [each.text for each in heard],
            "audio_s": [[round(each.start, 3), round(each.end, 3)] for each in heard],
            "said": [sound.text for sound in said],
            "said_s": [list(span) for sound in said if (span := sound.voiced_span)],
            "cleared_s": [round(at, 3) for at in self._counted.cleared_at],
            "media_sent": self._messages.chunks,
            "media_received": self._counted.media_received,
            "marks_received": self._counted.marks_received,
            "marks_sent": self._counted.marks_sent,
        }

    async def _play(self, reading: "asyncio.Task[None]") -> None:
        """Lets the stream's time pass, 20 ms by 20 ms, until the application closes it."""
        for number in itertools.count():
            start, end = frame_span(self._began, number)
            if reading.done():
                reading.result()
                return
            await self._fail_perhaps(number * FRAME_SECONDS, reading)
            frame, reached = self._playout.next_frame()
            self._echo(reached)
            await self._line.wait(end, steadily=True)
            await self._callee.hear(start, frame, FRAME_BYTES, more=not self._playout.empty)
            self._send_callee(number)

    def _send_callee(self, number: int) -> None:
        """Sends what came from the callee while a frame was played."""
        start, end = frame_span(self._began, number)
        for press in self._line.keys:
            if start <= press.at < end:
                self._outgoing.put_nowait(self._messages.dtmf(press.key))
        if self._outgoing.qsize() > _MOST_UNREAD:
            self._warn(31930, "the application does not read its stream; sound is lost")
            return
        sound = mulaw.encode(self._callee.sound(start, end))
        self._outgoing.put_nowait(self._messages.media(sound, round(number * FRAME_SECONDS * 1000)))

    async def _read(self) -> None:
        """Obeys the application until it closes the stream."""
        while True:
            await asyncio.sleep(self._settings.read_pause_s)
            message = await self._socket.receive()
            if message is None:
                return
            if isinstance(message, bytes):
                self._warn(31950, "a stream carries text, no bytes")
                continue
            try:
                self._obey(message)
            except InvalidMessage as fault:
                self._warn(31951, f"a message on the stream is not valid: {fault}")

    def _obey(self, message: str) -> None:
        match read_command(message, self._sid):
            case PlayMedia(sound):
                self._counted.media_received += 1
                if not self._playout.add(sound):
                    self._warn(31931, "more than ten minutes wait to be played; the rest is discarded")
            case SetMark(name):
                self._counted.marks_received += 1
                self._echo(self._playout.mark(name))
            case Clear():
                self._counted.cleared_at.append(self._line.now)
                self._echo(self._playout.clear())

    def _echo(self, marks: list[str]) -> None:
        if self._settings.marks_lost:
            return
        self._counted.marks_sent += len(marks)
        for name in marks:
            self._outgoing.put_nowait(self._messages.mark(name))

    async def _write(self) -> None:
        """Sends what is queued, up to a None."""
        sent = 0
        while (text := await self._outgoing.get()) is not None:
            sent += 1
            if self._settings.stall_s and sent % _STALL_EVERY == 0:
                await self._context.switch.clock.sleep(self._settings.stall_s)
            if not await self._socket.send(text):
                return

    async def _fail_perhaps(self, passed: float, reading: "asyncio.Task[None]") -> None:
        """Ends the stream badly where the settings want it.

        Raises:
            StreamFailure: they do.
        """
        ends_after_s = self._settings.ends_after_s
        if ends_after_s is None or passed < ends_after_s:
            return
        await _cancelled(reading)
        if self._settings.ends_by == "drop":
            await self._socket.drop()
        else:
            await self._socket.close(WSCloseCode.INTERNAL_ERROR)
        raise StreamFailure(31921, "the sandbox ended the stream, as its settings say")

    async def _say_goodbye(self, writing: "asyncio.Task[None]") -> None:
        """Sends `stop` after everything else, and closes."""
        self._outgoing.put_nowait(self._messages.stop())
        self._outgoing.put_nowait(None)
        await asyncio.wait({writing}, timeout=_LAST_MESSAGES_S)
        await _cancelled(writing)
        await self._socket.close()

    def _warn(self, code: int, message: str) -> None:
        """Warns once of each kind."""
        if code not in self._warned:
            self._warned.add(code)
            self._context.warn(code, message, self._url)


def frame_span(began: float, number: int) -> tuple[float, float]:
    """Returns when a frame of a stream begins and ends, so that each begins exactly where the one before has ended."""
    return began + number * FRAME_SECONDS, began + (number + 1) * FRAME_SECONDS


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
