"""The words of a Korean text that carry its content, each with whether it is denied: to compare what two texts say.

A denial ("못 먹어요", "먹지 않아요", "쌀이 없어요") marks the word it denies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from orchestrator.dialogue.language_model.stems import same, stem_of


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text.

    Attributes:
        stem: without particle and ending.
        denied: whether the text denies it.
        frame: it carries no content of its own ("하다", "말씀", "상담"), but may be denied.
    """

    stem: str
    denied: bool = False
    frame: bool = False


_TOKEN = re.compile(r"(?<![0-9가-힣])[가-힣]+")
# What says nothing of its own; figures are compared apart.
_SKIPPED_WORDS = """
    네 예 응 아니요 아니오 아뇨 아니 글쎄 글쎄요 음 아 어 그럼요 저기 그냥 좀 뭐
    한 두 세 다섯 여섯 일곱 여덟 아홉 열
"""
_SKIPPED = set(_SKIPPED_WORDS.split())
_FRAME_WORDS = """
    하다 되다 말 말하다 말씀 답 대답 답하다 이야기 얘기 상담 상담원 대상자 어르신 통화 전화 질문 본인 것 거 게 수
    때 중 등 점 바 편 정도 경우 관련 대해 대한 위해 통해 그 이 저 그것 이것 그런 이런 그렇다 이렇다 그러다 어떻다 또
    또한 그리고 하지만 현재 지금 요즘 최근 요새 아주 매우 너무 조금 많이 많다 정말 상태 상황 확인 밝히다 언급 표현
    호소 느끼다 생각 싶다 있다 잘 다 더 모두 이제 주다 같다 지내다 알다 전하다 원하다 느낌 나타나다 보이다 따르다
    의하다 문제 내용 일 분 사실 파악 판단 혹시 무엇 어디 언제 누구 왜 어떤 무슨 얼마 몇 지난번 번 후 뒤 전 데 적
"""
_FRAME = {stem_of(word) for word in _FRAME_WORDS.split()}

# Verbs without content: what they deny is the word before them ("부담 안 돼요", "운동을 하지 않아요").
LIGHT = {"하", "되", "있"}
_CARRIES_DENIAL = {"하", "되"}

_SUFFIX_DENIAL = re.compile(r"않|못하|못해|못했|못한|못함|못합|말|마세|마십|안하|안해|안한|안했|안합")
_NOT_THERE = re.compile("없")
_NOT_BEING = re.compile("아니|아닌|아닙|아녜")
_AUXILIARY = re.compile("있|계")
_BEFORE_AUXILIARY = re.compile(r"[고려어아여져워해와켜겨녀]$")
_CLAUSE_END = re.compile(
    r"(?:(?<![에께])서|고|데|지만|니까|으며|며|면|거나|다가|려고|져|어|아|워|요|(?<![마보])다|죠)$"
)
# Words that only look as if they began with a denial.
_NO_DENIAL = re.compile(
    r"안(?:녕|전|심|내|경|과|방|쪽|마|부|정|에|으로|타|락|주|색|개|간)|못(?:지않|살게|마땅|난|된|생|자국|을)"
)


def words(text: str) -> tuple[Word, ...]:
    """Returns the words of a text, in order; what is denied is marked."""
    return tuple(word for clause in clauses(text) for word in clause)


def clauses(text: str) -> tuple[tuple[Word, ...], ...]:
    """Returns the words of a text by clauses; the last word of each is what it says of the others."""
    found: list[tuple[Word, ...]] = []
    clause: list[Word] = []
    before, deny_next = "", False
    for token in _TOKEN.findall(text):
        if token in _SKIPPED:
            continue
        if token in {"안", "못"}:
            deny_next = True
            continue
        if _denies_what_stands_before(token, before):
            if not clause and found:
                clause = list(found.pop())
            _deny_last(clause)
        elif (word := _word(token, before, deny_next)) is not None:
            clause.append(word)
        before, deny_next = token, False
        if _CLAUSE_END.search(token) and clause:
            found.append(tuple(clause))
            clause = []
    return tuple(map(_carried, (*found, tuple(clause)) if clause else found))


def _carried(clause: tuple[Word, ...]) -> tuple[Word, ...]:
    """Returns a clause in which what a denied "하다" or "되다" says of a word is denied of the word too."""
    after = (*clause[1:], None)
    return tuple(
        replace(word, denied=True) if verb is not None and verb.denied and verb.stem in _CARRIES_DENIAL else word
        for word, verb in zip(clause, after, strict=True)
    )


def _word(token: str, before: str, denied: bool) -> Word | None:
    if _NOT_THERE.match(token):
        return Word("있", denied=True, frame=True)
    if _AUXILIARY.match(token) and _BEFORE_AUXILIARY.search(before):
        return None  # "먹고 있다" says no more than "먹다"
    prefixed, rest = _without_prefix(token)
    stem = stem_of(rest)
    return Word(stem, denied or prefixed, stem in _FRAME)


def stands_among(word: Word, others: Iterable[Word]) -> bool:
    """Whether a word stands among others, denied or not."""
    return any(same(word.stem, other.stem) for other in others)


def contradicts(claimed: Iterable[Word], said: Iterable[Word]) -> bool:
    """Whether something is claimed that was said only with the opposite sign."""
    known = tuple(said)
    for word in claimed:
        signs = {other.denied for other in known if same(word.stem, other.stem)}
        if signs and word.denied not in signs:
            return True
    return False


def _denies_what_stands_before(token: str, before: str) -> bool:
    if _NOT_BEING.match(token):
        return True
    if _NOT_THERE.match(token) and before in {"수", "적", "필요", "필요가"}:
        return True
    return bool(_SUFFIX_DENIAL.match(token)) and before.endswith(("지", "지는", "지도", "질", "지를"))


def _deny_last(found: list[Word]) -> None:
    while found and found[-1].stem in {"수", "적"}:
        found.pop()
    if found:
        found[-1] = replace(found[-1], denied=True)


def _without_prefix(token: str) -> tuple[bool, str]:
    """Returns whether a word begins with its denial ("안아파요"), and the word without it."""
    if len(token) > 2 and token[0] in "안못" and not _NO_DENIAL.match(token):
        return True, token[1:]
    return False, token
