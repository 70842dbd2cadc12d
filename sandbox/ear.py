"""What can be heard on a stream: when somebody speaks, and the words, while they are said."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from audio.samples import Samples
from audio.subcarrier_reader import HeardWord, SubcarrierReader, text_of
from sandbox.line_audio import is_voiced, seconds_of

PAUSE_AT_THE_END: Final = 0.3
"""So many seconds of silence, and nothing more to come: who spoke has stopped."""

_PAUSE_WITHIN: Final = 1.0
"""So many seconds of silence are an end even where more is to come."""


@dataclass
class Utterance:
    """Holds what was said without a pause.

    Attributes:
        start: first sound, in seconds since the answer.
        end: last sound so far, likewise.
        words: so far.
    """

    start: float
    end: float
    words: list[HeardWord] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words so far."""
        return text_of(self.words)


class Ear:
    """Hears sound piece by piece, each of some 20 ms.

    Attributes:
        hearing: what is being said; None: nobody speaks.
    """

    def __init__(self, deaf_until: float) -> None:
        """Makes it; what is said before `deaf_until` (seconds since the answer) is not understood."""
        self.hearing: Utterance | None = None
        self._deaf_until = deaf_until
        self._before = np.zeros(0, dtype=np.int16)
        self._reader = SubcarrierReader()

    def hear(self, start: float, samples: Samples, *, more: bool) -> Utterance | None:
        """Hears the next piece.

        Args:
            start: when it began, in seconds since the answer.
            samples: int16, 8 kHz; silence is a piece, too.
            more: whether it is known that more comes at once.

        Returns:
            What was said, if it has come to its end.
        """
        end = start + seconds_of(samples)
        understood = samples if start >= self._deaf_until else np.zeros_like(samples)
        if is_voiced(samples):
            if self.hearing is None:
                self._begin(start)
            if self.hearing:
                self.hearing.end = end
        self._before = understood
        if self.hearing is None:
            return None
        self.hearing.words += self._reader.feed(understood)
        silent_for = end - self.hearing.end
        if silent_for < (_PAUSE_WITHIN if more else PAUSE_AT_THE_END):
            return None
        return self.finish()

    def finish(self) -> Utterance | None:
        """Returns what is being said, cut off here; None: nothing."""
        heard, self.hearing = self.hearing, None
        if heard:
            heard.words += self._reader.finish()
        return heard

    def _begin(self, start: float) -> None:
        """Begins an utterance; its first word may have begun, faintly, in the piece before."""
        self._reader = SubcarrierReader()
        self._reader.feed(self._before)
        self.hearing = Utterance(start, start)
