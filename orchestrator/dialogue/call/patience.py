"""How long a callee is listened to: long by default, longer for those who need it, and remembered for the next call."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.dialogue.utterance import Intent, Understood
from orchestrator.domain.brief import Listening
from orchestrator.domain.progress import Progress

# A callee who was silent, or was cut off, gets so much more time; and no callee more than this, in seconds.
_MORE = 1.4
_MOST = 12.0
# Who stops after these has not finished.
_UNFINISHED = re.compile(r"(?:그게|저기|그|저|근데|그런데|그러니까|그니까|그래서|음|어|뭐냐|뭐더라|있잖아)$")


@dataclass(frozen=True, slots=True)
class ListeningTimes:
    """How long callees are listened to unless more is known about them, in seconds.

    Attributes:
        silence: so much silence ends a turn.
        most: a turn may last so long.
    """

    silence: float = 5.0
    most: float = 60.0


def silence_timeout(progress: Progress, wanted: Listening, times: ListeningTimes) -> float:
    """Returns the seconds of silence that end this callee's next turn."""
    return progress.silence_timeout or wanted.silence_timeout or times.silence


def more_patient(progress: Progress, understood: Understood, before: float) -> Progress:
    """Returns the progress with a longer pause, if the callee was silent or seems to have been cut off.

    Args:
        progress: so far.
        understood: what was made of the callee's turn.
        before: the pause that ended it, in seconds.
    """
    not_understood = understood.intent is Intent.NO_MATCH or (
        understood.intent is Intent.ANSWER and understood.expected_answer is None
    )
    cut_off = not_understood and _UNFINISHED.search(compact(understood.text)) is not None
    if understood.intent is not Intent.NO_INPUT and not cut_off:
        return progress
    return replace(progress, silence_timeout=max(before, min(_MOST, round(before * _MORE, 1))))
