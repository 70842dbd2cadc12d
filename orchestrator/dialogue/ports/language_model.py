"""Language models."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from orchestrator.domain.turn import LanguageModelUse


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a language model; `role` is `system`, `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Schema:
    """The form of a structured answer.

    Attributes:
        name: `[a-zA-Z0-9_-]+`.
        definition: a JSON schema as OpenAI's structured outputs take it: every property required, nothing additional.
    """

    name: str
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Completion:
    """A structured answer, and what it cost. That it fits the schema is for whoever asked to check."""

    content: Mapping[str, Any]
    use: LanguageModelUse


OnUse = Callable[[LanguageModelUse], None]


class LanguageModel(Protocol):
    """Words answers and summaries, and gives a second opinion."""

    async def complete(
        self, messages: Sequence[Message], schema: Schema, *, max_tokens: int, timeout: float
    ) -> Completion:
        """Returns a JSON object in the form of a schema.

        Raises:
            LanguageModelUnavailable: no answer within `timeout` seconds, a failure, a refusal, or no JSON object.
        """
        ...

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, timeout: float, on_use: OnUse | None = None
    ) -> AsyncGenerator[str, None]:
        """Yields the reply piece by piece. Closing the generator cancels the request.

        Args:
            messages: what the model is told.
            max_tokens: how long the reply may be; it is cut there.
            timeout: seconds until the end of the reply.
            on_use: is told what the reply cost, once it is complete.

        Raises:
            LanguageModelUnavailable: no answer within `timeout` seconds, a failure, or a reply that broke off.
        """
        ...
