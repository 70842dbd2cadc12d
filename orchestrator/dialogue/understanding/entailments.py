"""What an answer lets conclude without repeating the question: who lies awake does not sleep well."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestrator.dialogue.understanding.lexicon import read_table

_NEGATIVE = re.compile(r"없[으나지]\S*$|[지진]\s?(?:는|도)?\s?않\S*$|(?:^|\s)안\s\S+$")

# "우울하거나 기운이 없으세요?": two things at once.
_EITHER = re.compile(r"거나\s.*없")
_DENIED_BEFORE = re.compile(r"(?:^|\s)(?:안|못|몬|덜)\s?$")
_DENIED_AFTER = re.compile(
    r"\S{0,2}[지질진](?:는|도|가)?\s?(?:않|안|못)|\S?\s?(?:법|날|적|일)(?:이|은|도)?\s?없|[을ㄹ]?까\s?봐|던"
)


@dataclass(frozen=True, slots=True)
class Topic:
    """What may be asked about, and what then means yes, and no.

    Attributes:
        asks: in the question.
        asks_opposite: in one for which yes and no are the other way round.
    """

    asks: re.Pattern[str]
    asks_opposite: re.Pattern[str]
    yes: re.Pattern[str]
    no: re.Pattern[str]


_TOPICS = tuple(
    Topic(*(re.compile("|".join(row.get(key, ())) or r"(?!)") for key in ("asks", "asks_opposite", "yes", "no")))
    for row in read_table("entailments")["topics"]
)


def entailed(text: str, question: str) -> int:
    """Returns 1 if an answer entails the question, -1 if it entails the opposite, 0 if it is not sure.

    A topic is asked for by its positive form; a question that denies it ("안 추우세요?") turns the answer round.
    """
    if _EITHER.search(question):
        return 0
    said = {_asked(topic, question) * _said(topic, text) for topic in _TOPICS} - {0}
    if len(said) != 1:
        return 0
    sign = said.pop()
    return -sign if _NEGATIVE.search(question.strip(" ?.!")) else sign


def _asked(topic: Topic, question: str) -> int:
    if topic.asks_opposite.search(question):
        return -1
    return 1 if topic.asks.search(question) else 0


def _said(topic: Topic, text: str) -> int:
    return _holds(topic.yes, text) - _holds(topic.no, text)


def _holds(pattern: re.Pattern[str], text: str) -> bool:
    """Whether something is said and not denied."""
    return any(
        not _DENIED_BEFORE.search(text[: hit.start()]) and not _DENIED_AFTER.match(text[hit.end() :])
        for hit in pattern.finditer(text)
    )
