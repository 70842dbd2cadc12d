"""The one number that an utterance gives as its content: how many, how often, how old, which key, how much.

Counts need a counter or to stand alone: most Korean numerals are also parts of ordinary words ("이가 아파요", "세상",
"열이 나요"). What is no count goes first: times of day, how long ago, the "a day" of "once a day", "not one".
"""

from __future__ import annotations

import re

from orchestrator.dialogue.understanding.numerals import DAYS, ONES, TENS, native_korean, sino_korean

_SINO = (
    r"(?:[영공](?=\s?(?:원|번|개|명|점))|"
    r"[0-9일이삼사오육륙칠팔구십백천만억](?:[\s,]?[0-9영공일이삼사오육륙칠팔구십백천만억])*)"
)
_NATIVE = rf"(?:백\s?)?(?:(?:{TENS})(?:\s?(?:{ONES}))?|(?:{ONES}))"
_NUMERAL = rf"(?:{_NATIVE}|{_SINO})"
_COUNTER = (
    r"번|명|분|사람|개월|개|끼니|끼|시간|살|세|알|잔|마리|그루|군데|곳|가지|종류|달|식구|그릇|봉지|봉|포|갑|컵|숟갈|숟가락|바퀴|"
    r"남매|형제|모금|차례|회|원|년|층|평|킬로|키로|리터|미터|센티|점|퍼센트|프로|인분|단계|보|걸음|박스|상자|통|병|대|채|장"
)
_AFTER = (
    r"(?=$|[^가-힣]|이[요에야여고지라네나다제었]|입|[요은는을를만씩쯤에가과와랑로예여째반간의라됐되넘남먹자드다]|"
    r"정도|까지|밖|이상|남짓|가량|하고|한테|인[가데])"
)
_BEFORE = r"(?:(?<![가-힣0-9])|(?<=[에은는도만약총해이루]))"
# In front of a noun these are rather "this", "about" and "yes" than a count.
_ORDINARY = {
    "이": re.compile(r"이(?!\s?(?:번|원|년|개월|회|층|킬로|점|인분|단계))"),
    "한": re.compile(r"한(?!\s?(?:번|끼|명|분|시간|개|살|알|달|잔|가지|군데|식구))"),
    "네": re.compile(r"네\s(?!번|명|개|끼|시간|살|알|잔|가지|군데)"),
}
_THIS_TIME = re.compile(r"(?<![가-힣])이번(?=\s?(?:주|달|에|년|해|은|엔|여름|겨울|봄|가을|설|추석|만|일|판|참))")
_TRY = re.compile(r"한번(?!\s?(?:이[요에야여지라]|요|예요|정도|쯤|만|씩|밖|먹|$))|다시\s?한\s?번|한\s?번만?\s?더")
_NEVER = re.compile(rf"(?:하나|{_NUMERAL}\s?(?:{_COUNTER}|푼|톨|숨))도(?=\s|$|안|못|없)")
_CLOCK = re.compile(rf"{_NUMERAL}\s?시(?!간)(?:\s?(?:{_NUMERAL}\s?분|반))?")
_AGO = re.compile(rf"{_NUMERAL}\s?(?:년|달|개월|주일|주|시간|분|번)\s?(?:전|뒤|후|사이|동안|부터)")
_MEAL = re.compile(rf"식[전후]\s?{_NUMERAL}\s?분")
_PER = re.compile(rf"(?<![가-힣])(?:{_NUMERAL}\s?(?:주일|주|달|년|개월|시간|번|끼)|하루|이틀|사흘)\s?에(?=.*\S)")
_MONTH = rf"(?:(?:{_SINO}|유|시|정)\s?월|동짓달|섣달)"
_DATE = re.compile(rf"{_NUMERAL}\s?년(?:생|도)?\s?{_MONTH}|{_MONTH}(?:\s?{_SINO}\s?일)?|{_SINO}\s?년\s?(?:생|도)")
_PHONE = re.compile(r"[0-9]{2,4}[\s-][0-9]{3,4}[\s-][0-9]{4}|01[0-9]{8,9}|(?:[공영일이삼사오육륙칠팔구]\s?){7,}")
_NO_COUNTS = (_PHONE, _DATE, _MEAL, _CLOCK, _NEVER, _TRY, _THIS_TIME, _AGO, _PER)

