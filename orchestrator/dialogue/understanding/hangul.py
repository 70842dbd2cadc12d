"""Syllables and their letters (Unicode Standard, section 3.12): what endings of Korean words are made of."""

from __future__ import annotations

_FIRST, _LAST, _FINALS = 0xAC00, 0xD7A3, 28
_FINAL_LETTERS = "\0ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"


def ending_in(letters: str) -> str:
    """Returns the regular expression's class of all syllables with one of these final consonants."""
    finals = [_FINAL_LETTERS.index(letter) for letter in letters]
    return f"[{''.join(chr(code) for final in finals for code in range(_FIRST + final, _LAST + 1, _FINALS))}]"


def ends_in_consonant(text: str) -> bool:
    """Whether the last syllable of a text has a final consonant, which decides on the particle after it."""
    code = ord(text[-1]) if text else 0
    return _FIRST <= code <= _LAST and (code - _FIRST) % _FINALS != 0


def open_syllable(syllable: str) -> str:
    """Returns a syllable without its final consonant; what is no Korean syllable stays as it is."""
    code = ord(syllable)
    return chr(code - (code - _FIRST) % _FINALS) if _FIRST <= code <= _LAST else syllable
