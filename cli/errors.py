"""The failure that ends a command with one line and an exit status."""

from __future__ import annotations


class CommandError(Exception):
    """Ends the command: its text is the one line on stderr, `exit_status` the process's status.

    1 means that something did not work, 2 that it was asked for wrongly (an argument, a setting, a file).
    """

    exit_status = 1


class UsageError(CommandError):
    """An argument, a setting or a given file is wrong."""

    exit_status = 2
