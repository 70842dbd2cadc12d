"""Masks what says who a person is, before words leave for a language model.

What is known of the person is masked wherever it stands; numbers that name a person (telephone, resident registration,
account) are masked by their form. Names of others are not known, and stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from orchestrator.domain.brief import Person

# What stands in place of what was masked.
NAME, BIRTH_DATE, ADDRESS, NUMBER = "[이름]", "[생년월일]", "[주소]", "[번호]"

Mask = Callable[[str], str]

_SPOKEN_DIGIT = "[공영빵일이삼사오육륙칠팔구]"
# Seven digits or more, written in groups or spoken one by one: sums and dates of a talk are shorter.
_LONG_NUMBER = re.compile(
    rf"\+?\d(?:[-\s.]?\d){{6,}}|(?<![가-힣]){_SPOKEN_DIGIT}(?:[-\s,]?{_SPOKEN_DIGIT}|\s?에\s(?={_SPOKEN_DIGIT})){{6,}}"
)
# Any number at all: while somebody says their birth date.
_ANY_NUMBER = re.compile(
    rf"\d+|(?:{_SPOKEN_DIGIT}|[십백천]){{2,}}|(?:{_SPOKEN_DIGIT}|유|시|십)(?=\s?[년월일](?![가-힣]))"
)
_GROUPED = re.compile(r"\d{2,6}-\d{2,7}(?:-\d{1,7})*")


def mask_of(person: Person | None, *, every_number: bool = False) -> Mask:
    """Returns what masks a person's name, birth date and address, and numbers of people in general.

    Args:
        person: None: nothing is known of them.
        every_number: mask short numbers too.
    """
    known = _known(person) if person is not None else []

    def mask(text: str) -> str:
        text = _LONG_NUMBER.sub(NUMBER, _GROUPED.sub(NUMBER, text))
        for pattern, replacement in known:
            text = pattern.sub(replacement, text)
        return _ANY_NUMBER.sub(NUMBER, text) if every_number else text

    return mask


def _known(person: Person) -> list[tuple[re.Pattern[str], str]]:
    parts = (person.address.address1, person.address.address2)
    known = [(_spaced(part), ADDRESS) for part in parts if len(part) >= 3]
    if person.birth_date:
        known.append((_dates(person.birth_date), BIRTH_DATE))
    return known + [(_spaced(name), NAME) for name in _names(person.name)]


def _names(name: str) -> list[str]:
    """Returns a name, and what is left of a Korean one without the family name."""
    name = "".join(name.split())
    given = [name[1:]] if re.fullmatch(r"[가-힣]{3}", name) else []
    return [name, *given] if name else []


def _spaced(text: str) -> re.Pattern[str]:
    """Returns a pattern that finds a text however it is spaced."""
    return re.compile(r"\s?".join(re.escape(character) for character in text if not character.isspace()))


def _dates(birth_date: str) -> re.Pattern[str]:
    """Returns a pattern that finds a date `YYYY-MM-DD` in the forms that recognisers write."""
    year, month, day = birth_date.split("-") if birth_date.count("-") == 2 else (birth_date, "", "")
    if not month:
        return re.compile(re.escape(birth_date))
    years = rf"(?:{year}|{year[2:]})"
    spaced = rf"{years}\s?[년.\-/]?\s?0?{int(month)}\s?[월.\-/]\s?0?{int(day)}(?:\s?일)?"
    return re.compile(rf"(?<!\d)(?:{years}{month}{day}|{spaced}|{year}\s?년(?:생)?)(?!\d)")
