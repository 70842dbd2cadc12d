"""Answers that are nothing but a yes or a no: nobody needs a second opinion on them."""

from __future__ import annotations

import re

from orchestrator.dialogue.understanding.asked import asked_by
from orchestrator.dialogue.understanding.clues import suspicious
from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.domain.plan import Step, StepKind

_YES = re.compile(
    r"(?:네|예|넵|응|음|어|그래요?|그럼요?|그러세요|맞아요?|맞습니다|괜찮아요?|괜찮습니다|좋아요?|좋습니다|알겠어요|알겠습니다)+"
)
_NO = re.compile(r"(?:아니요?|아뇨|아닙니다|아니에요|없어요?|없습니다|괜찮아요?|괜찮습니다|됐어요|됐습니다)+")
# Here a no is about the call, and can mean nothing else.
_ABOUT_THE_CALL = {
    StepKind.CONSENT,
    StepKind.GOOD_TIME,
    StepKind.IDENTITY,
    StepKind.HUMAN_WANTED,
    StepKind.ANYTHING_ELSE,
}
# "잘 하고 계세요?" is not about being alive; "살기 힘드세요?" would be trouble.
_BEING = "live"


def is_plain(text: str, step: Step) -> bool:
    """Whether an answer can hold no more than the yes or no that it is made of.

    A yes to what would be trouble, or a no to what a person needs ("드실 것은 있으세요?"), holds more.

    Args:
        text: what was said.
        step: what was asked.
    """
    asked = asked_by(step)
    short = compact(text)
    if suspicious(asked.text, but=_BEING):
        return False
    if step.kind in _ABOUT_THE_CALL:
        return _YES.fullmatch(short) is not None or _NO.fullmatch(short) is not None
    meant = step.yes is not None or not step.expected_answers
    asks = step.kind is StepKind.QUESTION and asked.yes_no and not asked.trouble
    return meant and asks and _YES.fullmatch(short) is not None
