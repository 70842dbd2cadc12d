"""The exchanges of a live stream: one at a time, on a task of its own, so that the stream goes on meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from orchestrator.dialogue.background import Background
from orchestrator.dialogue.budget import Stopwatch
from orchestrator.dialogue.call.live_calls import LiveCalls
from orchestrator.dialogue.call.patience import ListeningTimes, silence_timeout
from orchestrator.dialogue.call.replies import Replies
from orchestrator.dialogue.ports.streams import ExpectedStream
from orchestrator.dialogue.turn_taking.expected import Expected, expected_by
from orchestrator.domain.errors import CallingError, StoreUnavailable
from orchestrator.domain.plan import Step, StepKind
from orchestrator.domain.playout import Playout
from orchestrator.domain.turn import CalleeInput, Reply, SpokenInput, Wait

# Seconds after which a callee who waits for an answer hears a filler, unless it is set; then, another.
FIRST_FILLER = 1.5
NEXT_FILLER = 6.0
# So much later, in seconds, a filler would be there if it came at all.
_FILLER_IS_LATE = 0.5


@dataclass(frozen=True, slots=True)
class Replied:
    """An exchange is done, or takes so long that its reply is a filler and `Wait`."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Begun:
    """The beginning of a reply, to be said while the rest is on its way; `Replied` comes with all of it."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Stalled:
    """Neither a reply nor a filler came in time: what an exchange needs to begin, or to end, does not answer."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The call cannot go on in this stream."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What the callee is asked: the open step, how often it was asked, and how long they are waited for.

    Attributes:
        pause: seconds of silence that end this callee's turn at the latest.
    """

    step: Step | None
    ask_count: int
    pause: float

    @property
    def expected(self) -> Expected:
        """What kind of answer is waited for."""
        return Expected.OPEN if self.step is None else expected_by(self.step, self.ask_count)

    @property
    def keys(self) -> int:
        """How many digits the open step takes; 0: any."""
        return self.step.keys if self.step else 0

    @property
    def must_be_heard_out(self) -> bool:
        """Whether an answer counts only once the question was heard."""
        return self.step is not None and self.step.kind is StepKind.CONSENT


class Conversation:
    """Runs the exchanges of one stream. What it finds out it posts to the stream's inbox."""

    def __init__(
        self,
        exchanges: LiveCalls,
        replies: Replies,
        listening: ListeningTimes,
        call: ExpectedStream,
        *,
        background: Background,
        post: Callable[[Replied | Begun | Stalled | Failure], None],
        first_filler: float = FIRST_FILLER,
        opener_after: float | None = None,
    ) -> None:
        """Makes it.

        Args:
            exchanges: takes turns.
            replies: knows what was replied, and notes what of it was heard.
            listening: how long callees are listened to.
            call: which call, and the fencing token of who talks in it.
            background: owns the work.
            post: takes what comes of exchanges.
            first_filler: seconds after which a callee who waits for an answer hears a filler.
            opener_after: seconds after which an answer that is still being worded is opened; None: it is not.
        """
        self._exchanges = exchanges
        self._replies = replies
        self._listening = listening
        self._consultation_id = call.consultation_id
        self._call_sid = call.call_sid
        self._talker = call.talker
        self._background = background
        self._post = post
        self._first_filler = first_filler
        self._opener_after = opener_after
        self._exchange: asyncio.Task[None] | None = None
        self._turn_number = 0  # which turn it takes
        self._note: asyncio.Task[None] | None = None
        self._unnoted: tuple[int, Playout] | None = None
        self._kept: tuple[int, CalleeInput] | None = None

    @property
    def busy(self) -> bool:
        """Whether an exchange is at work."""
        return self._exchange is not None and not self._exchange.done()

    def take(self, turn_number: int, callee_input: CalleeInput | None, playout: Playout | None) -> None:
        """Begins an exchange; its reply is posted.

        Args:
            turn_number: the callee's turn.
            callee_input: what the callee did; None: the goodbye was played.
            playout: how far the words before it were played.
        """
        self._unnoted = None  # the exchange notes it
        if callee_input is not None:
            self._remember(turn_number, callee_input)
        self._turn_number = turn_number
        self._exchange = self._background.start(
            self._guarded(self._taken(turn_number, callee_input, playout)), name="stream_exchange"
        )

    def think_ahead(self, turn_number: int, callee_input: SpokenInput, playout: Playout) -> None:
        """Has work begun on a turn that may be over."""
        self._remember(turn_number, callee_input)
        work = self._exchanges.think_ahead(
            self._consultation_id, self._call_sid, turn_number, callee_input, playout, talker=self._talker
        )
        self._background.start(self._guarded(work), name="stream_think_ahead")

    async def withdraw(self) -> bool:
        """Takes an exchange back because the callee goes on speaking; returns whether nothing came of it yet."""
        withdrawn = self._exchanges.withdraw(
            self._consultation_id, self._call_sid, self._turn_number, talker=self._talker
        )
        if withdrawn and self._exchange is not None:
            self._exchange.cancel()
            await asyncio.gather(self._exchange, return_exceptions=True)
        return withdrawn

    def note(self, open_turn: int, playout: Playout) -> None:
        """Has it noted how far the reply before a callee's turn was played; only the newest counts."""
        self._unnoted = (open_turn, playout)
        if self._note is None or self._note.done():
            self._note = self._background.start(self._guarded(self._noted()), name="stream_note")

    async def asking(self) -> Asking:
        """Returns what the callee is asked now.

        Raises:
            ConsultationNotFound, StoreUnavailable
        """
        brief, consultation = await self._replies.store.load(self._consultation_id)
        progress, steps = consultation.progress, brief.plan.steps
        step = steps[progress.position] if progress.position < len(steps) else None
        return Asking(step, progress.ask_count, silence_timeout(progress, brief.listening, self._listening))

    async def turn_by_turn(self) -> None:
        """Has the call go on turn by turn from now on: what streams need is not to be had."""
        await self._guarded(self._replies.turn_by_turn(self._consultation_id, talker=self._talker))

    async def close(self) -> None:
        """Notes what is left to note; an exchange that is at work is finished by whoever owns it."""
        if self._exchange is not None:
            self._exchanges.say_no_more(self._consultation_id, self._call_sid, self._turn_number, talker=self._talker)
            self._exchange.cancel()
            await asyncio.gather(self._exchange, return_exceptions=True)
        if self._note is not None:
            await asyncio.gather(self._note, return_exceptions=True)

    async def _taken(self, turn_number: int, callee_input: CalleeInput | None, playout: Playout | None) -> None:
        said, patience, watch = callee_input, self._first_filler, Stopwatch()
        while True:
            with self._stalled_after(patience + _FILLER_IS_LATE):
                reply = await self._exchanges.take_turn(
                    self._consultation_id,
                    self._call_sid,
                    turn_number,
                    said,
                    filler_after=patience,
                    opener_after=self._opener_after,
                    playout=playout,
                    talker=self._talker,
                    on_begun=lambda reply: self._post(Begun(reply)),
                )
            self._post(Replied(reply))
            if not isinstance(reply.next, Wait):
                return
            opened = watch.elapsed() < self._first_filler
            said, patience = None, self._first_filler if opened else NEXT_FILLER

    @contextmanager
    def _stalled_after(self, seconds: float) -> Iterator[None]:
        alarm = asyncio.get_running_loop().call_later(seconds, self._post, Stalled())
        try:
            yield
        finally:
            alarm.cancel()

    def _remember(self, turn_number: int, callee_input: CalleeInput) -> None:
        """Keeps what the callee did for whoever takes the call over before it is answered."""
        if self._kept != (turn_number, callee_input):
            self._kept = (turn_number, callee_input)
            self._background.start(self._guarded(self._remembered(turn_number, callee_input)), name="stream_remember")

    async def _remembered(self, turn_number: int, callee_input: CalleeInput) -> None:
        with suppress(StoreUnavailable):  # it is for others; this one goes on by itself
            await self._replies.store.remember_input(
                self._consultation_id, turn_number, callee_input, talker=self._talker
            )

    async def _noted(self) -> None:
        while self._unnoted is not None:
            (open_turn, playout), self._unnoted = self._unnoted, None
            await self._replies.heard(self._consultation_id, open_turn, playout, talker=self._talker)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except CallingError:  # taken over, or the call's own webhooks try again, and apologise if need be
            self._post(Failure())
