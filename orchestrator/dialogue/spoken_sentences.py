"""Cuts Korean text into sentences, each spoken by itself; also text that a language model is still writing. Pure.

Sentences end between words only, so joined with single spaces they give the text, spaced singly. What is cut does not
depend on the pieces in which a text comes: a decision that needs the next word waits for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

# Characters: a shorter sentence is spoken together with the next, a longer one is cut.
SHORTEST = 6
LONGEST = 80
# No part of a sentence that is cut is shorter, in characters, if it can be helped.
_SHORTEST_PART = 20

_WORDS = re.compile(r"(\S+)(\s*)")
_CLOSERS = "\"'”’」』)]"
_QUOTE_MARK = re.compile(r"""(?P<opens>(?:^|(?<=[(\[]))["']|[“‘])|["'”’]""")
_TERMINAL = re.compile(r"[.!?。！？]$")
_TRAILING_OFF = re.compile(r"(?:\.{2,}|…+\.?|~+)$")
_DIGIT_POINT = re.compile(r"\d\.$")
_ABBREVIATION = re.compile(
    r"""(?:^|[(\["'“‘])(?:(?:[A-Za-z]\.)+|(?:Dr|Mrs?|Ms|Prof|St|No|vs|etc|Tel|Inc|Co|Ltd|Jr|Sr)\.)$""", re.IGNORECASE
)
# A polite ending closes a sentence also where the point is missing; nouns that look like one do not.
_POLITE = re.compile(r"[가-힣](?:니다|니까|요|죠)$")
_FORMAL = re.compile(r"([가-힣])니[다까]$")
_NO_ENDING = re.compile(r"(?:필|중|주|수|개|담|동|소|강|민|긴)요$|[는은]요$|^[그근]?런?데요$|^저요$")
_FINAL_CONSONANT_B = 17
# Words with which a quotation, or a sentence that only seemed to be over, goes on.
_GOES_ON = re.compile(r"^(?:이?라(?:고|는|며|면|니|도)|하고|하며|하면서|하는|하셨|하시며|하신|했|만[,.]?$|[)\]」』])")
# Endings of clauses after which one breathes.
_CONNECTIVE = re.compile(r"[가-힣](?:고|며|면|서|니까|는데|은데|지만|도록|려고|거나|든지|므로|때문에)$")


class _End(Enum):
    """What a word says about the end of its sentence."""

    NONE = auto()
    SURE = auto()
    NUMBER = auto()
    QUOTED = auto()
    UNMARKED = auto()


def sentences(text: str) -> tuple[str, ...]:
    """Returns the sentences of a text."""
    splitter = SentenceSplitter()
    return (*splitter.feed(text), *splitter.rest())


@dataclass(frozen=True, slots=True)
class _Word:
    """A word, and what is known of what follows it.

    Attributes:
        line_ends: a line ends after it.
        followed: the next word has begun, or there is none: whether a line ends is known.
        next: the next word, once it is whole; empty: there is none, or it is not known yet.
        next_known: whether it is known.
    """

    text: str
    line_ends: bool
    followed: bool
    next: str
    next_known: bool


class SentenceSplitter:
    """Takes a text piece by piece and hands out its sentences as soon as they are known."""

    def __init__(self) -> None:
        self._text = ""
        self._words: list[str] = []
        self._quoted = False

    def feed(self, piece: str) -> list[str]:
        """Takes the next piece and returns the sentences that are known by it."""
        self._text += piece
        return self._taken(ended=False)

    def rest(self) -> list[str]:
        """Returns what is left when nothing more comes: the last sentences, or none."""
        ready = self._taken(ended=True)
        self._quoted = False
        return [*ready, *self._cut()] if self._words else ready

    def _taken(self, *, ended: bool) -> list[str]:
        ready: list[str] = []
        found = list(_WORDS.finditer(self._text))
        position = 0
        for index, match in enumerate(found):
            following = found[index + 1] if index + 1 < len(found) else None
            if not (match[2] or ended):
                break
            word = _word(match, following, ended=ended)
            ends = self._ends(word)
            if ends is None:
                break
            position = match.end()
            ready += self._put(word, ends=ends)
        self._text = self._text[position:]
        return ready

    def _ends(self, word: _Word) -> bool | None:
        """Returns whether the sentence ends with a word; None: that is not known yet."""
        quoted = _is_quote_open(word.text, self._quoted)
        end = _End.NONE if quoted else _end_of(word.text, self._words)
        if end is _End.SURE or word.line_ends:
            return True
        if end is _End.NONE:
            return False if word.followed else None
        if not word.next_known:
            return None
        return not _goes_on(end, word.next)

    def _put(self, word: _Word, *, ends: bool) -> list[str]:
        self._quoted = _is_quote_open(word.text, self._quoted) and not word.line_ends
        self._words.append(word.text)
        if ends and _length(self._words) >= SHORTEST:
            return self._cut()
        return self._cut_long()

    def _cut(self) -> list[str]:
        """Ends the sentence."""
        ready = self._cut_long()
        ready.append(" ".join(self._words))
        self._words = []
        return ready

    def _cut_long(self) -> list[str]:
        """Takes parts off a sentence until it is not too long, or is one word."""
        ready = []
        while _length(self._words) > LONGEST and len(self._words) > 1:
            count = _best_cut(self._words)
            ready.append(" ".join(self._words[:count]))
            self._words = self._words[count:]
            self._quoted = False  # a quotation this long may never have been closed
        return ready


def _word(match: re.Match[str], following: re.Match[str] | None, *, ended: bool) -> _Word:
    next_known = ended if following is None else bool(following[2] or ended)
    return _Word(
        text=match[1],
        line_ends="\n" in match[2] or "\r" in match[2],
        followed=ended or following is not None,
        next=following[1] if following is not None and next_known else "",
        next_known=next_known,
    )


def _best_cut(words: list[str]) -> int:
    """Returns after how many words a sentence that is too long is cut: where one breathes best, as late as can be."""
    best, best_rank, length = 1, -1, -1
    for count, word in enumerate(words[:-1], start=1):
        length += len(word) + 1
        if length > LONGEST:
            break
        rank = _rank_of_break(word) if length >= _SHORTEST_PART else -1
        if rank >= best_rank:
            best, best_rank = count, rank
    return best


def _length(words: list[str]) -> int:
    return sum(map(len, words)) + len(words) - 1


def _end_of(word: str, before: list[str]) -> _End:
    """Returns what a word says about the end of its sentence.

    Args:
        word: the word, outside of quotation marks that are still open.
        before: the words before it in its sentence.
    """
    bare = word.rstrip(_CLOSERS)
    if _TRAILING_OFF.search(bare):
        return _End.UNMARKED if _is_polite(_TRAILING_OFF.sub("", bare)) else _End.NONE
    if not _TERMINAL.search(bare):
        return _End.UNMARKED if bare == word and _is_polite(word) else _End.NONE
    if _ABBREVIATION.search(bare):
        return _End.NONE
    if _DIGIT_POINT.search(bare):
        in_date_or_list = not before or _DIGIT_POINT.search(before[-1])
        return _End.NONE if in_date_or_list else _End.NUMBER
    return _End.QUOTED if word != bare else _End.SURE


def _goes_on(end: _End, following: str) -> bool:
    """Returns whether a sentence that may have ended goes on with the next word; empty: there is none."""
    if end is _End.NUMBER:
        return following[:1].isdigit()
    return bool(_GOES_ON.match(following))


def _is_polite(word: str) -> bool:
    if not _POLITE.search(word) or _NO_ENDING.search(word):
        return False
    formal = _FORMAL.search(word)
    return formal is None or (ord(formal[1]) - ord("가")) % 28 == _FINAL_CONSONANT_B


def _is_quote_open(word: str, before: bool) -> bool:
    """Returns whether a quotation is open after a word, if it was before or was not."""
    is_open = before
    for mark in _QUOTE_MARK.finditer(word):
        is_open = mark["opens"] is not None
    return is_open


def _rank_of_break(word: str) -> int:
    """Returns how well one may breathe after a word."""
    if _TERMINAL.search(word.rstrip(_CLOSERS)) and not _DIGIT_POINT.search(word) and not _ABBREVIATION.search(word):
        return 3
    if word.endswith((",", ";", ":", "，", "、")):
        return 2
    return 1 if _CONNECTIVE.search(word) else 0
