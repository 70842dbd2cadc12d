"""How a summary names times and repeats what was said: short, and never taken for a citation or quotation of ours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from orchestrator.dialogue.understanding.hangul import ends_in_consonant
from orchestrator.domain.korean_time import KOREA
from orchestrator.domain.outcome import CallBackWish, PartOfDay

_LONGEST_QUOTE = 40
_MOST_NAMES = 8
# Who names an hour may be called for so long; a part of the day is longer.
_A_CERTAIN_TIME = timedelta(hours=1)
_PARTS_OF_DAY = {
    PartOfDay.MORNING: "오전", PartOfDay.NOON: "점심때", PartOfDay.AFTERNOON: "오후", PartOfDay.EVENING: "저녁",
}  # fmt: skip


def quoted(text: str) -> str:
    """Returns somebody's words, quoted."""
    return f'"{short(text)}"'


def answered(text: str) -> str:
    """Returns somebody's words, quoted, and that they were the answer: "세 번"이라고, "네"라고."""
    return f"{quoted(text)}{'이라고' if ends_in_consonant(short(text)) else '라고'} 답했습니다"


def short(text: str) -> str:
    """Returns a text that fits in a line, without what would look like a citation or a quotation of ours."""
    plain = " ".join(text.replace("[", "(").replace("]", ")").replace('"', "'").split()).rstrip("., ")
    if len(plain) <= _LONGEST_QUOTE:
        return plain
    return f"{plain[:_LONGEST_QUOTE].rsplit(' ', 1)[0]}…"


def listed(names: Sequence[str]) -> str:
    """Returns names in a row, the first few of very many."""
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" 외 {more}건" if more > 0 else "")


def when(wish: CallBackWish) -> str:
    """Returns when somebody wants to be called, in brackets, as far as it was understood."""
    parts = [_PARTS_OF_DAY[wish.part_of_day]] if wish.part_of_day is not None else []
    if wish.not_before is not None:
        if wish.not_after is not None and wish.not_after - wish.not_before <= _A_CERTAIN_TIME:
            parts = []  # the hour says more
        parts = [_spelt(wish.not_before, with_time=not parts), *parts]
        if wish.not_after is None and wish.part_of_day is None:
            parts.append("이후")
    return f"({' '.join(parts)})" if parts else ""


def _spelt(time: datetime, *, with_time: bool) -> str:
    local = time.astimezone(KOREA)
    hour = f" {local.hour}시" + (f" {local.minute}분" if local.minute else "")
    return f"{local.month}월 {local.day}일{hour if with_time else ''}"
