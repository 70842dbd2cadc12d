"""What speaks for it that an utterance is about something else than the question: signs that it answers nothing.

"텔레비전은 매일 봐요" is no answer to how often somebody listens to the radio, however well "매일" fits: its topic is
neither in the question nor in what is expected.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from orchestrator.dialogue.understanding.others import about_others
from orchestrator.dialogue.understanding.senses import senses
from orchestrator.dialogue.understanding.spoken_form import compact

_MARKED = re.compile(
    r"^(?P<noun>[가-힣]{1,6}?)(?:(?P<topic>(?:에|에서|한테|하고|으로|로)?(?:은|는|엔))|(?P<subject>이|가)|(?P<object>을|를))$"
)
# Stand for something that was named, for the speaker, or for nothing: none of them changes the topic.
_EMPTY = re.compile(
    r"^(?:나|저|내|제|우리|그거|그것|이거|이것|그런거|거|것|게|그게|이게|데|때|적|일|수|줄|지|요즘|요새|지금|아직|이제|인제|인자|오늘|어제|"
    r"평소|보통|사실|하나|둘|셋|한번|번|다|더|또|조금|좀|별|누가|뭐|뭣|그|이|저번|여기|거기|이만|그만|그때|사람|생각|다달|나날|많|같|일찍|깊|높|틈틈|번번|간간|가까|깨끗|곰곰|일일|더욱|낱낱|집집|혼자|걱정|말|마음|"
    r"하|가|오|자|보|먹|마시|쓰|있|없|되|않|[가-힣]*(?:하|되|았|었|했|였|있|없|않|싶|[가-힣]기|[가-힣]지))$"
)
_VERBAL = re.compile(r"(?:[하했되됐았었였있없않겠]|[가-힣](?:먹|보|쓰|오|가|자|사|주|나|타|받|살|놀|남))$")
_THEN = re.compile(
    r"예전|옛날|왕년|젊(?:어서|을때|었)|어릴|작년|재작년|지난(?:해|겨울|여름|번)|[년달]전|그전에|한때|전쟁|처녀|시집"
)
_UNKNOWN = re.compile(r"모르[겠것]|몰라|몰러|글쎄|기억(?:이|도|은)?(?:안|없|가물)|생각(?:이|도)?안나|헷갈|긴가민가")
_WONDERS = re.compile(r"(?:[가-힣][대데]요?|[다라]며|[다라]면서요?|답니다|[는은던]가[요]?|[을를]까|나요?|냐|니)$")


def focus(text: str, question: str, expected: Sequence[str]) -> Mapping[str, float]:
    """Returns signs that an utterance is about something else, each 0 or 1.

    Args:
        text: what the callee said.
        question: what was asked.
        expected: the expected answers.
    """
    known = compact(" ".join((question, *expected)))
    short = compact(text)
    meant = _all_senses(known)
    words = re.sub(r"[.,!?~…]+", " ", text).split()
    marks = [_new_mark(word, known, meant) for word in words]
    return {
        **{f"new_{mark}": float(mark in marks[:-1]) for mark in ("topic", "subject", "object")},
        "new_topic_first": float(bool(marks) and marks[0] is not None),
        "shares_words": float(_shares(short, compact(question))),
        "then": float(bool(_THEN.search(short)) and not _THEN.search(known)),
        "unknown": float(bool(_UNKNOWN.search(short)) and not re.search(r"모르|모름|기억", known)),
        "wonders": float(bool(_WONDERS.search(short))),
        **about_others(text, question, expected, brings_in=any(mark is not None for mark in marks[:-1])),
    }


def _new_mark(word: str, known: str, meant: frozenset[str]) -> str | None:
    """Returns what a word is marked as, if it brings in something new."""
    marked = _MARKED.match(word)
    if marked is None or _EMPTY.match(marked["noun"]):
        return None
    mark = next(name for name in ("topic", "subject", "object") if marked[name])
    if mark != "subject" and _VERBAL.search(marked["noun"]):
        return None
    return mark if _is_new(marked["noun"], known, meant) else None


def _is_new(noun: str, known: str, meant: frozenset[str]) -> bool:
    if noun in known or any(noun[start : start + 2] in known for start in range(len(noun) - 1)):
        return False
    return not _all_senses(noun) & meant


def _all_senses(text: str) -> frozenset[str]:
    return frozenset(f"{family}.{sense}" for family, named in senses(text).items() for sense in named)


def _shares(short: str, question: str) -> bool:
    pairs = {question[start : start + 2] for start in range(max(len(question) - 4, 0))}
    return any(short[start : start + 2] in pairs for start in range(len(short) - 1))
