"""How long the callee waits for an answer: from the end of their words to the agent's first sound."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sandbox.twilio.journal import Exchange, ExecutedVerb, Journal

_WEBHOOKS: Final = frozenset({"voice", "action", "redirect", "fallback"})


@dataclass(frozen=True, kw_only=True)
class TurnLatency:
    """Measures one turn. Phone seconds are what the callee lives through; HTTP passes in them at its real length.

    Attributes:
        turn: number of the turn in the call, from 1.
        end_of_speech_s: when the callee stopped, in phone seconds since the answer; None if nothing was said.
        end_of_recording_s: when Twilio stopped listening.
        first_audio_s: when the agent's next sound began.
        gap_phone_s: from the end of speech (or of the recording, if nothing was said) to the agent's sound.
        silence_wait_phone_s: the part of it that Twilio waited for more speech.
        server_real_ms: the part of it in which the application was asked: webhooks and audio.
        webhook_real_ms: of these, the webhooks.
        audio_fetch_real_ms: of these, fetching the first audio.
        mode: how the sound travelled. On a stream nothing ends a recording and nothing is fetched: the callee's speech
            ends when their last sound does, and `gap_phone_s`, below 0 if the agent did not wait for it, is everything.
        agent_broke_in: how often the agent began to speak before the callee's last sound, on a stream.
    """

    turn: int
    end_of_speech_s: float | None
    end_of_recording_s: float
    first_audio_s: float
    gap_phone_s: float
    silence_wait_phone_s: float
    server_real_ms: float
    webhook_real_ms: float
    audio_fetch_real_ms: float
    mode: Literal["record", "stream"] = "record"
    agent_broke_in: int = 0


def latencies(journal: Journal) -> list[TurnLatency]:
    """Measures all turns of a call.

    Args:
        journal: of that call only.
    """
    turns = []
    heard = [verb for verb in journal.verbs if verb.outcome.get("audio_s")]
    listened = [verb for verb in journal.verbs if verb.verb in {"Record", "Gather"} and verb.ended_s is not None]
    for number, listening in enumerate(listened, start=1):
        ended = _end_of(listening)
        first = next((verb for verb in heard if verb.started_s >= ended), None)
        if first is not None:
            turns.append(_turn(number, listening, first.outcome["audio_s"][0][0], journal.exchanges))
    return turns


def _turn(number: int, listening: ExecutedVerb, first_audio_s: float, exchanges: Sequence[Exchange]) -> TurnLatency:
    ended = _end_of(listening)
    speech = listening.outcome.get("speech_s")
    end_of_speech = min(speech[1], ended) if speech else None
    between = [each for each in exchanges if each.line_s is not None and ended <= each.line_s <= first_audio_s]
    webhook_ms = sum(each.real_ms or 0.0 for each in between if each.purpose in _WEBHOOKS)
    audio_ms = sum(each.real_ms or 0.0 for each in between if each.purpose == "play")
    return TurnLatency(
        turn=number,
        end_of_speech_s=end_of_speech,
        end_of_recording_s=ended,
        first_audio_s=first_audio_s,
        gap_phone_s=round(first_audio_s - (ended if end_of_speech is None else end_of_speech), 3),
        silence_wait_phone_s=round(ended - end_of_speech, 3) if end_of_speech is not None else 0.0,
        server_real_ms=round(webhook_ms + audio_ms, 3),
        webhook_real_ms=round(webhook_ms, 3),
        audio_fetch_real_ms=round(audio_ms, 3),
    )


def _end_of(listening: ExecutedVerb) -> float:
    return listening.ended_s if listening.ended_s is not None else listening.started_s
