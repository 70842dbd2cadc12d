"""What kind of answer a question waits for: it decides how soon an answer is complete."""

from __future__ import annotations

import re
from enum import StrEnum

from orchestrator.dialogue.understanding.asked import Form, asked_by
from orchestrator.domain.plan import Step


class Expected(StrEnum):
    """The kind of answer."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    OPEN = "open"
    DATE = "date"
    NAME = "name"
    KEYS = "keys"


_NAME = re.compile(r"성함|존함|이름")
# What may be answered by yes or no, but is asked for the story behind it, is open.
_OF_FORM = {
    Form.YES_NO: Expected.YES_NO,
    Form.IDENTITY: Expected.YES_NO,
    Form.GOOD_TIME: Expected.YES_NO,
    Form.CONSENT: Expected.YES_NO,
    Form.OFFER_HUMAN: Expected.YES_NO,
    Form.EITHER_OR: Expected.CHOICE,
    Form.HOW_MANY: Expected.CHOICE,
    Form.KEYPAD: Expected.CHOICE,
    Form.BIRTH_DATE: Expected.DATE,
}


def expected_by(step: Step, ask_count: int) -> Expected:
    """Returns what kind of answer a step waits for.

    Args:
        step: what is asked.
        ask_count: how often it was asked, the latest ask included.
    """
    if step.keys_wanted(ask_count):
        return Expected.KEYS
    form = asked_by(step).form
    if form is Form.OPEN and _NAME.search(step.text):
        return Expected.NAME
    if form in {Form.OPEN, Form.STATEMENT} and step.expected_answers and ask_count >= len(step.asks):
        return Expected.CHOICE  # the last wording names the answers
    return _OF_FORM.get(form, Expected.OPEN)
