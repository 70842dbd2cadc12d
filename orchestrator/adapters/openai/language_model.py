"""Language models behind OpenAI's chat completions, one after the other until one answers: the port `LanguageModel`.

What is worth repeating is repeated while there is time; then the second model is asked; a model that keeps failing is
left alone for a short while. Once a word of a reply was handed out, nothing is repeated.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential

from orchestrator.adapters.circuit import Circuit, Guards
from orchestrator.adapters.openai.failures import FailureKind, ModelFailure
from orchestrator.adapters.openai.metrics import LanguageModelMetrics
from orchestrator.adapters.openai.model import OpenAiModel, OpenAiReply, Tokens
from orchestrator.dialogue.ports.language_model import Completion, Message, OnUse, Schema
from orchestrator.domain.errors import LanguageModelUnavailable
from orchestrator.domain.turn import LanguageModelUse

Answer = TypeVar("Answer")

_MOST_ATTEMPTS = 3  # a model
# The part of the time that a model may take if another one comes after it.
_SHARE = 0.6
# Seconds under which a model that was too slow is not to blame.
_FAIR_TIME = 2.0


@dataclass(frozen=True)
class _Candidate:
    model: OpenAiModel
    circuit: Circuit = field(default_factory=Circuit)


@dataclass
class _Asking:
    """One question to the models: how it was answered, by whom, after how many attempts."""

    deadline: float
    started: float
    attempts: int = 0

    @classmethod
    def within(cls, seconds: float) -> _Asking:
        now = asyncio.get_running_loop().time()
        return cls(now + seconds, now)


class OpenAiLanguageModel:
    """Asks its models in order."""

    def __init__(
        self, *models: OpenAiModel, metrics: LanguageModelMetrics | None = None, guards: Guards | None = None
    ) -> None:
        """Makes it.

        Args:
            models: the first one is asked first; owned from now on.
            metrics: what counts and logs; None: only logs are of use.
            guards: show which models are left alone; None: nobody does.
        """
        self._candidates = [_Candidate(model) for model in models]
        self._metrics = metrics or LanguageModelMetrics()
        if guards is not None:
            for candidate in self._candidates:
                guards.show(f"language_model/{candidate.model.name}", candidate.circuit)

    async def close(self) -> None:
        """Closes all connections."""
        for candidate in self._candidates:
            await candidate.model.close()

    async def complete(
        self, messages: Sequence[Message], schema: Schema, *, max_tokens: int, timeout: float
    ) -> Completion:
        """Returns a JSON object in the form of a schema."""
        asking = _Asking.within(timeout)
        candidate, (content, tokens) = await self._ask(
            asking, lambda model: model.complete(messages, schema, max_tokens=max_tokens)
        )
        return Completion(content, self._used(asking, candidate, tokens))

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, timeout: float, on_use: OnUse | None = None
    ) -> AsyncGenerator[str, None]:
        """Yields the reply piece by piece; closing the generator cancels the request."""
        asking = _Asking.within(timeout)
        candidate, (reply, first) = await self._ask(asking, lambda model: _begin(model, messages, max_tokens))
        async with aclosing(_rest(reply, first, asking.deadline)) as pieces:
            try:
                async for piece in pieces:
                    yield piece
            except ModelFailure as failure:
                self._failed(candidate, failure, asking)
                raise LanguageModelUnavailable from None
        use = self._used(asking, candidate, reply.tokens)
        if on_use is not None:
            on_use(use)

    async def _ask(
        self, asking: _Asking, request: Callable[[OpenAiModel], Awaitable[Answer]]
    ) -> tuple[_Candidate, Answer]:
        """Returns the first answer, and who gave it.

        Raises:
            LanguageModelUnavailable: no model answered.
        """
        loop = asyncio.get_running_loop()
        for place, candidate in enumerate(self._candidates):
            last = place == len(self._candidates) - 1
            left = asking.deadline - loop.time()
            until = loop.time() + left * (1.0 if last else _SHARE)
            if not candidate.circuit.admits():
                self._metrics.failed(candidate.model.name, ModelFailure(FailureKind.SKIPPED))
                continue
            try:
                return candidate, await _persist(candidate.model, request, until, asking)
            except ModelFailure as failure:
                self._failed(candidate, failure, asking)
        raise LanguageModelUnavailable

    def _used(self, asking: _Asking, candidate: _Candidate, tokens: Tokens) -> LanguageModelUse:
        candidate.circuit.succeeded()
        seconds = asyncio.get_running_loop().time() - asking.started
        use = LanguageModelUse(
            candidate.model.name,
            input_tokens=tokens.read,
            output_tokens=tokens.written,
            attempts=asking.attempts,
        )
        self._metrics.used(use, seconds)
        return use

    def _failed(self, candidate: _Candidate, failure: ModelFailure, asking: _Asking) -> None:
        hurried = failure.kind is FailureKind.TIMEOUT and asking.deadline - asking.started < _FAIR_TIME
        if failure.outage and not hurried:
            candidate.circuit.failed()
        self._metrics.failed(candidate.model.name, failure)


async def _persist(
    model: OpenAiModel, request: Callable[[OpenAiModel], Awaitable[Answer]], until: float, asking: _Asking
) -> Answer:
    """Returns a model's answer; asks again what is worth it, while there is time.

    Raises:
        ModelFailure: the last one.
    """
    loop = asyncio.get_running_loop()

    async def attempt() -> Answer:
        asking.attempts += 1
        try:
            async with asyncio.timeout_at(until):
                return await request(model)
        except TimeoutError:
            raise ModelFailure(FailureKind.TIMEOUT) from None

    retrying = AsyncRetrying(
        retry=retry_if_exception(lambda error: isinstance(error, ModelFailure) and error.worth_repeating),
        wait=_wait,
        stop=lambda state: state.attempt_number >= _MOST_ATTEMPTS or loop.time() + state.upcoming_sleep >= until,
        reraise=True,
    )
    return await retrying(attempt)


_backoff = wait_random_exponential(multiplier=0.2, max=2.0)


def _wait(state: RetryCallState) -> float:
    """Returns the seconds until the next attempt: what the server asks for, else a little more each time."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, ModelFailure) and error.retry_after is not None:
        return error.retry_after
    return _backoff(state)


async def _begin(model: OpenAiModel, messages: Sequence[Message], max_tokens: int) -> tuple[OpenAiReply, str]:
    """Returns a reply with its first words: until they are there, the request may be repeated."""
    reply = await model.open(messages, max_tokens=max_tokens)
    try:
        first = await reply.piece()
    except BaseException:
        await reply.close()
        raise
    return reply, first or ""


async def _rest(reply: OpenAiReply, first: str, deadline: float) -> AsyncGenerator[str, None]:
    """Yields a reply from its first words on. The deadline is not left on while the reader works."""
    try:
        piece: str | None = first
        while piece is not None:
            yield piece
            async with asyncio.timeout_at(deadline):
                piece = await reply.piece()
    except TimeoutError:
        raise ModelFailure(FailureKind.TIMEOUT) from None
    finally:
        await reply.close()
