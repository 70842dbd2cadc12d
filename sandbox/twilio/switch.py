"""The telephone switch: what all calls share."""

from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.events import Events
from sandbox.twilio.journal import Journal
from sandbox.twilio.media import MediaCache
from sandbox.twilio.recordings import Recordings
from sandbox.twilio.settings import TwilioSettings


@dataclass(frozen=True, kw_only=True)
class Switch:
    """Holds the parts.

    Attributes:
        settings: of the sandbox's Twilio.
        clock: the phone's time.
        base_url: of the REST API, for the URLs of recordings.
        journal: takes what happens between Twilio and the application.
        events: takes what displays show.
        media: the cache of what is played.
        recordings: takes recordings.
    """

    settings: TwilioSettings
    clock: Clock
    base_url: str
    journal: Journal
    events: Events
    media: MediaCache
    recordings: Recordings
