"""Who has a telephone number, and how the calls to it go."""

from dataclasses import dataclass, replace

from sandbox.clock import Clock
from sandbox.script import Script
from sandbox.twilio.settings import Quirks, Streams
from sandbox.twilio.switch import Switch


@dataclass(frozen=True)
class Subscriber:
    """Describes who has a number. What is None is as it is for everybody.

    Attributes:
        callee: takes the calls.
        speed: phone seconds a real second in these calls.
        quirks: Twilio's in these calls, as far as they are about calls and not about the REST API.
        streams: how these calls' streams behave.
    """

    callee: Script
    speed: float | None = None
    quirks: Quirks | None = None
    streams: Streams | None = None

    def switch(self, usual: Switch) -> Switch:
        """Returns the switch for one of these calls."""
        settings = usual.settings.model_copy(
            update={name: value for name in ("quirks", "streams") if (value := getattr(self, name)) is not None}
        )
        return replace(usual, settings=settings, clock=usual.clock if self.speed is None else Clock(self.speed))
