"""Which calls go on as streams, and the streams that are open in this process.

Called by `rpc.call_servicer`. A call that cannot have a stream, or whose stream has failed, goes turn by turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from orchestrator.dialogue.background import Background
from orchestrator.dialogue.call.admission import RETRY_AFTER, Admission
from orchestrator.dialogue.call.live_calls import LiveCalls, check_call
from orchestrator.dialogue.call.patience import ListeningTimes
from orchestrator.dialogue.call.replies import Replies, playout_of
from orchestrator.dialogue.ports.speech import StreamingSpeechToText
from orchestrator.dialogue.ports.store import Change, ConsultationStore
from orchestrator.dialogue.ports.streams import ExpectedStream, StreamTokens
from orchestrator.dialogue.stream.conversation import FIRST_FILLER, Conversation, Failure
from orchestrator.dialogue.stream.ears import Ears
from orchestrator.dialogue.stream.events import AgentEvent, CalleeEvent, Ended
from orchestrator.dialogue.stream.inbox import Inbox
from orchestrator.dialogue.stream.playback import Playback, Speech
from orchestrator.dialogue.stream.session import Session
from orchestrator.dialogue.stream.session_parts import Event, Hushed, SessionParts
from orchestrator.dialogue.stream.stream_places import StreamPlaces
from orchestrator.dialogue.transaction import Decision, transact
from orchestrator.dialogue.turn_taking.beeps import BeepDetector
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
        beeps: makes a detector of a voicemail's beep for one call.
        background: owns the streams' work: whoever carries a stream may be cancelled at any moment.
        admission: says whether this process takes one more.
        usual: how callee and agent talk unless the order says otherwise.
        most: streams that this process may have open, however calm it is.
        can_talk: whether voice and recogniser of streams are to be had.
        first_filler: seconds after which a callee who waits for an answer hears a filler.
        opener_after: seconds after which an answer that is still being worded is opened; None: it is not.
        stopgap: what a callee hears for whom a sentence is on its way, and takes long.
    """

    store: ConsultationStore
    tokens: StreamTokens
    turn_by_turn: LiveCalls
    exchanges: LiveCalls
    recogniser: StreamingSpeechToText
    speech: Speech
    detector: Callable[[], SpeechDetector]
    beeps: Callable[[], BeepDetector]
    listening: ListeningTimes
    background: Background
    admission: Admission
    usual: ConversationMode = ConversationMode.TURN_BY_TURN
    most: int = 100
    can_talk: Callable[[], bool] = lambda: True
    first_filler: float = FIRST_FILLER
    opener_after: float | None = None
    stopgap: str = ""


async def _nothing() -> None:
    """Does nothing."""


