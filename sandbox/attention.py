"""What a callee has in mind while the agent speaks: what they heard, and whether they have answered it."""

from dataclasses import dataclass, field


@dataclass
class Attention:
    """Holds it. Times are in seconds since the answer.

    Attributes:
        deaf_until: until then something else sounds in the callee's ear.
        silent_until: until then the callee does nothing.
        agent_stopped: when the agent's words ended last; 0: the agent has not spoken yet.
        heard: what the agent has said since the callee's last decision.
        reacted: whether the callee has done something about it.
        listened: whether the agent has given the callee a turn since they spoke: their next words are a new occasion.
    """

    deaf_until: float = 0.0
    silent_until: float = 0.0
    agent_stopped: float = 0.0
    heard: list[str] = field(default_factory=list)
    reacted: bool = False
    listened: bool = True

    def agent_begins(self) -> None:
        """Notes that the agent begins to speak."""
        if self.listened:
            self.heard, self.reacted, self.listened = [], False, False

    def take_words(self) -> str:
        """Returns what was heard since the last decision, which is made now."""
        words, self.heard = " ".join(word for word in self.heard if word), []
        return words
