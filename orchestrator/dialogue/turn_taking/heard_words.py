"""The words of a turn, out of what recognisers say of its stretches of speech."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class HeardWords:
    """Collects words, one stretch of speech after the other; each ends with final words, or without any.

    Attributes:
        finals: final words, in order.
        interim: what is understood so far of the oldest stretch without final words.
        awaited: stretches without final words.
    """

    finals: list[str] = field(default_factory=list)
    interim: str = ""
    awaited: int = 0
    _superseded: int = 0  # stretches before those awaited whose interim words were taken for their final ones

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
        """Takes words of the oldest stretch; those that come after its turn was taken are not heard twice."""
        if self._superseded:
            self._superseded -= final
        elif not final:
            self.interim = text.strip()
        else:
            self._ended(text.strip())

    def failed(self) -> None:
        """Takes the interim words of the oldest stretch for its final ones, as there will be none."""
        if self._superseded:
            self._superseded -= 1
        else:
            self._ended(self.interim)

    def forget(self) -> None:
        """Begins anew for the next turn; a stretch that had no words yet may have them later, in that turn."""
        if self.interim:
            self._superseded, self.awaited = self._superseded + self.awaited, 0
        self.finals, self.interim = [], ""

    def _ended(self, text: str) -> None:
        if text:
            self.finals.append(text)
        self.awaited = max(0, self.awaited - 1)
        self.interim = ""