class StreamCalls:
    """Carries calls as streams."""

    def __init__(self, parts: StreamParts) -> None:
        self._parts = parts
        self._replies = Replies(parts.store)
        self._places = StreamPlaces(parts.most, parts.admission)
        self._inboxes: dict[int, Inbox[Event]] = {}
        self._draining = False

    @property
    def open_streams(self) -> int:
        """How many streams are open in this process."""
        return self._places.taken

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
        if await self._may_stream(brief, consultation) and await self._places.promise():
            opened = await transact(self._parts.store, consultation_id, _one_more_stream(call_sid))
            if not opened.reached(State.SUMMARISING):
                expected = ExpectedStream(consultation_id, call_sid, opened.talkers)
                return OpenStream(await self._parts.tokens.issue(expected))
        elif consultation.talkers:
            await transact(self._parts.store, consultation_id, _taken_over(call_sid, consultation.talkers))
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
            call: which call; who talks in it is what the token says.
            token: names the stream.
            incoming: the callee's side; that it ends does not say that the callee has hung up.
            on_accepted: awaited once it is known that the stream was expected.

        Raises:
            StreamNotExpected, Overloaded, ConsultationNotFound, UnknownCall, WrongState, CallTakenOver,
            StoreUnavailable
        """
        if self._draining:
            raise Overloaded(RETRY_AFTER)
        with self._places.take():
            async with aclosing(self._carried(call, token, incoming, on_accepted)) as agent:
                async for event in agent:
                    yield event

    async def _carried(
        self,
        call: ExpectedStream,
        token: str,
        incoming: AsyncIterator[CalleeEvent],
        on_accepted: Callable[[], Awaitable[None]],
    ) -> AsyncGenerator[AgentEvent, None]:
        expected = await self._parts.tokens.redeem(token)
        if expected is None or expected != replace(call, talker=expected.talker):
            raise StreamNotExpected(call.consultation_id)
        call = expected
        await on_accepted()
        await transact(self._parts.store, call.consultation_id, _talking(call))
        await self._parts.exchanges.answer(call.consultation_id, call.call_sid, talker=call.talker)
        brief, consultation = await self._parts.store.load(call.consultation_id)
        reply = await self._replies.latest(consultation)
        unanswered = await self._parts.store.remembered_input(call.consultation_id, consultation.open_turn)
        outgoing: asyncio.Queue[AgentEvent | None] = asyncio.Queue(_MOST_EVENTS)
        inbox: Inbox[Event] = Inbox()
        session = Session(self._session_parts(call, brief, inbox, outgoing))
        work = session.run(reply, playout_of(consultation), incoming, unanswered)
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
            inbox.post(Failure())

    async def _may_stream(self, brief: Brief, consultation: Consultation) -> bool:
        wanted = (brief.dialling.mode or self._parts.usual) is ConversationMode.STREAM
        spent = consultation.turn_by_turn or consultation.streams_opened >= MOST_STREAMS
        # A stream in which nothing was ever heard did not work.
        mute = consultation.streams_opened > 0 and not (consultation.heard_through or consultation.heard_parts)
        if (
            not wanted
            or self._draining
            or not self._parts.can_talk()
            or spent
            or mute
            or consultation.reached(State.SUMMARISING)
        ):
            return False
        if not consultation.turn_count:
            return True
        latest = await self._replies.latest(consultation)
        return not isinstance(latest.next, HandOver | HangUp)

    def _session_parts(
        self,
        call: ExpectedStream,
        brief: Brief,
        inbox: Inbox[Event],
        outgoing: asyncio.Queue[AgentEvent | None],
    ) -> SessionParts:
        post, owner = inbox.post, self._parts.background
        return SessionParts(
            conversation=Conversation(
                self._parts.exchanges,
                self._replies,
                self._parts.listening,
                call,
                background=owner,
                post=post,
                first_filler=self._parts.first_filler,
                opener_after=self._parts.opener_after,
            ),
            playback=Playback(
                self._parts.speech,
                outgoing.put,
                owner,
                keeps=lambda sentence: not brief.person.named_in(sentence),
                on_failure=lambda: post(Hushed()),
                stopgap=self._parts.stopgap,
            ),
            ears=Ears(self._parts.detector(), self._parts.recogniser, owner, post, self._parts.beeps()),
            floor=TurnTaking(at=asyncio.get_running_loop().time()),
            inbox=inbox,
            send=outgoing.put,
            background=owner,
        )


def _one_more_stream(call_sid: str) -> Decision:
    def decide(_brief: Brief, current: Consultation) -> Change | None:
        check_call(current, call_sid)
        if current.reached(State.SUMMARISING):
            return None
        opened, talkers = current.streams_opened + 1, current.talkers + 1
        return Change(replace(current, streams_opened=opened, talkers=talkers, version=current.version + 1))

    return decide


def _talking(call: ExpectedStream) -> Decision:
    """Lets a stream take the call over from whoever was given the right to talk before it."""
    return lambda _brief, current: Change(replace(current, version=current.version + 1), talker=call.talker)


def _taken_over(call_sid: str, talkers: int) -> Decision:
    """Lets webhooks take the call over, unless somebody was given the right to talk after them.

    Args:
        call_sid: whose webhook it is.
        talkers: how often it was given when the webhook came.
    """

    def decide(_brief: Brief, current: Consultation) -> Change | None:
        check_call(current, call_sid)
        if current.talkers != talkers or current.reached(State.SUMMARISING):
            return None
        return Change(replace(current, talkers=talkers + 1, version=current.version + 1), talker=talkers + 1)

    return decide


def _close(outgoing: asyncio.Queue[AgentEvent | None]) -> None:
    """Ends a stream whose session has ended, even if it takes nothing any more."""
    if outgoing.full():
        outgoing.get_nowait()
    outgoing.put_nowait(None)
