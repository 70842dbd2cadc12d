"""The words of a turn, out of what recognisers say of its stretches of speech."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class HeardWords:
    """Collects words, one stretch of speech after the other.

    Attributes:
        finals: final words, in order.
        interim: what is understood so far of the stretch without final words.
        awaited: stretches without final words.
    """

    finals: list[str] = field(default_factory=list)
    interim: str = ""
    awaited: int = 0
    _superseded: int = 0  # final words that are still to come and were already used as interim ones

    @property
    def text(self) -> str:
        """All words so far."""
        return " ".join(part for part in (*self.finals, self.interim) if part)

    @property
    def settled(self) -> bool:
        """Whether no more words are to come."""
        return self.awaited == 0

    def stretch_began(self) -> None:
        """Expects the words of one more stretch."""
        self.awaited += 1

    def recognised(self, text: str, *, final: bool) -> None:
        """Takes words."""
        if not final:
            self.interim = text.strip()
            return
        if self._superseded:
            self._superseded -= 1
            return
        if text.strip():
            self.finals.append(text.strip())
        self.stretch_ended()

    def stretch_ended(self) -> None:
        """Expects no more words of the oldest stretch; its interim words stand if there are no others."""
        self.awaited = max(0, self.awaited - 1)
        self.interim = ""

    def failed(self) -> None:
        """Takes the interim words of a stretch for its final ones, as there will be none."""
        if self.interim:
            self.finals.append(self.interim)
        self.stretch_ended()

    def forget(self) -> None:
        """Begins anew for the next turn; final words that come late are not heard twice."""
        self._superseded += self.awaited if self.interim else 0
        self.finals, self.interim, self.awaited = [], "", 0

    def expect_no_late_ones(self) -> None:
        """Takes the next final words for new ones: what was late has come, or will not."""
        self._superseded = 0
