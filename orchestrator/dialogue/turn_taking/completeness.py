"""How finished words sound, by their form alone: Korean says at the end of a clause whether more follows."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from orchestrator.dialogue.turn_taking.expected import Expected
from orchestrator.dialogue.understanding.dates import read_date
from orchestrator.dialogue.understanding.hangul import ending_in
from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.dialogue.understanding.wishes import is_backchannel


class Completeness(StrEnum):
    """How finished."""

    ANSWERED = "answered"  # a yes or no to what asked for one
    FINISHED = "finished"  # the polite end of a sentence, or all that was asked for
    PLAIN = "plain"  # an ending of plain speech: it closes sentences, and stands inside them ("모아", "해 먹어")
    EXPLAINED = "explained"  # a reason or a detail that follows what it belongs to
    UNCLEAR = "unclear"  # no words, or a word that may stand alone
    CONNECTED = "connected"  # an ending or a particle after which more follows
    HESITATING = "hesitating"  # a word that fills a pause
    COUNTING = "counting"  # digits, or a name, but not all


_YES_NO_WORD = (
    r"(?:네|예|넵|응|엉|잉|그럼요?|그래요?|그려요?|그렇[지죠]요?|그렇습니다|맞아요?|맞습니다|맞소|하모|암요?|"
    r"아니[요야]|아뇨|아녀요?|아니에요|아닙니다|아이다|아니라예|없어요?|없습니다|있어요?|있습니다|괜찮아요?|괜찮습니다|"
    r"좋아요?|좋습니다|싫어요?|됐어요?|안해요?|안돼요?|돼요?|그러세요|하세요|몰라요?|모르겠어요?)"
)
_YES_NO = re.compile(rf"(?:아이고|아|어)?{_YES_NO_WORD}+")
_YES_ALONE = re.compile(r"(?:네|예|응|어|음|넵|엉|잉|아|아이[고구])+")
_HESITATION = {
    "그게", "그거", "그", "저기", "저", "저기요", "근데", "근디", "그런데", "그른데", "그러니까", "그러니깐",
    "그니까", "긍께", "그래서", "그래가지고", "그래갖고", "그러면", "그러다", "그러다가", "그리고", "그라고",
    "하지만", "그치만", "그래도", "음", "으음", "어", "에", "엄", "뭐", "뭐냐", "뭐냐면", "뭐더라", "뭐랄까", "뭐라",
    "뭐시냐", "거시기", "머시기", "있잖아", "있잖아요", "인제", "이제", "인자", "막", "또", "저저", "가만",
    "가만있자", "가만있어", "보자", "어디보자", "잠깐만", "아니", "아니근데", "왜냐면", "왜냐하면", "어떤", "무슨",
    "그냥", "좀", "한", "약간",
}  # fmt: skip
# Of these, what also follows a whole sentence: "그렇지 뭐", "끊어요 이제".
_AFTERTHOUGHT = {"뭐", "좀", "이제", "인제", "그냥", "무슨", "또", "막"}
# What stands before a predicate or a noun, and never alone.
_LEADS_ON = {
    "안", "못", "몬", "더", "잘", "제일", "그런", "이런", "저런", "무슨", "왜", "맨날",
    "자꾸", "아주", "너무", "많이", "다시",
}  # fmt: skip
_TRAILS_OFF = re.compile(r"(?:\.\.+|…|,|-)\s*$")
_N, _L, _M = ending_in("ㄴ"), ending_in("ㄹ"), ending_in("ㅁ")
_SPACES = re.compile(r"[\s.,!?~…'\"“”‘’·:;()\-]+")
# Endings that leave a sentence open, and particles that want a predicate.
_CONNECTIVE = re.compile(
    rf"(?:고|구|는데|은데|{_N}데|는디|은디|{_N}디|(?<!습)(?<![입합됩갑옵줍답십])니까|니께|니깐|으니|면|믄|면서|서|려고|려구|러|으러|다가|지만|거나|느라|"
    rf"길래|더니|든지|던지|도록|자마자|려면|어도|아도|해도|어야|아야|해야|기는|기가|기도|때문에|(?<![가무집])(?<!{_L})게|{_L}까봐|듯이|처럼|같이|마냥|[해워봐져려]다)$"
)
_PARTICLE = re.compile(
    rf"(?:[가-힣](?:은|는|을|를|가|이|도|만|에서|에다|에다가|마다|조차|이나|이랑|랑|하고|와|과|의|까지|밖에)|{_L}|[하되있없않많같][는은]|던|된|한|인|픈|쁜|운)$"
)
_POLITE = re.compile(
    r"(?:요|니다|죠|지요|심더|심니더|슴다|니더|데이|라예|[어아지네데가]예|유|슈|쇼|쥬|시오|이소|으소|습니까|[입합됩갑옵줍답십]니까|심까|(?<!니)까)$"
)
_PLAIN = re.compile(
    rf"(?:다|냐|네|(?<!까)지|제|군|구나|구만|구먼|거든|래|랴|야|여|녀|겨|어|아|애|해|혀|돼|뎌|노|[는은인던]가|나|당께|랑께|잖아|{_M}|봐|줘|써|와|파|퍼|빠|커|펴|셔|쳐|"
    rf"져|려|쪄|켜|워|대|{_L}[게께]|마|자|라|소|[시하이으주]오|디야|니|끝)$"
)
# Polite, and yet more often than not followed by more.
_GOES_ON = re.compile(rf"(?:고요|구요|면요|서요|(?:[는은던]|{_N})지|{_L}라[고꼬])$")
# "-더라고", "아이가": they end a sentence, though they look like a connective and a noun.
_TOLD = re.compile(r"[더드]라[고구]$|다?아이가$")
_SHORT_PREDICATES = {"해", "혀", "와", "줘", "봐", "써", "돼", "커", "가", "펴", "마"}
# Nouns and particles that look like plain endings.
_NOUN = re.compile(
    r"의자|여자|남자|혼자|환자|과자|아이|나라|머리|다리|허리|어제|언제|동네|할머니|어머니|의사|엄마|아마|라디오|정도|너|저|내|제|다|가지|아버지|바지"
)
# "먹어 귀찮아서": a reason that follows what it is given for stands so near to it, in words.
_INVERTED = 4
_AGE_DIGITS = 3
_NAME_SYLLABLES = 3
_DIGIT = r"[0-9공영일이삼사오육륙칠팔구십백천만]"
_NATIVE = re.compile(r"하나|둘|셋|넷|다섯|여섯|일곱|여덟|아홉|열")
_NUMERAL = re.compile(rf"{_DIGIT}+에?|{_NATIVE.pattern}")
_ORDINAL = re.compile(r"첫째|둘째|셋째|넷째")
_COPULA = re.compile(rf"(?<={_DIGIT})(?:이?요|이?에요|예요|입니다|이여)$")
_AMOUNT = re.compile(
    rf"(?:{_DIGIT}|한|두|세|네|서너|두어|다섯|여섯|일곱|여덟|아홉|열|스무|며칠|몇)\s?"
    r"(?:번|끼|잔|컵|명|분|개|시간|시|살|원|층|차례|회|달|병|마리|알|그릇|가지|정도|쯤)(?:정도|쯤)?$"
)
_PHONE_DIGITS = 9


@lru_cache(maxsize=256)  # asked every 20 ms of a pause
def completeness(text: str, expected: Expected) -> Completeness:
    """Returns how finished an answer sounds.

    Args:
        text: the words so far; empty: none yet.
        expected: the kind of answer that was asked for.
    """
    words = [word for word in _SPACES.split(text.strip()) if word]
    if not words:
        return Completeness.UNCLEAR
    short = compact(text)
    if _hesitates(text, words, short, expected):
        after_all = len(words) > 1 and words[-1] in _AFTERTHOUGHT and _ends_sentence(words[-2])
        return Completeness.EXPLAINED if after_all else Completeness.HESITATING
    if expected is Expected.DATE:
        return _of_date(text, words)
    if expected is Expected.NAME and len(short) == 1:  # the surname, which may look like a number
        return Completeness.COUNTING
    if (counted := _of_numbers(words, expected)) is not None:
        return counted
    if _is_answer(short, expected):
        return Completeness.ANSWERED
    return _by_ending(words, short, expected)


def _hesitates(text: str, words: list[str], short: str, expected: Expected) -> bool:
    if _TRAILS_OFF.search(text) is not None:
        return True
    alone = len(words) == 1 and expected is Expected.YES_NO
    return words[-1] in _HESITATION and not (alone and (is_backchannel(short) or words[0] == "아니"))


def _is_answer(short: str, expected: Expected) -> bool:
    return expected is Expected.YES_NO and _YES_NO.fullmatch(short) is not None


def _of_date(text: str, words: list[str]) -> Completeness:
    date = read_date(text)
    if date is not None and date.whole:
        return Completeness.FINISHED
    if date is not None or any(re.search(_DIGIT, word) for word in words[-1:]):
        ended = _POLITE.search(words[-1]) is not None
        return Completeness.CONNECTED if ended else Completeness.COUNTING
    return _by_ending(words, compact(text), Expected.DATE)


def _of_numbers(words: list[str], expected: Expected) -> Completeness | None:
    """Judges words that end in a number; None: they do not."""
    if _AMOUNT.search(" ".join(words[-2:])) or _ORDINAL.fullmatch(words[-1]):
        return Completeness.FINISHED if expected is Expected.CHOICE else Completeness.UNCLEAR
    *before, last = words
    count, digits = 0, 0
    for word in (_COPULA.sub("", last), *reversed(before)):
        if _NUMERAL.fullmatch(word) is None:
            break
        count, digits = count + 1, digits + len(word.removesuffix("에"))
    if not digits or (count == 1 and before and not last[:1].isdigit() and _NATIVE.fullmatch(last)):
        return None
    if digits >= _PHONE_DIGITS:
        return Completeness.FINISHED
    if count > 1 or digits > _AGE_DIGITS or (count == 1 and last.startswith(("공", "영"))):
        return Completeness.COUNTING
    return Completeness.FINISHED if expected is Expected.CHOICE else Completeness.UNCLEAR


def _by_ending(words: list[str], short: str, expected: Expected) -> Completeness:
    last = words[-1]
    if _YES_ALONE.fullmatch(short) and expected is not Expected.YES_NO:
        return Completeness.UNCLEAR
    if expected is Expected.NAME and len(last) == _NAME_SYLLABLES and not last.startswith("이름"):
        return Completeness.FINISHED
    if last in _LEADS_ON:
        return Completeness.CONNECTED
    if _GOES_ON.search(last):
        return Completeness.UNCLEAR
    if _ends_politely(last):
        return Completeness.FINISHED
    if _ends_sentence(last, alone=len(words) == 1):
        return Completeness.PLAIN
    if any(_ends_sentence(word) for word in words[-_INVERTED:-1]):
        return Completeness.EXPLAINED
    return Completeness.CONNECTED if _CONNECTIVE.search(last) or _PARTICLE.search(last) else Completeness.UNCLEAR


def _ends_politely(word: str) -> bool:
    return _POLITE.search(word) is not None or _TOLD.search(word) is not None


def _ends_sentence(word: str, *, alone: bool = False) -> bool:
    if _ends_politely(word):
        return True
    if _CONNECTIVE.search(word) or _NOUN.fullmatch(word):
        return False
    return word in _SHORT_PREDICATES and not alone if len(word) == 1 else _PLAIN.search(word) is not None
