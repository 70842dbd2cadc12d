"""A language model that knows its lines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from orchestrator.dialogue.ports import Message
from orchestrator.domain.errors import LanguageModelUnavailable


class ScriptedLanguageModel:
    """Words its replies in order; the last one again and again. A reply that is an error is raised.

    Attributes:
        replies: what it says next; an error after text is made by `breaks_after`.
        delay: seconds until the first piece.
        breaks_after: pieces after which it fails, if it does.
        asked: the messages of every request, in order.
        cancelled: how many replies were not listened to until their end.
    """

    def __init__(
        self,
        *replies: str | Exception,
        delay: float = 0.0,
        piece_length: int = 4,
        breaks_after: int | None = None,
    ) -> None:
        self.replies: list[str | Exception] = list(replies or ("네, 알려 드릴게요.",))
        self.delay = delay
        self.piece_length = piece_length
        self.breaks_after = breaks_after
        self.asked: list[tuple[Message, ...]] = []
        self.cancelled = 0

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, timeout: float
    ) -> AsyncGenerator[str, None]:
        self.asked.append(tuple(messages))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        finished = False
        try:
            await asyncio.sleep(min(self.delay, timeout))
            if self.delay >= timeout:
                finished = True
                raise LanguageModelUnavailable
            if isinstance(reply, Exception):
                finished = True
                raise reply
            for number, start in enumerate(range(0, len(reply), self.piece_length)):
                if number == self.breaks_after:
                    finished = True
                    raise LanguageModelUnavailable
                yield reply[start : start + self.piece_length]
            finished = True
        finally:
            self.cancelled += not finished