_COUNTED = re.compile(rf"{_BEFORE}(?:한\s(?={_NUMERAL}))?({_NUMERAL})\s?(?:{_COUNTER})(?!호){_AFTER}")
_END = (
    r"(?=$|\s|\s?이?(?:요|여|야|지|제|라|고|네|다|래|오|올시다|에요|우)|예요|에요|입니다|인[가데]|"
    r"정도|쯤|됐|씩|밖|뿐|만)"
)
_LARGE = re.compile(
    rf"(?<![가-힣0-9])(?!이만\s|일만\s|천만[^\s]|만\s)((?:백\s?)?(?:{TENS})\s?(?:{ONES})|[0-9][0-9,]*|"
    rf"[일이삼사오육륙칠팔구백천](?:\s?[일이삼사오육륙칠팔구십백천만억])+|"
    rf"(?:둘|셋|넷|다섯|여섯|일곱|여덟|아홉|스물|서른|마흔|쉰|예순|일흔|여든|아흔)(?!이서?\s|\s?다(?:\s|$))){_END}"
)
# Days are a number where nothing says since when, until when, or how often.
_DAYS = re.compile(
    rf"(?<![가-힣])(?<!지\s)(?<!지가\s)({DAYS})(?!\s?(?:치|전|뒤|후|째|내내|동안|걸러|건너|안\s|못|꼬박|굶|만에|에\s|마다))"
    r"(?=$|\s|[은는을만씩]|쯤|정도|이나|밖에|이?[요여야지]|이?에요|예요|입니다)"
)
# "팔십이에요" is 80: what follows a numeral's last 이 as an ending makes it the copula.
_COPULA = re.compile(
    r"(?<=[일삼사오육칠팔구십백천만억])이(?=(?:요|에요|여|야|지|제|라|고|다|네|오|올시다|어|었)(?:\s|$)|에요)"
)
_WHOLE = re.compile(
    rf"(?:그?러?니까|어|음|저|한|뭐)?\s?(하나|열|[일삼사육칠팔구십영공]|[이오](?=\S|\s정)|{_SINO})"
    r"(?:\s?(?:번|이?요|이?에요|예요|입니다|이?여|이야|이?지|이?제|정도(?:\s?\S+)?|쯤(?:\s?\S+)?|밖에\s?\S+|뿐\S*|만|있\S+)){0,3}"
)
_CORRECTION = re.compile(r"아니|아참|참")


def read_number(text: str) -> int | None:
    """Returns the number that an utterance gives; None if it gives none, or several that differ."""
    said = " ".join(text.replace(".", " ").replace("?", " ").split())
    said = _COPULA.sub("", said)
    whole = _WHOLE.fullmatch(said)
    if whole is not None:
        return _value(whole[1])
    for pattern in _NO_COUNTS:
        said = pattern.sub(" | ", said)
    found = [(match.start(), value) for match in _matches(said) if (value := _value(match[1])) is not None]
    values = [value for _, value in found]
    if len(set(values)) == 1:
        return values[0]
    if found and _CORRECTION.search(said[found[0][0] : found[-1][0]]):
        return values[-1]
    return None


def read_key(digits: str) -> int | None:
    """Returns the number of the first key pressed; None for keys without one."""
    key = digits.strip()[:1]
    return int(key) if key.isascii() and key.isdigit() else None


def _matches(said: str) -> list[re.Match[str]]:
    counted = [match for match in _COUNTED.finditer(said) if not _ordinary(match, said)]
    return counted or list(_LARGE.finditer(said)) or list(_DAYS.finditer(said))


def _ordinary(match: re.Match[str], said: str) -> bool:
    word = _ORDINARY.get(match[1])
    return word is not None and word.match(said, match.start(1)) is not None


def _value(numeral: str) -> int | None:
    native = native_korean(numeral)
    return sino_korean(numeral) if native is None else native
