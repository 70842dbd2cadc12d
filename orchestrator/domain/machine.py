"""What an answering machine gives itself away by, and how much of it is needed to believe that it is one."""

from __future__ import annotations

from enum import StrEnum


class MachineSign(StrEnum):
    """A sign that no person has answered. Each errs by itself: a person may be slow, and a television may beep."""

    NETWORK = "network"
    """The telephone network takes who answered for a machine."""
    NOTICE = "notice"
    """Words that only voicemail and the telephone network say."""
    BEEP = "beep"
    """The tone after which a message is to be left."""


def is_machine(signs: tuple[MachineSign, ...]) -> bool:
    """Whether there is no doubt left: two different signs, or one notice after the other."""
    return len(set(signs)) > 1 or signs.count(MachineSign.NOTICE) > 1
