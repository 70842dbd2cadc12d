"""The sandbox's Twilio as a whole."""

from collections import deque
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from sandbox.clock import Clock
from sandbox.events import Events
from sandbox.http_server import HttpServer
from sandbox.script import Script
from sandbox.tasks import Tasks
from sandbox.twilio.call import Call
from sandbox.twilio.call_request import CallRequest
from sandbox.twilio.dial_queue import DialQueue
from sandbox.twilio.journal import Journal
from sandbox.twilio.live_call import LiveCall
from sandbox.twilio.media import MediaCache
from sandbox.twilio.recordings import Recordings
from sandbox.twilio.rest import frame
from sandbox.twilio.rest_calls import CallsApi
from sandbox.twilio.rest_recordings import RecordingsApi
from sandbox.twilio.settings import TwilioSettings
from sandbox.twilio.subscriber import Subscriber
from sandbox.twilio.switch import Switch

_LARGEST_BODY: Final = 1024 * 1024
_MOST_CALLS_WITH_SOUND: Final = 100


class SandboxTwilio:
    """Twilio on loopback: the REST API, and the calls it makes. Use it in an `async with` block.

    Attributes:
        settings: as given.
        journal: everything between Twilio and the application, and what was wrong with it.
        recordings: the account's.
        subscribers: who takes the calls to a number, and how these calls go; other calls are for those expected.
        default_callee: takes the calls for which `expect` named nobody.
    """

    def __init__(self, settings: TwilioSettings, clock: Clock, events: Events) -> None:
        """Binds the port.

        Raises:
            OSError: the port is taken.
        """
        self.settings = settings
        self.journal = Journal()
        self.recordings = Recordings(settings.quirks)
        self.subscribers: dict[str, Subscriber] = {}
        self.default_callee = Script()
        self._calls_api = CallsApi(self, settings)
        self._server = HttpServer(settings.host, settings.port)
        self._queue = DialQueue(clock, settings.account.cps)
        self._expected: deque[Script] = deque()
        self._calls: dict[str, Call] = {}
        self._tasks = Tasks()
        self._switch = Switch(
            settings=settings, clock=clock, base_url=self.url, journal=self.journal, events=events, media=MediaCache(),
            recordings=self.recordings,
        )  # fmt: skip

    @property
    def url(self) -> str:
        """URL of the REST API: what `TWILIO_API_BASE_URL` must be."""
        return self._server.url

    async def __aenter__(self) -> Self:
        account, quirks = self.settings.account, self.settings.quirks
        app = web.Application(
            middlewares=frame(account, self.journal, quirks.media_needs_auth), client_max_size=_LARGEST_BODY
        )
        app.add_routes(self._calls_api.routes())
        app.add_routes(RecordingsApi(self.recordings, self.settings, self.url).routes())
        await self._server.start(app)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops listening and ends all calls, without further callbacks.

        Raises:
            ExceptionGroup: a call failed by a fault of the sandbox.
        """
        await self._server.stop()
        await self._tasks.close()

    def expect(self, callee: Script) -> None:
        """Names who takes the next call that nobody was named for."""
        self._expected.append(callee)

    def withdraw(self, callee: Script) -> None:
        """Takes back an expected callee whose call never came."""
        self._expected = deque(each for each in self._expected if each is not callee)

    def lose_create_answers(self, count: int) -> None:
        """Answers the next accepted `POST /Calls` with 503 all the same: the phone rings."""
        self._calls_api.answers_to_lose += count

    def place(self, request: CallRequest) -> Call:
        """Queues a call.

        Raises:
            ApiError: 22005: the queue is full.
        """
        subscriber = self._subscriber(request.to)
        switch = subscriber.switch(self._switch)
        call = Call(request, switch.clock.timeline(), self._queue.take_place())
        self._calls[call.sid] = call
        self._drop_old_sound()
        for code, message in request.warnings:
            self.journal.warn(code, message, call.sid)
        self._tasks.start(LiveCall(call, subscriber.callee, switch).run(), name=f"call {call.sid}")
        return call

    def find(self, sid: str) -> Call | None:
        """Returns a call."""
        return self._calls.get(sid)

    def newest_first(self) -> list[Call]:
        """Returns all calls."""
        return list(reversed(self._calls.values()))

    def live_line_s(self) -> float | None:
        """Returns the phone seconds since the answer of the newest call that is under way; None: there is none."""
        return next((call.line_s for call in self.newest_first() if call.line and not call.over), None)

    def forget(self, sid: str) -> None:
        """Forgets a call that is over, with its audio; its recordings and the journal stay."""
        self._calls.pop(sid, None)

    def _subscriber(self, number: str) -> Subscriber:
        if (subscriber := self.subscribers.get(number)) is not None:
            return subscriber
        return Subscriber(self._expected.popleft() if self._expected else self.default_callee)

    def _drop_old_sound(self) -> None:
        """Keeps the memory bounded: of calls long over, only what was written down stays."""
        for call in self.newest_first()[_MOST_CALLS_WITH_SOUND:]:
            if call.settled.is_set() and call.line:
                call.line.forget()
                self.recordings.forget(call.sid)
