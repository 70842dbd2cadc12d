"""What an answer says of the question's predicate, clause by clause: affirmed, or denied.

"안 먹었어" denies "드셨어요?", "왜 안 먹어" affirms it, "먹으면 체해" says neither. Only words that can be nothing else
count, so that what is found outweighs the learned layer.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from orchestrator.dialogue.understanding.echoes import avoided, letters, predicate
from orchestrator.dialogue.understanding.lexicon import patterns, read_table

_FORMS = patterns(read_table("assertions")["forms"])
_MISHEARD = tuple((re.compile(heard), meant) for heard, meant in read_table("assertions")["misheard"].items())
_LONGEST = 24  # words; a longer story answers by more than its words
_AROUND = 3  # words
_EARLY = 3  # words
_IS_THERE = frozenset({"있", "잇", "이서", "혼자"})
# What ends in these is about to be said of something else: "자는 게", "먹을 것".
_ADNOMINAL = ("\u11ab", "\u11af")


@dataclass(frozen=True, slots=True)
class Assertion:
    """One clause that repeats the predicate.

    Attributes:
        sign: 1 affirms, -1 denies.
        final: a sentence ends here.
        contrast: it is said of one thing among others ("큰애는 오고").
    """

    sign: int
    final: bool
    contrast: bool


def as_meant(text: str) -> str:
    """Returns an utterance with what recognisers write by ear spelled as it is meant."""
    for heard, meant in _MISHEARD:
        text = heard.sub(meant, text)
    return text


def is_rhetorical(text: str) -> bool:
    """Whether what has the form of a question is none: "왜 없어", "자긴 뭘 자"."""
    return _whole(text) != 0 or any(
        _FORMS["rhetorical_no"].match(text[start.start() :]) for start in re.finditer(r"\S+", text)
    )


def asserted(text: str, question: str) -> int:
    """Returns 1 if an answer affirms the question's predicate, -1 if it denies it, 0 if that is not sure.

    A question that is itself negative ("불편한 데는 없으세요?") is affirmed by a negation.
    """
    text = as_meant(text)
    if _FORMS["unasked"].search(question) or (_FORMS["alone"].search(question) and "혼자" not in text):
        return 0
    if (whole := _whole(text)) != 0:
        return -whole if _negative(question) else whole
    found = _assertions(text, question)
    signs = {each.sign for each in found}
    if len(signs) < 2:
        return 0 if not found or _one_of_several(found, text) else found[0].sign
    if _FORMS["corrected"].search(text):
        return found[-1].sign
    if found[0].final:
        return found[0].sign
    return 0 if all(each.contrast for each in found) or not _FORMS["but"].search(text) else found[-1].sign


def _one_of_several(found: list[Assertion], text: str) -> bool:
    """Whether a predicate is said of one thing, and something else of another: "생선은 먹는데 고기는 소화가 안돼"."""
    topics = sum(_FORMS["topic"].search(word) is not None for word in text.split())
    return found[-1].contrast and not found[-1].final and topics > 1


def _whole(text: str) -> int:
    """What a turn of speech says of anything that may be asked."""
    return (_FORMS["of_course"].search(text) is not None) - (_FORMS["no_way"].search(text) is not None)


def _negative(question: str) -> bool:
    return predicate(question)[1] or _FORMS["asks_denied"].search(question) is not None


def _assertions(text: str, question: str) -> list[Assertion]:
    stems, negative = predicate(question)[0], _negative(question)
    stems |= _experienced(question) | ({"있"} if predicate(question)[1] else set())
    if (goes_on := _FORMS["goes_on"].search(question)) is not None:
        stems = (stems - _IS_THERE) | ({goes_on["done"].removesuffix("하")} - {""})
    begins, undone = (tuple(map(letters, each)) for each in (stems, avoided(question)))
    words = re.sub(r"[.,!?~…]+", " ", text).split()
    if not (begins or undone) or len(words) > _LONGEST:
        return []
    found = []
    for place, word in enumerate(words):
        bare = _FORMS["not_before"].sub("", word)
        if _FORMS["is_there"].match(word) and not _is_main(words, place):
            continue
        exists = ("있" in stems or negative) and _FORMS["lacking"].match(word) is not None
        spelled = unicodedata.normalize("NFD", bare)
        opposed = spelled.startswith(undone)
        if not (exists or opposed or spelled.startswith(begins)):
            continue
        sign = _sign(words, place, bare) if not exists else _lacks(words, place)
        if sign:
            before = words[max(0, place - _AROUND) : place]
            found.append(
                Assertion(
                    sign=-sign if negative or opposed else sign,
                    final=_ends(" ".join(words[place : place + 2])),
                    contrast=any(_FORMS["topic"].search(each) for each in before),
                )
            )
    return found


def _ends(rest: str) -> bool:
    """Whether what a word says stands, whatever follows."""
    if _FORMS["final"].search(rest.partition(" ")[0]):
        return True
    return any(_FORMS[name].match(rest) is not None for name in ("concedes", "rhetorical_no"))


def _experienced(question: str) -> set[str]:
    """The stems of what is asked to have been done: "신청하신 적", "받아 보신 적"."""
    asked = _FORMS["ever"].search(question)
    if asked is None:
        return set()
    stem = asked["tried"] or asked["done"]
    return {stem.removesuffix("하"), "했", "해"} - {""} if stem.endswith("하") else {stem}


def _is_main(words: list[str], place: int) -> bool:
    """Whether a word for being there is what is said, not an auxiliary or a reason on the way."""
    before = words[place - 1] if place else ""
    named = _FORMS["thing"].search(before) or _FORMS["at_all"].fullmatch(before)
    return not _FORMS["carries"].search(before) and (place < _EARLY or named is not None)


def _lacks(words: list[str], place: int) -> int:
    """What a word for "there is none" says."""
    if not _FORMS["asserts"].search(words[place]) or _FORMS["skips"].search(words[place]):
        return 0
    return 1 if place and _FORMS["why"].match(words[place - 1]) else -1


def _sign(words: list[str], place: int, bare: str) -> int:
    """What a word that begins as the predicate says of it: 1, -1, or 0 for nothing."""
    word, after = words[place], words[place + 1 : place + 1 + _AROUND]
    before = words[max(0, place - 2) : place]
    denied = bare != word or any(_FORMS["not"].fullmatch(each) for each in before[-1:])
    why = any(_FORMS["why"].match(each) for each in before)
    rest = " ".join([word, *after])
    if _FORMS["not_it"].match(bare) or any(_FORMS["narrows"].search(each) for each in before):
        return 0
    if _FORMS["concedes"].match(rest):
        return 1
    if (able := _FORMS["able"].match(rest)) is not None:
        return -1 if able["none"] else 1
    if _FORMS["rhetorical_no"].match(rest) or (place == 0 and _FORMS["so_called"].search(word)):
        return 1 if denied else -1
    if _FORMS["surely"].match(rest):
        return 1
    if (not_so := _FORMS["not_after"].match(rest)) is not None:
        return -1 if _FORMS["asserts"].search(not_so[0].split()[-1]) or len(after) == 1 else 0
    contrasted = any(_FORMS["topic"].search(each) for each in before)
    if _skipped(word, after, contrasted=contrasted) or (place > 1 and not denied and word.endswith("서")):
        return 0
    return -1 if denied is not why else 1


def _skipped(word: str, after: list[str], *, contrasted: bool) -> bool:
    if _FORMS["skips"].search(word) or not _FORMS["asserts"].search(word):
        return True
    if word.endswith("고") and after and not contrasted and not _FORMS["after_and"].match(after[0]):
        return True
    adnominal = unicodedata.normalize("NFD", word).endswith(_ADNOMINAL)
    return adnominal or bool(after and (_FORMS["quotes"].match(after[0]) or after[0] == word))
