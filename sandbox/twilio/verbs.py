"""The TwiML verbs that the sandbox executes, with the defaults of Twilio's documents. Times are in seconds."""

from dataclasses import dataclass
from typing import Final, Literal

Method = Literal["GET", "POST"]
RecordingEvent = Literal["in-progress", "completed", "absent"]

ANY_KEY: Final = "1234567890*#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Twilio's voice reads `text`, `loop` times."""

    text: str
    voice: str = "man"
    language: str = "en-US"
    loop: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Plays the audio at `url`, `loop` times, or the keys in `digits` (`w` waits half a second)."""

    url: str = ""
    loop: int = 1
    digits: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Waits silently."""

    length: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Records the callee until `timeout` seconds of silence (0: however long), a key, `max_length`, or hang-up.

    `action` None is the current document.
    """

    action: str | None = None
    method: Method = "POST"
    timeout: int = 5
    finish_on_key: str = ANY_KEY
    max_length: int = 3600
    play_beep: bool = True
    trim: bool = True
    status_callback: str | None = None
    status_callback_method: Method = "POST"
    status_callback_events: frozenset[RecordingEvent] = frozenset({"completed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gather:
    """Collects keys while and after `prompts` are played. `num_digits` None: as many as are pressed."""

    action: str | None = None
    method: Method = "POST"
    timeout: int = 5
    finish_on_key: str = "#"
    num_digits: int | None = None
    input: str = "dtmf"
    action_on_empty_result: bool = False
    prompts: tuple[Say | Play | Pause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """Goes on with the document at `url`; empty: the current one."""

    url: str = ""
    method: Method = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup:
    """Ends the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Connects the callee to another number, `answer_on_bridge` or at once. `action` None: the next verb follows."""

    number: str
    action: str | None = None
    method: Method = "POST"
    timeout: int = 30
    time_limit: int = 14400
    caller_id: str | None = None
    answer_on_bridge: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A WebSocket that carries a call's sound both ways. An empty `name` or `status_callback` is none."""

    url: str
    name: str = ""
    track: str = "inbound_track"
    status_callback: str = ""
    status_callback_method: Method = "POST"
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Connects the call to a stream until that is closed. `action` None: the next verb follows."""

    stream: Stream
    action: str | None = None
    method: Method = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """A verb that Twilio knows and the sandbox does not."""

    name: str


Verb = Say | Play | Pause | Record | Gather | Redirect | Hangup | Dial | Connect | Unsupported
