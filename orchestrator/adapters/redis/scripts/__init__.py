"""What happens in Redis, each script wholly or not at all.

Portable from Redis 6.2 on, and to clusters: every key a script touches is among its KEYS and in one slot. Every script
may be executed twice without harm, because redis-py repeats what it got no answer to.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol

from redis.exceptions import NoScriptError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence


Argument = bytes | str | int


class Connection(Protocol):
    """Whatever carries commands to Redis."""

    def execute_command(self, *command: Argument) -> Awaitable[Any]:
        """Returns Redis' answer to a command."""
        ...


class Script:
    """One script, by its file's name without `.lua`."""

    def __init__(self, name: str) -> None:
        self._text = files(__name__).joinpath(f"{name}.lua").read_text(encoding="utf-8")
        self._sha = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    def command(self, keys: Sequence[str], arguments: Sequence[Argument]) -> tuple[Argument, ...]:
        """Returns the command that runs it on a server that knows it."""
        return ("EVALSHA", self._sha, len(keys), *keys, *arguments)

    async def run(self, connection: Connection, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:  # noqa: ANN401 - the script's own answer
        """Runs it; a server that does not know it yet is told."""
        try:
            return await connection.execute_command(*self.command(keys, arguments))
        except NoScriptError:
            return await connection.execute_command("EVAL", self._text, len(keys), *keys, *arguments)


COMMIT = Script("commit")
TRANSCRIPT = Script("transcript")
EVENTS = Script("events")
REMEMBER = Script("remember")
OVERDUE = Script("overdue")
PAGE = Script("page")
ERASE = Script("erase")
BACKLOG = Script("backlog")
CAMPAIGN = Script("campaign")
DIAL_PERMIT = Script("dial_permit")
DIAL_HOLD_OFF = Script("dial_hold_off")
DIAL_RELEASE = Script("dial_release")
