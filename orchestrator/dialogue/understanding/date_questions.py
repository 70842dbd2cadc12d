"""Whether somebody asks what day it is, or what time."""

from __future__ import annotations

import re

from orchestrator.dialogue.understanding.spoken_form import compact

_BEFORE = r"^(?:네|예|저기|저|근데|그런데|아이고|참|아가씨|선생님|지금|그나저나)*"
_COPULA = (
    r"(?:이에요|이예요|예요|에요|이죠|죠|이지요?|지요?|이야|야|이고|고|인가요?|이여|이요|요|유|입니까|인교|이래요|"
    r"됐어요|되었어요|됐소|됐나요?)?$"
)
_DAY = re.compile(
    rf"{_BEFORE}오늘(?:이|은|날짜가|날짜는)?(?:몇월)?(?:며칠|몇일|무슨요일|무슨날|날짜가어떻게되)(?:날)?{_COPULA}"
)
_TIME = re.compile(rf"{_BEFORE}(?:지금|시간)(?:이|은)?(?:대체)?몇시(?:나|쯤)?{_COPULA}")


def asks_the_day(text: str) -> bool:
    """Whether somebody asks what day it is."""
    return _DAY.search(compact(text)) is not None


def asks_the_time(text: str) -> bool:
    """Whether somebody asks what time it is."""
    return _TIME.search(compact(text)) is not None
