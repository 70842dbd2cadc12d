"""Whether an answer repeats the predicate of a yes/no question, affirmed or negated: the usual yes and no of Korean."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Those who are honoured eat, sleep, are ill and are there by other verbs than those who answer; and what contracts.
_PLAIN = (
    (re.compile(r"드[시셨신실세]|잡수|식사"), ("먹", "묵", "들었", "드", "마시", "마셔", "묵었", "챙겨", "떴")),
    (re.compile(r"주무"), ("자", "잠", "잘")),
    (re.compile(r"계[시세셨신]|있"), ("있", "잇", "이서", "혼자")),
    (re.compile(r"편찮|아프|아픈"), ("아프", "아파", "아퍼", "아푸", "아픕")),
    (re.compile(r"다녀|나가|외출|가[시셨세]"), ("가", "나가", "댕", "다니", "다녀")),
    (re.compile(r"오[시셨세]|와[ ]|방문"), ("오", "와", "왔", "옵")),
    (re.compile(r"하[시셨세나고]"), ("하", "해", "했", "혀", "허", "합", "한")),
    (re.compile(r"보[시셨세]"), ("보", "봐", "봤", "봅")),
    (re.compile(r"쓰[시셨세]"), ("쓰", "써", "썼", "씁")),
    (re.compile(r"되[시셨세]|될"), ("되", "돼", "됐", "된", "됩", "괜찮", "좋")),
    (re.compile(r"괜찮"), ("괜찮", "갠찮", "괜찬", "되", "돼", "좋", "멀쩡")),
    (re.compile(r"따뜻"), ("따뜻", "따시", "따숩", "뜨끈", "뜨듯", "훈훈", "후끈")),
    (re.compile(r"어지[러럽]"), ("어지", "어질")),
    (re.compile(r"넉넉|충분"), ("넉넉", "충분", "많", "남")),
    (re.compile(r"차[거고신시]|찬[ ]"), ("차", "찹", "가쁘", "가빠")),
    (re.compile(r"받"), ("받", "바다", "타", "탔")),
    (re.compile(r"연결|바꿔|신청|보내|문자|전화"), ("해", "줘", "주", "부탁", "그렇게", "좋", "바꿔", "연결")),
    (re.compile(r"맞[으나는]"), ("맞",)),
)
_ENDING = re.compile(
    r"(?:으?(?:시|셨|세|실|신)(?!$).*|으?세요|(?:었|았|였)(?:어|나|습|니|는).*|[나까]요|[은는인던]가요|어요|아요|예요|이에요|지요|죠|습니까|니까)$"
)
_JOINT = re.compile(r"(?:하?고|하?게|하?지(?:는|도)?|거나|어|아|여|신|다는|하는|한|던|다고)$")
_ASKS_DENIED = re.compile(r"(?:^|\s)\S*없[으나지]\S*$|(?:^|\s)안\S*$|(?:^|\s)[안못]\s\S+$|지(?:는|도)?\s?않\S*$")
_AVOIDED = re.compile(r"(\S+?)지(?:는|도)?\s?(?:않고|말고|않게)(?=\s)")
_EMPTY = re.compile(
    r"^(?:드릴|드려|주|적|일|점|것|거|데|때|수|중|편|좀|잘|자주|더|다|혹시|지금|요즘|싶|좋으|원하|으|이|있으|$)$"
)
_NOT = re.compile(r"^(?:안|못|몬|안이|않)$")
_PREFIX = re.compile(r"^(?:안|못|몬)(?=[가-힣])(?!녕|심)")
_NEGATED = re.compile(
    r"^\S{0,4}[지진질](?:가|는|도|를)?\s?(?:않|안|못|몬|마(?:라|요|세|소)|말)|^\S*(?:기는|긴)\s?(?:뭐|무슨|뭔|커녕|뭘|개뿔|요\b)|^\S*기는$"
)
_MISSING = re.compile(r"^(?:안|못|몬|없|읎|아니|아이라|않|업)")
_LACKING = re.compile(r"없|읎|업[어슈다네]")
_ENDED = re.compile(r"[요어아지다네제고유]$")
# What makes a verb of a noun or an adverb, and contracts with its endings.
_MAKERS = re.compile(r"(?<=[가-힣])(?:하|되|었다|았다)$")
_VOWELS = "\u1173\u1175\u116e\u1169"  # ㅡ ㅣ ㅜ ㅗ: lost or contracted before an ending


def echo(text: str, question: str) -> int:
    """Returns 1 if an answer affirms the question in the question's words, -1 if it denies it, 0 if it does neither.

    A question that is itself negative ("불편한 데는 없으세요?") is affirmed by a negation.
    """
    stems, negative = predicate(question)
    words = re.sub(r"[.,!?~…]+", " ", text).split()
    for place, word in enumerate(words[:8]):
        before, after = words[place - 1] if place else "", words[place + 1] if place + 1 < len(words) else ""
        if ("있" in stems or negative) and place < 3 and _LACKING.match(word):
            return 1 if negative else -1
        bare = _PREFIX.sub("", word)
        if not unicodedata.normalize("NFD", bare).startswith(tuple(letters(stem) for stem in stems)):
            continue
        denied = (
            bare != word
            or _NOT.match(before) is not None
            or _NEGATED.search(f"{word} {after}") is not None
            or (_MISSING.match(after) is not None and len(word) <= 3 and _ENDED.search(word) is None)
        )
        return -1 if denied is not negative else 1
    return 0


@lru_cache(maxsize=1024)
def predicate(question: str) -> tuple[frozenset[str], bool]:
    """Returns the stems of what a question asks, as an answer says them, and whether it asks for their absence."""
    words = re.sub(r"[.,!?~…]+", " ", question).split()[-4:]
    negative = _ASKS_DENIED.search(" ".join(words)) is not None
    stems: set[str] = set()
    for pattern, plain in _PLAIN:
        if any(pattern.match(word) for word in words[-2:]):
            stems.update(plain)
    for place, word in enumerate(words):
        bare = (_ENDING if place == len(words) - 1 else _JOINT).sub("", word)
        if bare != word and not _EMPTY.match(bare) and (len(bare) > 1 or place == len(words) - 1):
            stems.add(_MAKERS.sub("", bare))
    return frozenset(stems - {"없", "않"} - avoided(question)), negative


@lru_cache(maxsize=1024)
def avoided(question: str) -> frozenset[str]:
    """Returns the stems of what a question asks to be left undone: "빠뜨리지 않고 드세요?"."""
    return frozenset(_AVOIDED.findall(question))


@lru_cache(maxsize=4096)
def letters(stem: str) -> str:
    """Returns how a word that begins as a stem begins, whatever its ending contracts."""
    decomposed = unicodedata.normalize("NFD", stem)
    return decomposed[:-1] if len(stem) > 1 and decomposed[-1] in _VOWELS else decomposed
