"""Turns as messages."""

from __future__ import annotations

from calling.v1 import transcript_pb2
from orchestrator.domain.turn import LanguageModelUse, Speaker, Turn, Understanding
from orchestrator.rpc.conversion.codes import danger_value

_SPEAKERS = {
    Speaker.AGENT: transcript_pb2.Turn.SPEAKER_AGENT,
    Speaker.CALLEE: transcript_pb2.Turn.SPEAKER_CALLEE,
}
_TIMINGS = ("recording", "speech_to_text", "matching", "language_model", "text_to_speech", "total", "end_of_turn")


def turn_message(turn: Turn, heard: str) -> transcript_pb2.Turn:
    """Returns a turn as a message.

    Args:
        turn: the turn.
        heard: what of it was proven to be heard.
    """
    message = transcript_pb2.Turn(
        number=turn.number,
        speaker=_SPEAKERS[turn.speaker],
        text=turn.text,
        heard=heard,
        confidence=turn.confidence,
        source=transcript_pb2.Turn.Source.Value(f"SOURCE_{turn.source.upper()}"),
        subject=turn.subject,
        understanding=_understanding(turn.understanding) if turn.understanding else None,
        language_model_use=_language_model_use(turn.language_model_use) if turn.language_model_use else None,
        wording_version=turn.wording_version,
    )
    message.create_time.FromDatetime(turn.created_at)
    message.timings.SetInParent()
    for name in _TIMINGS:
        milliseconds = getattr(turn.timings, name)
        if milliseconds is not None:
            getattr(message.timings, name).FromMicroseconds(round(milliseconds * 1000))
    return message


def _understanding(understanding: Understanding) -> transcript_pb2.Understanding:
    return transcript_pb2.Understanding(
        intent=understanding.intent,
        layer=transcript_pb2.Understanding.Layer.Value(f"LAYER_{understanding.layer.upper()}"),
        confidence=understanding.confidence,
        expected_answer=understanding.expected_answer,
        danger_kind=danger_value(understanding.danger),
        number=_shown(understanding.number),
    )


def _shown(number: int | None) -> int | None:
    """Returns a number that was said; None if it has more digits than the field: it is no quantity."""
    return None if number is None or abs(number) >= 2**63 else number


def _language_model_use(use: LanguageModelUse) -> transcript_pb2.LanguageModelUse:
    return transcript_pb2.LanguageModelUse(
        model=use.model,
        prompt_version=use.prompt_version,
        input_tokens=use.input_tokens,
        output_tokens=use.output_tokens,
        attempts=use.attempts,
    )
