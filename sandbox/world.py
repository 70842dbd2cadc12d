"""The sandbox as a whole: Twilio, callees and the backend on one clock."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from sandbox.backend import SandboxBackend
from sandbox.clock import Clock
from sandbox.events import Events, Subscription
from sandbox.script import Script
from sandbox.twilio.server import SandboxTwilio
from sandbox.twilio.settings import TwilioSettings


class WorldSettings(BaseModel):
    """Holds what can be set.

    Attributes:
        twilio: about Twilio, the telephone network and the account.
        speed: phone seconds a real second. HTTP, and whatever the application does, stays in real time.
        backend_host: address on which the backend listens.
        backend_port: 0: any free one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    twilio: TwilioSettings = TwilioSettings()
    speed: float = Field(default=1.0, gt=0)
    backend_host: str = "127.0.0.1"
    backend_port: int = Field(default=0, ge=0, le=65535)


class World:
    """Runs the sandbox. The ports are bound when it is made; use it in an `async with` block.

    Attributes:
        settings: as given.
        twilio: the Twilio.
        backend: the backend.
    """

    def __init__(self, settings: WorldSettings | None = None) -> None:
        """Binds the ports, so that URLs are known before anything runs.

        Raises:
            OSError: a port is taken.
        """
        self.settings = settings or WorldSettings()
        self._events = Events()
        self.twilio = SandboxTwilio(self.settings.twilio, Clock(self.settings.speed), self._events)
        self.backend = SandboxBackend(
            self._events, self.settings.backend_host, self.settings.backend_port, self.twilio.live_line_s
        )
        self._parts = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._parts.callback(self._events.close)
        await self._parts.enter_async_context(self.backend)
        await self._parts.enter_async_context(self.twilio)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends all calls, closes the ports, and ends the streams of events.

        Raises:
            ExceptionGroup: a call failed by a fault of the sandbox itself.
        """
        await self._parts.aclose()

    @property
    def twilio_url(self) -> str:
        """What `TWILIO_API_BASE_URL` must be."""
        return self.twilio.url

    @property
    def result_url(self) -> str:
        """What `SPRING_BOOT_URL` must be."""
        return self.backend.result_url

    @property
    def alarm_url(self) -> str:
        """What `ALARM_URLS` must be."""
        return self.backend.alarm_url

    def next_callee(self, callee: Script) -> None:
        """Names who takes the next call; several are taken in order."""
        self.twilio.expect(callee)

    def events(self) -> Subscription:
        """Returns what happens from now on; use it in a `with` block and iterate with `async for`."""
        return self._events.subscribe()
