"""Which utterances of the callee, and words of the agent, are lost or doubled in a transcript."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from sandbox.twilio.journal import ExecutedVerb
from tests.chaos.record import PhoneCall

Transcript = Sequence[Mapping[str, Any]]

_WORD: Final = re.compile(r"\w+")
_SENTENCE: Final = re.compile(r"[^.?!]+")
_POSTPONED: Final = "retry="
_HUNG_UP: Final = "hangup"

FILLER: Final = "네잠시만기다려주세요"
"""What is said while nothing can be written down."""

NOT_UNDERSTOOD: Final = "unintelligible"
"""The source of a turn in which somebody spoke and no engine heard a word."""

MARKS_LATE: Final = 3.0
"""Seconds by which marks may be lost with a stream: a program that stands still is found out after two."""


@dataclass
class TurnFaults:
    """Holds what is wrong.

    Attributes:
        lost: sentences for people.
        doubled: likewise.
        not_understood: turns that stand there without the words, for no engine understood them.
        said_again: turns of the agent that were heard twice, the first time just before a stream broke off.
        in_part: utterances of which a part stands there: the recogniser, or the sound, broke off in them.
    """

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    not_understood: int = 0
    in_part: int = 0
    said_again: int = 0


def turn_faults(call: PhoneCall, transcript: Transcript) -> TurnFaults:
    """Holds a transcript against what the sandbox heard and played."""
    faults = TurnFaults()
    numbers = Counter(turn["turn"] for turn in transcript)
    faults.doubled += [f"turn {number} stands there {count} times" for number, count in numbers.items() if count > 1]
    words = _words(call)
    accepted = _accepted(call, words)
    recorded = {number: words[sid] for number, sid in accepted.items()}
    _check_recorded(recorded, {turn["turn"]: turn for turn in transcript}, faults)
    others = [turn for turn in transcript if turn["speaker"] == "callee" and turn["turn"] not in recorded]
    perhaps = [text for sid, text in words.items() if sid not in accepted.values()]
    _check_others(call, perhaps, others, transcript, faults)
    _check_agent(call, transcript, faults)
    return faults


def _words(call: PhoneCall) -> dict[str, str]:
    """Returns what was said in each recording."""
    return {
        verb.outcome["recording_sid"]: verb.outcome["words"] for verb in call.verbs if "recording_sid" in verb.outcome
    }


def _accepted(call: PhoneCall, words: Mapping[str, str]) -> dict[int, str]:
    """Returns the recording of each turn that a webhook reported and an answer accepted."""
    accepted = {}
    for exchange in call.exchanges:
        parts = urlsplit(exchange.url)
        fields = {**parse_qs(parts.query), **exchange.parameters}
        sid = fields.get("RecordingSid", [""])[0]
        taken = exchange.status == 200 and exchange.answer and _POSTPONED not in exchange.answer
        if parts.path.endswith("/recording") and taken and sid in words and fields.get("Digits") != [_HUNG_UP]:
            accepted[int(fields["turn"][0])] = sid
    return accepted


def _check_recorded(recorded: Mapping[int, str], turns: Mapping[int, Mapping[str, Any]], faults: TurnFaults) -> None:
    for number, words in recorded.items():
        turn = turns.get(number)
        if turn is None or turn["speaker"] != "callee":
            faults.lost.append(f"turn {number} was accepted and is not in the transcript")
        elif plain(words) and not plain(turn["text"]):
            faults.not_understood += 1
        elif plain(words) != plain(turn["text"]):
            faults.lost.append(f"turn {number} has other words than were said")


def _check_others(
    call: PhoneCall, perhaps: Sequence[str], turns: Transcript, transcript: Transcript, faults: TurnFaults
) -> None:
    """Counts the utterances that no webhook numbered in what was written down.

    Those of streams must be there at least where they were answered, and at most as often as they were said; those of
    recordings that nobody accepted (`perhaps`) may be there.
    """
    said = Counter(plain(text) for verb in _streams(call) for text in verb.outcome["said"])
    said += Counter(map(plain, perhaps))
    agent = plain(" ".join(turn["text"] for turn in transcript if turn["speaker"] == "agent"))
    answered = Counter(plain(text) for verb in _streams(call) for text in _answered(verb, agent))
    written = "|".join(plain(turn["text"]) for turn in turns)
    without_words = sum(turn.get("source") == NOT_UNDERSTOOD for turn in turns)
    for utterance in sorted(filter(None, said), key=len, reverse=True):
        count = written.count(utterance)
        written = written.replace(utterance, "|")
        if count > said[utterance]:
            faults.doubled.append(f"said {said[utterance]} times, written down {count} times")
        for _ in range(answered[utterance] - count):
            parts = [part for part in written.split("|") if part and _is_part(part, utterance)]
            if parts:
                faults.in_part += 1
                written = written.replace(max(parts, key=len), "|", 1)
            elif without_words:
                faults.not_understood += 1
                without_words -= 1
            else:
                faults.lost.append(f"said and answered {answered[utterance]} times, written down {count} times")
    for rest in filter(None, written.split("|")):
        if not any(_is_part(rest, utterance) for utterance in said):
            faults.doubled.append(f"{len(rest)} letters were written down and never said")


def _check_agent(call: PhoneCall, transcript: Transcript, faults: TurnFaults) -> None:
    """Nothing that was heard to its end is said again, but for what was heard just before a stream broke off."""
    heard = plain(" ".join(text for verb in call.verbs for text in verb.outcome.get("heard", [])))
    turns = Counter(plain(turn["text"]) for turn in transcript if turn["speaker"] == "agent")
    whole = plain(" ".join(turn["text"] for turn in transcript if turn["speaker"] == "agent"))
    for text in filter(None, turns):
        again = heard.count(text) - max(turns[text], whole.count(text))
        excused = min(max(again, 0), _unproven(call, text))
        faults.said_again += excused
        if again > excused:
            faults.doubled.append(f"an agent's turn was heard {heard.count(text)} times, written {turns[text]} times")
    for turn in transcript:
        # Sentence by sentence: one that was cut is said again from its beginning.
        if turn["speaker"] == "agent" and any(plain(each) not in heard for each in _SENTENCE.findall(turn["heard"])):
            faults.lost.append(f"turn {turn['turn']} claims words as heard that were not played")


def _unproven(call: PhoneCall, text: str) -> int:
    """Counts how often words were heard so shortly before the end of a stream that no mark may have told of it."""
    return sum(
        text in plain(heard) and verb.ended_s - end < MARKS_LATE
        for verb in _streams(call)
        if verb.ended_s is not None
        for heard, (_, end) in zip(verb.outcome["heard"], verb.outcome["audio_s"], strict=True)
    )


def _streams(call: PhoneCall) -> Iterator[ExecutedVerb]:
    return (verb for verb in call.verbs if verb.verb == "Connect" and "said" in verb.outcome)


def _answered(verb: ExecutedVerb, agent: str) -> Iterator[str]:
    """Yields what the callee said on a stream before words of the agent that the transcript has.

    What was said while the agent spoke on is none of it: "네" in between is no answer. Nor is what was said before the
    agent's first words on a stream: they go on from where an earlier one ended; nor before a filler, whole or cut.
    """
    spans = list(zip(verb.outcome["audio_s"], verb.outcome["heard"], strict=True))
    for (_, said_until), text in zip(verb.outcome["said_s"], verb.outcome["said"], strict=False):
        start, words = next(((start, words) for (start, end), words in spans if end > said_until), (0.0, ""))
        reply = plain(words)
        if start > said_until and start > spans[0][0][0] and not FILLER.startswith(reply) and reply in agent:
            yield text


def _is_part(letters: str, utterance: str) -> bool:
    """Whether letters stand in an utterance in this order: what a recogniser heard that broke off in it."""
    rest = iter(utterance)
    return all(letter in rest for letter in letters)


def plain(text: str) -> str:
    """Returns the letters and digits of a text alone."""
    return "".join(_WORD.findall(text))
