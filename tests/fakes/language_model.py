"""A language model that knows its lines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any

from orchestrator.dialogue.ports.language_model import Completion, Message, OnUse, Schema
from orchestrator.domain.errors import LanguageModelUnavailable
from orchestrator.domain.turn import LanguageModelUse

USE = LanguageModelUse("scripted", input_tokens=100, output_tokens=10)
# A structured answer: itself, made from what was asked, or an error to raise.
Structured = Mapping[str, Any] | Callable[[Sequence[Message]], Mapping[str, Any]] | Exception


class ScriptedLanguageModel:
    """Words its replies in order; the last one again and again. A reply that is an error is raised.

    Attributes:
        replies: what it says next; an error after text is made by `breaks_after`.
        structured: what it answers to a schema, by the schema's name; to others it does not answer.
        delay: seconds until the first piece.
        opinion_delay: seconds until the structured answer; as long, if not given.
        piece_delay: seconds between two pieces.
        breaks_after: pieces after which it fails, if it does.
        asked: the messages of every request for a reply, in order.
        completed: the messages of every request for a structured answer, with the schema's name, in order.
        cancelled: how many replies were not listened to until their end.
    """

    def __init__(
        self,
        *replies: str | Exception,
        structured: Mapping[str, Structured] | None = None,
        delay: float = 0.0,
        opinion_delay: float | None = None,
        piece_delay: float = 0.0,
        piece_length: int = 4,
        breaks_after: int | None = None,
    ) -> None:
        self.replies: list[str | Exception] = list(replies or ("네, 알려 드릴게요.",))
        self.structured = dict(structured or {})
        self.delay = delay
        self.opinion_delay = opinion_delay
        self.piece_delay = piece_delay
        self.piece_length = piece_length
        self.breaks_after = breaks_after
        self.asked: list[tuple[Message, ...]] = []
        self.completed: list[tuple[str, tuple[Message, ...]]] = []
        self.cancelled = 0

    async def complete(
        self, messages: Sequence[Message], schema: Schema, *, max_tokens: int, timeout: float
    ) -> Completion:
        self.completed.append((schema.name, tuple(messages)))
        answer = self.structured.get(schema.name, LanguageModelUnavailable())
        await self._wait(self.delay if self.opinion_delay is None else self.opinion_delay, timeout)
        if isinstance(answer, Exception):
            raise answer
        return Completion(answer if isinstance(answer, Mapping) else answer(messages), USE)

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, timeout: float, on_use: OnUse | None = None
    ) -> AsyncGenerator[str, None]:
        self.asked.append(tuple(messages))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        finished = False
        try:
            try:
                await self._wait(self.delay, timeout)
            except LanguageModelUnavailable:
                finished = True
                raise
            if isinstance(reply, Exception):
                finished = True
                raise reply
            for number, start in enumerate(range(0, len(reply), self.piece_length)):
                if number == self.breaks_after:
                    finished = True
                    raise LanguageModelUnavailable
                if number and self.piece_delay:
                    await asyncio.sleep(self.piece_delay)
                yield reply[start : start + self.piece_length]
            finished = True
            if on_use is not None:
                on_use(USE)
        finally:
            self.cancelled += not finished

    async def _wait(self, delay: float, timeout: float) -> None:
        await asyncio.sleep(min(delay, timeout))
        if delay >= timeout:
            raise LanguageModelUnavailable
