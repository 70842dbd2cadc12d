"""Which calls go on as streams, and the streams that are open in this process.

Called by `rpc.call_servicer`. A call that cannot have a stream, or whose stream has failed, goes turn by turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

from orchestrator.dialogue.background import Background
from orchestrator.dialogue.call.live_calls import LiveCalls, check_call
from orchestrator.dialogue.call.patience import ListeningTimes
from orchestrator.dialogue.call.replies import Replies, playout_of
from orchestrator.dialogue.ports.speech import StreamingSpeechToText
from orchestrator.dialogue.ports.store import Change, ConsultationStore
from orchestrator.dialogue.ports.streams import ExpectedStream, StreamTokens
from orchestrator.dialogue.stream.conversation import FIRST_FILLER, Conversation, Failure
from orchestrator.dialogue.stream.ears import Ears
from orchestrator.dialogue.stream.events import AgentEvent, CalleeEvent, Ended
from orchestrator.dialogue.stream.playback import Playback, Speech
from orchestrator.dialogue.stream.session import Session
from orchestrator.dialogue.stream.session_parts import Event, Hushed, SessionParts
from orchestrator.dialogue.transaction import transact
from orchestrator.dialogue.turn_taking.speech_detection import SpeechDetector
from orchestrator.dialogue.turn_taking.turn_taking import TurnTaking
from orchestrator.domain.brief import Brief, ConversationMode
from orchestrator.domain.consultation import Consultation, State
from orchestrator.domain.errors import Overloaded, StreamNotExpected
from orchestrator.domain.turn import HandOver, HangUp, OpenStream, Reply

# Streams that a call may open; after that it goes on turn by turn.
MOST_STREAMS = 4
# Events on their way to the gateway; what is sent waits while it takes no more.
_MOST_EVENTS = 64


@dataclass(frozen=True, slots=True)
class StreamParts:
    """What streams work with.

    Attributes:
        turn_by_turn: carries calls that have no stream.
        exchanges: carries the exchanges of streams.
        detector: makes a detector for one call.
        background: owns the streams' work: whoever carries a stream may be cancelled at any moment.
        usual: how callee and agent talk unless the order says otherwise.
        most: streams that this process may have open.
        first_filler: seconds after which a callee who waits for an answer hears a filler.
    """

    store: ConsultationStore
    tokens: StreamTokens
    turn_by_turn: LiveCalls
    exchanges: LiveCalls
    recogniser: StreamingSpeechToText
    speech: Speech
    detector: Callable[[], SpeechDetector]
    listening: ListeningTimes
    background: Background
    usual: ConversationMode = ConversationMode.TURN_BY_TURN
    most: int = 100
    first_filler: float = FIRST_FILLER


async def _nothing() -> None:
    """Does nothing."""


class StreamCalls:
    """Carries calls as streams."""

    def __init__(self, parts: StreamParts) -> None:
        self._parts = parts
        self._replies = Replies(parts.store)
        self._inboxes: dict[int, asyncio.Queue[Event]] = {}
        self._draining = False

    @property
    def open_streams(self) -> int:
        """How many streams are open in this process."""
        return len(self._inboxes)

    async def answer(
        self, consultation_id: str, call_sid: str, *, time_left: float | None = None
    ) -> Reply | OpenStream:
        """Says how a call goes on that was answered, or whose stream has ended: as a stream, or turn by turn.

        Args:
            consultation_id: which consultation.
            call_sid: which call.
            time_left: seconds that whoever asks waits.

        Raises:
            ConsultationNotFound, UnknownCall, WrongState, StoreUnavailable
        """
        brief, consultation = await self._parts.store.load(consultation_id)
        if await self._may_stream(brief, consultation):
            opened = await transact(self._parts.store, consultation_id, _one_more_stream(call_sid))
            if not opened.reached(State.SUMMARISING):
                return OpenStream(await self._parts.tokens.issue(ExpectedStream(consultation_id, call_sid)))
        return await self._parts.turn_by_turn.answer(consultation_id, call_sid, time_left=time_left)

    async def run(
        self,
        call: ExpectedStream,
        token: str,
        incoming: AsyncIterator[CalleeEvent],
        on_accepted: Callable[[], Awaitable[None]] = _nothing,
    ) -> AsyncGenerator[AgentEvent, None]:
        """Runs a stream of a call; yields what the agent does. Closing the generator ends it.

        Args:
            call: which call.
            token: names the stream.
            incoming: the callee's side; that it ends does not say that the callee has hung up.
            on_accepted: awaited once it is known that the stream was expected.

        Raises:
            StreamNotExpected, Overloaded, ConsultationNotFound, UnknownCall, WrongState, StoreUnavailable
        """
        if self._draining or self.open_streams >= self._parts.most:
            raise Overloaded
        if await self._parts.tokens.redeem(token) != call:
            raise StreamNotExpected(call.consultation_id)
        await on_accepted()
        await self._parts.exchanges.answer(call.consultation_id, call.call_sid)
        brief, consultation = await self._parts.store.load(call.consultation_id)
        reply = await self._replies.latest(consultation)
        outgoing: asyncio.Queue[AgentEvent | None] = asyncio.Queue(_MOST_EVENTS)
        inbox: asyncio.Queue[Event] = asyncio.Queue()
        session = Session(self._session_parts(call, brief, inbox, outgoing))
        work = session.run(reply, playout_of(consultation), incoming)
        running = self._parts.background.start(work, name="stream_session")
        running.add_done_callback(lambda _: _close(outgoing))
        self._inboxes[id(inbox)] = inbox
        try:
            while (event := await outgoing.get()) is not None:
                yield event
                if isinstance(event, Ended):
                    break
            await running
        finally:
            del self._inboxes[id(inbox)]
            running.cancel()
            await asyncio.wait({running})
            self._parts.speech.forget(brief.person.name)

    def hung_up(self, consultation_id: str) -> None:
        """Takes note that a call is over."""
        self._parts.turn_by_turn.hung_up(consultation_id)
        self._parts.exchanges.hung_up(consultation_id)

    def drain(self) -> None:
        """Takes no more streams, and has the open ones go on in another process."""
        self._draining = True
        for inbox in self._inboxes.values():
            inbox.put_nowait(Failure())

    async def _may_stream(self, brief: Brief, consultation: Consultation) -> bool:
        wanted = (brief.dialling.mode or self._parts.usual) is ConversationMode.STREAM
        full = self._draining or self.open_streams >= self._parts.most
        spent = consultation.turn_by_turn or consultation.streams_opened >= MOST_STREAMS
        # A stream in which nothing was ever heard did not work.
        mute = consultation.streams_opened > 0 and not (consultation.heard_through or consultation.heard_parts)
        if not wanted or full or spent or mute or consultation.reached(State.SUMMARISING):
            return False
        if not consultation.turn_count:
            return True
        latest = await self._replies.latest(consultation)
        return not isinstance(latest.next, HandOver | HangUp)

    def _session_parts(
        self,
        call: ExpectedStream,
        brief: Brief,
        inbox: asyncio.Queue[Event],
        outgoing: asyncio.Queue[AgentEvent | None],
    ) -> SessionParts:
        post, owner = inbox.put_nowait, self._parts.background
        return SessionParts(
            conversation=Conversation(
                self._parts.exchanges,
                self._replies,
                self._parts.listening,
                call,
                background=owner,
                post=post,
                first_filler=self._parts.first_filler,
            ),
            playback=Playback(
                self._parts.speech,
                outgoing.put,
                owner,
                keeps=lambda sentence: not brief.person.named_in(sentence),
                on_failure=lambda: post(Hushed()),
            ),
            ears=Ears(self._parts.detector(), self._parts.recogniser, owner, post),
            floor=TurnTaking(at=asyncio.get_running_loop().time()),
            inbox=inbox,
            send=outgoing.put,
            background=owner,
        )


def _one_more_stream(call_sid: str) -> Callable[[Brief, Consultation], Change | None]:
    def decide(_brief: Brief, current: Consultation) -> Change | None:
        check_call(current, call_sid)
        if current.reached(State.SUMMARISING):
            return None
        return Change(replace(current, streams_opened=current.streams_opened + 1, version=current.version + 1))

    return decide


def _close(outgoing: asyncio.Queue[AgentEvent | None]) -> None:
    """Ends a stream whose session has ended, even if it takes nothing any more."""
    if outgoing.full():
        outgoing.get_nowait()
    outgoing.put_nowait(None)
