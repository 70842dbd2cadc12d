"""Voicemail, carrier notices and what recognisers write where nobody spoke."""

from __future__ import annotations

import re

from orchestrator.dialogue.understanding.lexicon import patterns, read_table

_PATTERNS = patterns(read_table("machines"))
# Syllables that begin or end hardly any word: three of them are a breath, not speech.
_BREATH = re.compile(r"[으브츠므즈프흐쯔뜨쁘끄느르드]")
# Who begins with these has spoken, however a recogniser cut what followed.
_SAID = frozenset({"네", "예", "아니요", "아니오", "아뇨", "아니", "응"})
_ALONE = frozenset(
    "네예응어음아저그나너내제좀안못더다잘왜뭐또참막꼭딱말집밥약물돈불숨피몸손발팔목귀눈코입속열잠술떡국죽컥헉캑켁악엄야자둘셋넷한두세거것수데때일이몇번쯤좋싫듯뿐만원개명분끼살해달주"
)


def is_notice(short: str) -> bool:
    """Whether a compact utterance is a machine's: voicemail, or a notice of the telephone network."""
    return _PATTERNS["notice"].search(short) is not None


def is_carrier_notice(short: str) -> bool:
    """Whether a compact utterance is what a carrier tells whoever answers a call from abroad."""
    return _PATTERNS["carrier"].search(short) is not None


def is_hallucination(text: str, short: str) -> bool:
    """Whether an utterance is what recognisers write on noise, in its own or its compact form."""
    return _PATTERNS["hallucination"].search(short) is not None or _babble(text)


def _babble(text: str) -> bool:
    """Whether an utterance is syllables that make no words: many, short, and few that stand alone in Korean."""
    words = re.findall(r"[가-힣0-9]+|[a-z]+|[ㄱ-ㅣ]+", text.lower())
    if words and words[0] in _SAID:
        return False
    if all(re.fullmatch(r"[ㄱ-ㅣ]+", word) for word in words):
        return True
    odd = sum(
        len(word) <= 2 and (len(_BREATH.findall(word)) * 2 >= len(word) or (len(word) == 1 and word not in _ALONE))
        for word in words
    )
    return len(words) >= 3 and odd * 2 >= len(words)
