"""What came of a call, as `out.json` has it."""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox import line_audio
from sandbox.alarm_desk import AlarmPost
from sandbox.backend import Delivery
from sandbox.latency import TurnLatency, latencies
from sandbox.stream_latency import Interruption, Spread, interruptions, spread, stream_latencies
from sandbox.twilio.call import Call
from sandbox.twilio.journal import Journal
from sandbox.twilio.resources import call_json
from sandbox.twilio.settings import TwilioSettings


@dataclass(frozen=True, kw_only=True)
class Report:
    """Holds everything about one call.

    Attributes:
        ended: whether the call, and the consultation, ran to their end in time.
        consultation: as the gateway shows it; None if it does not.
        transcript: the turns, as the gateway shows them.
        result: the body of the first delivery that the backend took; None if it took none.
        deliveries: every `POST` of a result that the backend saw.
        alarms: every `POST` of an alarm that it saw; `line_s` says when in the call, null that it was over.
        twilio: `call`, `requests` both ways, executed `verbs`, and `errors`: each breach of the protocol.
        latency: per turn.
        interruptions: how soon the agent was silent, each time that the callee broke in on a stream.
        latency_summary: of `gap_phone_s` in `latency`, and of `talked_over_phone_s` in `interruptions`.
        audio: paths of `callee_heard` and `agent_heard`; empty if no audio was kept.
    """

    ended: bool
    consultation: dict[str, Any] | None
    transcript: list[dict[str, Any]]
    result: dict[str, Any] | None
    deliveries: list[Delivery]
    alarms: list[AlarmPost]
    twilio: dict[str, Any]
    latency: list[TurnLatency]
    audio: dict[str, str]
    interruptions: list[Interruption] = field(default_factory=list)

    @property
    def latency_summary(self) -> dict[str, Spread]:
        """Sums up what the callee lived through."""
        return {
            "gap_phone_s": spread([turn.gap_phone_s for turn in self.latency]),
            "talked_over_phone_s": spread([each.talked_over_phone_s for each in self.interruptions]),
        }

    @property
    def ok(self) -> bool:
        """Whether the call ran to its end without a breach of Twilio's protocol."""
        return self.ended and not self.twilio["errors"]

    def to_json(self) -> str:
        """Returns the text of `out.json`."""
        summary = {name: asdict(each) for name, each in self.latency_summary.items()}
        return json.dumps(asdict(self) | {"latency_summary": summary}, ensure_ascii=False, indent=2, default=_plain)


def twilio_part(call: Call | None, journal: Journal, settings: TwilioSettings) -> dict[str, Any]:
    """Returns what went between Twilio and the application.

    Args:
        call: None if none was made.
        journal: of that call, with the requests that led to none.
        settings: of the sandbox's Twilio.
    """
    return {
        "call": call_json(call, settings.account, settings.quirks) if call else None,
        "requests": journal.exchanges,
        "verbs": journal.verbs,
        "errors": journal.breaches,
    }


def keep_audio(call: Call | None, folder: Path | None) -> dict[str, str]:
    """Writes what both sides heard as WAV files. Blocks.

    Returns:
        The paths of `callee_heard` and `agent_heard`; nothing if the call was not answered, or no folder is given.
    """
    if call is None or call.line is None or folder is None:
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    line, length = call.line, float(call.duration_s) + 1.0
    agent_heard = line.with_background(line.from_callee.between(0.0, length), 0.0)
    paths = {}
    for name, samples in (("callee_heard", line.to_callee.between(0.0, length)), ("agent_heard", agent_heard)):
        path = folder / f"{call.sid}-{name.replace('_', '-')}.wav"
        path.write_bytes(line_audio.wav_file(samples))
        paths[name] = str(path)
    return paths


def measured(call: Call | None, journal: Journal) -> list[TurnLatency]:
    """Measures the turns of a call; none if there was no call."""
    if call is None:
        return []
    part = journal.of_call(call.sid)
    recorded, streamed = latencies(part), stream_latencies(part)
    if not streamed:
        return recorded
    turns = sorted(recorded + streamed, key=lambda turn: turn.first_audio_s)
    return [replace(turn, turn=number) for number, turn in enumerate(turns, start=1)]


def talked_over(call: Call | None, journal: Journal) -> list[Interruption]:
    """Measures the interruptions of a call; none if there was no call."""
    return interruptions(journal.of_call(call.sid)) if call else []


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON")
