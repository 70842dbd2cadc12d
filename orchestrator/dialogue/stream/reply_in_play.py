"""The reply that is being said in a stream, and the one that comes after it."""

from __future__ import annotations

from orchestrator.dialogue.call.replies import first_turn
from orchestrator.dialogue.stream.playback import Playback
from orchestrator.dialogue.stream.spoken_script import heard_of, spoken_script
from orchestrator.domain.playout import Playout
from orchestrator.domain.turn import HangUp, Listen, Reply, Wait


class ReplyInPlay:
    """Puts replies into the playback as scripts, so that every sentence is known by its turn.

    Attributes:
        reply: the one that is being said, or was.
        waiting: one that is played once the callee, or a filler, is done.
    """

    def __init__(self, playback: Playback) -> None:
        self._playback = playback
        self._fillers = 0  # how many turns were said since the latest reply, to bridge the time
        self.reply = Reply((), HangUp())
        self.waiting: Reply | None = None

    @property
    def open_turn(self) -> int:
        """The callee's turn that follows."""
        return self.reply.next.turn_number

    @property
    def wants_an_answer(self) -> bool:
        """Whether the callee is listened to after it."""
        return isinstance(self.reply.next, Listen)

    @property
    def is_filler(self) -> bool:
        """Whether it only asks to wait; no account is kept of what of it was heard."""
        return isinstance(self.reply.next, Wait)

    @property
    def is_goodbye(self) -> bool:
        """Whether nothing more is said after it."""
        return isinstance(self.reply.next, HangUp)

    def begun(self, reply: Reply) -> bool:
        """Whether what is being said, or was, is the beginning of a reply."""
        return self.wants_an_answer and first_turn(reply) == first_turn(self.reply)

    def set(self, reply: Reply, playout: Playout | None = None) -> None:
        """Makes a reply the one that is being said.

        Args:
            reply: its beginning may be said already.
            playout: how far it was played in an earlier stream.
        """
        self.waiting = None
        first = first_turn(reply)
        if self.begun(reply):
            self.reply = reply
            self._playback.extend(spoken_script(reply.prompts, first)[len(self._playback.script) :])
            return
        if isinstance(reply.next, Wait):
            first += self._fillers
            self._fillers += len(reply.prompts)
        else:
            self._fillers = 0
        self.reply = reply
        script = spoken_script(reply.prompts, first)
        self._playback.load(script, heard=heard_of(script, playout or Playout()))


def is_last(reply: Reply) -> bool:
    """Whether a reply only ends the call: the goodbye was said before."""
    return isinstance(reply.next, HangUp) and not reply.prompts
