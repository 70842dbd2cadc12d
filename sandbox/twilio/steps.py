"""What a call does next: which document it executes."""

from dataclasses import dataclass, field

from sandbox.twilio.journal import Purpose
from sandbox.twilio.verbs import Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Fetches a document.

    Attributes:
        purpose: what for, for the journal.
        url: absolute.
        method: GET or POST.
        parameters: sent besides those that every request of the call carries.
    """

    purpose: Purpose
    url: str
    method: Method
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inline:
    """Executes TwiML that was given to the REST API."""

    twiml: str


Step = Fetch | Inline
