"""What a callee really heard of a call, against what the transcript says was said to them."""

import re
from dataclasses import dataclass

from orchestrator.dialogue.spoken_sentences import sentences
from sandbox.report import Report

FILLER = "네, 잠시만 기다려 주세요."
OPENER = re.compile(r"그건요,? ?|\b그건 (?=그건)")
"""What opens an answer that is still being worded, whole or cut before the answer was begun anew."""


@dataclass(frozen=True)
class Piece:
    """What was heard without a pause; seconds since the answer."""

    start: float
    end: float
    words: str


def pieces_heard(report: Report) -> list[Piece]:
    """What the callee heard, in order, as their ear made it out of the sound."""
    found = []
    for verb in report.twilio["verbs"]:
        spans, words = verb.outcome.get("audio_s", []), verb.outcome.get("heard", [])
        found += [Piece(start, end, text) for (start, end), text in zip(spans, words, strict=True)]
    return sorted(found, key=lambda piece: piece.start)


def seconds_until_heard(report: Report, at: float) -> float:
    """How long after a moment the callee heard the agent begin to speak."""
    return round(min(piece.start for piece in pieces_heard(report) if piece.start > at) - at, 2)


def assert_heard_in_order(report: Report) -> None:
    """Nothing that was heard was said again, but for the sentence that was cut; nothing was left out, but the end.

    Fillers and openers do not count: who takes a call over does not know whether one was said.
    """
    texts = [OPENER.sub("", turn["text"]) for turn in report.transcript if turn["speaker"] == "agent"]
    turns = [text for text in texts if text != FILLER]
    said, starts = "", []
    for sentence in (sentence for text in turns for sentence in sentences(text)):
        starts.append(len(said))
        said += _letters(sentence)
    reached = 0
    for piece in pieces_heard(report):
        words = _letters(OPENER.sub("", piece.words.replace(FILLER, "")))
        if not words or _letters(FILLER).startswith(words):
            continue
        from_here = max(start for start in starts if start <= reached)
        place = said.find(words, from_here)
        assert from_here <= place <= reached, (piece, said[from_here : from_here + 40])
        reached = place + len(words)
    assert reached >= starts[-1]


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())
