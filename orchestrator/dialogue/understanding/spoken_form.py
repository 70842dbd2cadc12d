"""The form in which utterances are compared: recognisers space and punctuate Korean as they like."""

from __future__ import annotations

import re
import unicodedata

from orchestrator.dialogue.utterance import Intent

_FILLER = r"(?:아+|음+|어+|에+|저기요?|있잖아요?|(?:저|그)(?=[,.…]))"
# Hesitation before something else: "음... 어..." alone stays as it is.
_FILLERS = re.compile(rf"^(?:{_FILLER}[\s,.…]+)+(?!{_FILLER}[\s,.…]*$)(?=\w)")
_PUNCTUATION = re.compile(r"[\s.,!?~…'\"“”‘’·:;()\-]+")

_NO = re.compile(
    r"아니|아닙|아녜|아녀|아냐|아뇨|안돼|안되|안해|안합|됐어|됐습|없어|없습|없지|없네|없는|싫어|싫습|필요없|별로|전혀|"
    r"아직안|못해|못합|(?:그렇|그러|맞)지(?:는|도|가)?않"
)
_YES = re.compile(
    r"네|예(?!전|를|순|방|쁘|약)|넵|넹|응(?!급)|엉|그럼|그래(?!도|서)|그려|그렇|그러(?!면|나|니)|맞[아어습는지네소다구고]|"
    r"물론|당연|좋아|좋습|있어|있습|있지|있네|하고싶(?!지)|원해|원합|해주세|부탁|어+$"
)
_NEGATION = re.compile(r"아니|아닙|아뇨|안(?!녕|전|심|내|경|과|방|쪽|마)|못|않|없|싫")


def compact(text: str) -> str:
    """Returns an utterance without spaces, punctuation and hesitation at its start."""
    plain = unicodedata.normalize("NFC", text.strip().lower())
    return unicodedata.normalize("NFC", _PUNCTUATION.sub("", _FILLERS.sub("", plain)))


def polarity(short: str) -> Intent | None:
    """Returns YES or NO if a compact utterance begins so, else None."""
    if _NO.match(short):
        return Intent.NO
    return Intent.YES if _YES.match(short) else None


def negated(short: str) -> bool:
    """Whether a compact utterance denies something anywhere."""
    return _NEGATION.search(short) is not None
