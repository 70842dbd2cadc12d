"""A reply as sentences, spoken one after the other, and how far into its turns each of them reaches. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.dialogue.spoken_sentences import sentences
from orchestrator.domain.playout import HeardPart, Playout
from orchestrator.domain.turn import Prompt


@dataclass(frozen=True, slots=True)
class SpokenSentence:
    """A sentence of an agent's turn.

    Attributes:
        turn_number: the turn.
        end: so many of the turn's characters were heard once this sentence was.
        last: it is the last one of its turn.
        uninterruptible: it must be heard to its end.
    """

    turn_number: int
    text: str
    end: int
    last: bool
    uninterruptible: bool = False


def spoken_script(prompts: Sequence[Prompt], first_turn: int) -> tuple[SpokenSentence, ...]:
    """Returns what is said, sentence by sentence.

    Args:
        prompts: the words, a turn each.
        first_turn: number of the first one's turn.
    """
    return tuple(
        sentence for index, prompt in enumerate(prompts) for sentence in _sentences(prompt, first_turn + index)
    )


def _sentences(prompt: Prompt, turn_number: int) -> list[SpokenSentence]:
    ends, position = [], 0
    texts = sentences(prompt.text)
    for text in texts:
        position = _end_of(text, prompt.text, position)
        ends.append(position)
    last = len(texts) - 1
    return [
        SpokenSentence(
            turn_number, text, len(prompt.text) if index == last else end, index == last, prompt.uninterruptible
        )
        for index, (text, end) in enumerate(zip(texts, ends, strict=True))
    ]


def _end_of(sentence: str, text: str, position: int) -> int:
    """Returns where a sentence ends in a text, however the text is spaced."""
    for character in sentence.replace(" ", ""):
        position = text.index(character, position) + 1
    return position


def heard_of(script: Sequence[SpokenSentence], playout: Playout) -> int:
    """Returns how many sentences of a script were heard before, as an earlier stream has noted."""
    parts = {part.turn_number: part.characters for part in playout.parts}
    count = 0
    for sentence in script:
        heard = parts.get(sentence.turn_number)
        known = sentence.turn_number <= playout.through if heard is None else sentence.end <= heard
        if not known:
            break
        count += 1
    return count


def playout_of(script: Sequence[SpokenSentence], heard: int) -> Playout:
    """Returns how far the turns of a script were played.

    Args:
        script: what is said.
        heard: how many of its sentences were proven to be played.
    """
    through, parts = 0, dict.fromkeys((sentence.turn_number for sentence in script), 0)
    for sentence in script[:heard]:
        parts[sentence.turn_number] = sentence.end
        if sentence.last:
            through = sentence.turn_number
            del parts[sentence.turn_number]
    return Playout(through, tuple(HeardPart(number, characters) for number, characters in parts.items()))
