"""What is said only to be taken back: "춥기는 무슨, 절절 끓어", "허리는 괜찮은데 무릎이", "경로당은 안 가고 시장에".

Its words must not count for the answer that they name.
"""

from __future__ import annotations

import re

_RETRACTED = (
    # "만족은 무슨", "세 끼가 다 뭐여", "좋을 리가 있나", "잘 먹기는", "왔다는 소리는 누가 해"
    re.compile(
        r"^.{1,14}?(?:무슨|커녕|뭘|다 뭐여?|뭐여|리가 (?:있나|없지|있어)|소리는 누가 해|새가 어딨어|구석이 없어)"
        r"(?:\s자주)?\s+(?=\S{2})"
    ),
    re.compile(r"^(?:\S+\s){0,2}?\S*[가-힣](?:기는|긴)\s+(?=\S)"),
    # "매일 마시던 것을 끊었지", "싱거운 줄 알았더니", "푹 자고 싶어도"
    re.compile(r"^.{1,16}?(?:던\s?(?:것을|거를|걸|사람이|것이)|줄 알았더니|싶어도|있어도|내다가)\s+"),
    # "허리는 괜찮은데 …", "열은 없는데 …", "싫은 건 아닌데 …"
    re.compile(
        r"^.{1,14}?(?:괜찮은데|멀쩡한데|없는데|아닌데|아니고|아니라|않은데|않고|"
        r"안 (?:하는데|아픈데|가고|하고|틀고|쓰고|켜고|그런데))\s+(?=\S)"
    ),
    re.compile(r"^\S+지(?:는|도)?\s(?:\S+지(?:는|도)?\s)?(?:않고|못하고|안 하고)\s+"),
    # "틀니 아니여 …", "그거 말고는 없고"
    re.compile(r"^\S+\s아니여\s+|\s*그거 말고는? .{1,6}$"),
)


def without_retracted(text: str) -> str:
    """Returns an utterance without what it takes back; all of it, if nothing else would be left."""
    rest = text
    for words in _RETRACTED:
        rest = words.sub("", rest, count=1)
    return rest if len(rest) > 3 else text
