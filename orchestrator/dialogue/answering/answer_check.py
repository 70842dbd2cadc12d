"""Whether a language model's answer may be said to a callee. Deterministic: whatever the model was talked into.

An answer is polite Korean for the ear. It claims no human nature, asks for nothing that swindlers ask for, and names no
number or day that the institution has not supplied; what it promises, offers or tells the callee to do stands in what
the institution has supplied, and nothing in it says the opposite of that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from orchestrator.dialogue.language_model.figures import figures_supported
from orchestrator.dialogue.language_model.signed_words import LIGHT, Word, contradicts, stands_among, words
from orchestrator.dialogue.language_model.spoken_words import MOST_CHARACTERS, for_the_ear, sentences
from orchestrator.dialogue.understanding.hangul import ending_in
from orchestrator.domain.question import FrequentQuestion

# The part of a sentence's words that a supplied answer must have to bear it out. Chosen on the examples in
# tests/unit/orchestrator/dialogue/answering/test_answer_check.py.
_GROUNDED = 0.6

_FOREIGN = re.compile(r"[^\s가-힣0-9.,!?~'\"“”‘’…·()%:/\-]+")
_LIST = re.compile(r"(?:^|\s)(?:[-•·]|\d+[.)])\s")
_POLITE = re.compile(r"(?:요|니다|니까|죠|십시오|^네|^예)[.!~…]*$")
# That it does not know; unless the same sentence says more before.
_UNKNOWING = re.compile(
    r"^(?:(?!지만 |는데 |니까 |고 )[^.!?])*?"
    r"(?:알지 ?못|모르|몰라|모릅|알 ?수 ?없|말씀드리기 ?어려|답하기 ?어려|확인이 ?필요|"
    r"담당자에게 ?(?:꼭 ?)?(?:전하|전해|여쭤))"
)
_HUMAN = re.compile(
    r"(?:저는|제가|저도|나는)(?:(?!인공지능|아니)[^.!?])*?(?:사람|인간|복지사|공무원|직원|간호사|의사|자원봉사자)"
    r"(?:이에요|이예요|예요|입니다|이죠|맞|이라|이고|인데|으로서)|"
    r"(?:네|예|그럼요|물론)[,. ]*(?:진짜 ?|저는 ?)?(?:사람|인간)(?:이에요|이예요|입니다|맞아요|이죠)|"
    r"(?:기계|인공지능|로봇|에이아이|컴퓨터)(?:가|는|이|은)? ?(?:아니|아닙|아녜)|사람이 ?맞"
)
_SWINDLE = re.compile(
    r"(?:계좌|비밀 ?번호|주민 ?(?:등록)? ?번호|카드 ?번호|통장|인증 ?번호|송금|이체|입금|현금|앱을?|링크|문자로)[^.!?]*"
    r"(?:세요|십시오|주시|주셔|주실|될까요|드릴게요|필요해요|필요합니다)"
)
# What binds the institution, speaks of money, or moves the callee to do something.
_BINDS = re.compile(
    rf"{ending_in('ㄹ')} ?게요|(?<![시셨])겠(?:습니다|어요)|{ending_in('ㄹ')} ?(?:거예요|것입니다|겁니다)|"
    r"예정|약속|보장|반드시|"
    r"드려요|드립니다|드리고|받으실 ?수|받을 ?수|하실 ?수|지급|입금|지원|할인|면제|환급|무료|공짜|보내|방문|찾아|배달|"
    r"돈|비용|요금|[가-힣]비(?:는|가|를|도|용)?(?= )|"
    r"(?:세요|십시오)[.!~…]*$|(?:셔야|어야|아야|해야|내야) ?(?:해요|합니다|돼요|됩니다)"
)
# Courtesy, and what an agent may always promise: to pass something on, to say it again, to listen.
_HARMLESS = re.compile(
    r"^(?:(?:네|예|아니요)[,. ]*)?(?:"
    r"걱정(?:하지)? ?마세요|안심하세요|염려 ?마세요|고맙습니다|감사합니다|죄송(?:해요|합니다)|"
    r"(?:편하게|천천히) ?말씀(?:해 ?주|하)세요|잠시만 ?기다려 ?주세요|안녕하세요|안녕히 ?계세요)[.!~…]*$|"
    r"(?:담당자|말씀|내용)[^.!?]*(?:전하겠습니다|전할게요|전해 ?드릴게요|전해 ?드리겠습니다)[.!~…]*$|"
    r"(?:말씀드릴게요|말씀드리겠습니다|들을게요|여쭤볼게요)[.!~…]*$"
)


def speakable(text: str, facts: Sequence[FrequentQuestion]) -> str | None:
    """Returns a model's answer as it may be said; None if it may not.

    Questions in it are left out: the open question of the interview follows.

    Args:
        text: the model's words.
        facts: all that may be stated.
    """
    spoken = for_the_ear(" ".join(part for part in sentences(" ".join(text.split())) if not part.endswith("?")))
    supplied = " ".join(f"{fact.question} {fact.answer}" for fact in facts)
    foreign = [word for word in _FOREIGN.findall(spoken) if word not in supplied]
    if not spoken or len(spoken) > MOST_CHARACTERS or foreign or _LIST.search(spoken):
        return None
    if _HUMAN.search(spoken) or _SWINDLE.search(spoken):
        return None
    return spoken if all(_may_be_said(sentence, facts, supplied) for sentence in sentences(spoken)) else None


def _may_be_said(sentence: str, facts: Sequence[FrequentQuestion], supplied: str) -> bool:
    if not _POLITE.search(sentence):
        return False
    if (unknowing := _UNKNOWING.match(sentence)) and not _BINDS.search(unknowing.group()):
        return True
    if not figures_supported(sentence, supplied):
        return False
    said = [word for word in words(sentence) if not word.frame or word.stem in LIGHT]
    if _HARMLESS.search(sentence) or any(_bears_out(fact, said) for fact in facts):
        return True
    return not _BINDS.search(sentence) and not any(_opposes(fact, said) for fact in facts)


def _bears_out(fact: FrequentQuestion, said: Sequence[Word]) -> bool:
    """Whether an answer says what a sentence says."""
    answer = words(fact.answer)
    return _share(said, answer) >= _GROUNDED and not contradicts(said, answer)


def _opposes(fact: FrequentQuestion, said: Sequence[Word]) -> bool:
    """Whether a sentence speaks of what a fact is about, and says the opposite."""
    answer = words(fact.answer)
    return _share(said, (*words(fact.question), *answer)) >= _GROUNDED and contradicts(said, answer)


def _share(said: Sequence[Word], known: Sequence[Word]) -> float:
    """Returns the part of a sentence's words that stand among others."""
    content = [word for word in said if not word.frame]
    return sum(stands_among(word, known) for word in content) / len(content) if content else 0.0
