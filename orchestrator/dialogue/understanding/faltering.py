"""Who searches for words, weeps, or looks for somebody else to speak: nothing is answered yet, and nothing refused."""

from __future__ import annotations

import re

from orchestrator.dialogue.understanding.spoken_form import compact

# "그... 저기... 뭐냐..."
_SEARCHING = re.compile(
    r"(?:그+|저+|음+|어+|아+|에+|그게|저게|그거|저거|그것이|저기요?|거시기|머시기|뭐냐|뭐더라|뭐였더라|뭐시냐|뭣이냐|뭐라더라|뭐지|"
    r"그러니까|그니까|그러니께|긍게|있잖아요?|가만|가만있자|가만있어봐요?|잠깐만?요?|어디보자|보자)+"
)
_SOBBING = re.compile(r"흐?흑(?:흑|흐)*|흐흐흑|엉엉|훌쩍|으흑")
_TEARS = re.compile(
    r"눈물(?:이|만|부터)?(?:자꾸)?나(?:서요?|네요?|요|와요?|와서)?|울음이(?:자꾸)?나(?:서|네요?|와요?|와서)?|울어서|우느라고?|목이메(?:어서|여서|서|네요?|어요)"
)
_AROUND_TEARS = re.compile(
    r"네|예|아이고|아이구|에구|참|자꾸|내가|제가|나도|저도|모르게|주책(?:이|없이|맞게)?|미안(?:해요?|합니다|스러워요?)|죄송(?:해요|합니다)|"
    r"말(?:을|이)?(?:못하겠\S*?|안나(?:와요?|오네요?)|잘안나\S*?|못잇겠\S*?)|그래요?|이러네요?|어떡해|어떡하나|잠깐만?요?|조금만|기다려(?:주세요|줘요?)"
)
_WEEPING = re.compile(f"(?:{_SOBBING.pattern}|{_TEARS.pattern}|{_AROUND_TEARS.pattern})+")
# "어머니 바꿔 드릴게요" hands on the phone; "상담원 바꿔 주세요" asks for somebody.
_HANDS_ON = re.compile(
    r"(?:바[꿔까]|바꾸어)(?:서|가지고)?(?:드릴게|드릴께|드리께|드릴테|드리겠|드릴란|드려볼게|줄게|줄께|주께|줄테|주겠|줄란다|볼게)|바꿀게|바꿀께"
)
_SPEAKS_FOR = re.compile(
    r"대신(?:해서)?(?:좀|다)?(?:말씀|대답|답변|답|얘기|이야기|말|전화)(?:을|를)?(?:좀)?(?:드릴|드리|드려|할게|할께|할라|하께|하겠|해드|해줄|받)"
)


def searches_for_words(text: str) -> bool:
    """Whether somebody has only begun to speak; one word alone may also point at something: "그거"."""
    return _SEARCHING.fullmatch(compact(text)) is not None


def weeps(text: str) -> bool:
    """Whether somebody weeps, and says nothing but that."""
    short = compact(text)
    tears = _SOBBING.search(short) or _TEARS.search(short)
    return tears is not None and _WEEPING.fullmatch(short) is not None


def hands_on_the_phone(short: str) -> bool:
    """Whether a compact utterance says that somebody else comes to the phone."""
    return _HANDS_ON.search(short) is not None


def speaks_for_another(short: str) -> bool:
    """Whether a compact utterance says that its speaker answers in somebody's place."""
    return _SPEAKS_FOR.search(short) is not None
