"""The clauses of an utterance: "밥은 잘 먹는데 잠을 못 자요" says two things."""

from __future__ import annotations

import re

# Connective endings after which something else may be said. A space must follow: endings are also parts of words.
_CONNECTED = re.compile(
    r"(?<=[가-힣](?:는데|은데|인데|운데|픈데|한데|던데|지만|으나|니까|는디|은디|고요|고예|어요|아요|해요|지요|네요|거든|니다|워요|와요|져요|세요|예요|에요|서요|습죠))\s+"
    r"|(?<=[가-힣](?:고|요|죠))\s+(?=(?:그리고|근데|그런데|그라고|또|아까|사실|참)\s|\S+[은는도]\s)"
    r"|(?:\s+|^|[.?!,]\s*)(?:그리고|근데|그런데|그라고|아참|참|그건 그렇고|아니)\s+|[.?!,]\s*"
)
_SHORTEST = 2


def clauses(text: str) -> tuple[str, ...]:
    """Returns the clauses of an utterance, in order; each is a part of it."""
    parts = (part.strip() for part in _CONNECTED.split(text))
    return tuple(part for part in parts if len(part) >= _SHORTEST)
