"""A language model behind OpenAI's chat completions, or any server that serves them: the port `LanguageModel`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING, cast

import httpx2
import openai

from observability import log
from orchestrator.dialogue.ports import Message
from orchestrator.domain.errors import LanguageModelUnavailable

if TYPE_CHECKING:
    from openai import AsyncStream
    from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

logger = log.get(__name__)

OPENAI_URL = "https://api.openai.com/v1"

_CONNECT_TIMEOUT = 2.0  # seconds
# A reply that reached its length is cut, but a reply; without any reason, the connection broke off in the middle.
_COMPLETE = {"stop", "length"}
# What the client raises for an answer that is no JSON, or other JSON than OpenAI's.
_NO_CHUNK = (ValueError, TypeError, AttributeError)


class OpenAiLanguageModel:
    """Streams replies. Nothing is repeated: the callee waits, and there are other answers."""

    def __init__(self, *, api_key: str, model: str, base_url: str = OPENAI_URL) -> None:
        """Makes it.

        Args:
            api_key: the server's; one that wants none gets any word.
            model: the server's name of the model.
            base_url: of the server, with its version: `http://127.0.0.1:8080/v1`.
        """
        self._model = model
        # OpenAI's newer models refuse the old name, most other servers know only the old one.
        self._max_tokens_field = "max_completion_tokens" if base_url.startswith(OPENAI_URL) else "max_tokens"
        self._client = openai.AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            timeout=httpx2.Timeout(None, connect=_CONNECT_TIMEOUT),  # each request has its own deadline
        )

    async def close(self) -> None:
        """Closes all connections."""
        await self._client.close()

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, timeout: float
    ) -> AsyncGenerator[str, None]:
        """Yields the reply piece by piece; closing the generator cancels the request."""
        deadline = asyncio.get_running_loop().time() + timeout
        pieces = 0
        finish_reason: str | None = None
        try:
            async with asyncio.timeout_at(deadline):
                stream = await self._open(messages, max_tokens)
            async with stream:
                while (chunk := await _next_before(deadline, stream)) is not None:
                    for choice in chunk.choices[:1]:
                        finish_reason = choice.finish_reason or finish_reason
                        if piece := _storable(choice.delta.content):
                            pieces += 1
                            yield piece
        except (openai.OpenAIError, httpx2.HTTPError, TimeoutError, *_NO_CHUNK) as error:
            status = getattr(error, "status_code", None)
            logger.warning("language_model_failed", error=type(error).__name__, http_status=status, pieces=pieces)
            raise LanguageModelUnavailable from None  # its text may repeat what was said
        if finish_reason not in _COMPLETE or not pieces:
            logger.warning("language_model_broke_off", finish_reason=finish_reason, pieces=pieces)
            raise LanguageModelUnavailable

    async def _open(self, messages: Sequence[Message], max_tokens: int) -> AsyncStream[ChatCompletionChunk]:
        return await self._client.chat.completions.create(
            model=self._model,
            messages=cast(
                "list[ChatCompletionMessageParam]",
                [{"role": message.role, "content": message.content} for message in messages],
            ),
            stream=True,
            extra_body={self._max_tokens_field: max_tokens},
        )


async def _next_before(deadline: float, stream: AsyncStream[ChatCompletionChunk]) -> ChatCompletionChunk | None:
    """Returns the next chunk, None at the end. The deadline is not left on while the reader of the stream works."""
    async with asyncio.timeout_at(deadline):
        return await anext(stream, None)


def _storable(piece: str | None) -> str:
    """Returns a piece without halves of characters: some servers cut an emoji in two, which no UTF-8 can hold."""
    return (piece or "").encode(errors="ignore").decode()
