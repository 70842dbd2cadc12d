"""What the gateway's modules say to one another about a call that is two streams of audio.

All audio is the telephone's own: mu-law, 8000 Hz, one channel, no header.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class StreamStart:
    """Names the call whose stream begins."""

    consultation_id: str
    call_sid: str
    stream_token: str
    """What the orchestrator gave out for this one stream."""


@dataclass(frozen=True, slots=True)
class CalleeAudio:
    """The callee, as heard."""

    mulaw: bytes


@dataclass(frozen=True, slots=True)
class PressedKey:
    """The callee pressed a key: `0` to `9`, `*`, `#`."""

    digit: str


@dataclass(frozen=True, slots=True)
class MarkReached:
    """Everything before a mark was played, or cleared."""

    name: str


CalleeEvent = CalleeAudio | PressedKey | MarkReached


@dataclass(frozen=True, slots=True)
class AgentAudio:
    """The agent, to be played after what was sent before."""

    mulaw: bytes


@dataclass(frozen=True, slots=True)
class SetMark:
    """Report when everything before this was played."""

    name: str


@dataclass(frozen=True, slots=True)
class ClearAudio:
    """Forget what was not played yet."""


@dataclass(frozen=True, slots=True)
class StreamOver:
    """The agent is done with the stream; AnswerCall says how the call goes on."""

    why: Literal["hang_up", "fall_back"]


AgentEvent = AgentAudio | SetMark | ClearAudio | StreamOver
