"""One language model behind OpenAI's chat completions, or any server that serves them: one request, no second try."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import httpx2
import openai

from orchestrator.adapters.openai.failures import CLIENT_ERRORS, FailureKind, ModelFailure, failure_of
from orchestrator.adapters.openai.parameters import OPENAI_URL, ChatParameters
from orchestrator.dialogue.ports.language_model import Message, Schema

if TYPE_CHECKING:
    from openai import AsyncStream
    from openai.types import CompletionUsage
    from openai.types.chat import ChatCompletion, ChatCompletionChunk

_CONNECT_TIMEOUT = 2.0  # seconds
# A reply that reached its length is cut, but a reply; without any reason, the connection broke off in the middle.
_COMPLETE = {"stop", "length"}


class Tokens:
    """How many tokens a request cost; 0 where the server does not say, or says nonsense."""

    def __init__(self, read: object = 0, written: object = 0) -> None:
        self.read = read if isinstance(read, int) else 0
        self.written = written if isinstance(written, int) else 0

    @classmethod
    def of(cls, usage: CompletionUsage | None) -> Tokens:
        """Returns what a server says."""
        return cls(getattr(usage, "prompt_tokens", 0), getattr(usage, "completion_tokens", 0))


class OpenAiModel:
    """Asks one model. What its server does not know is noticed once and not asked for again.

    Attributes:
        name: the server's name of the model.
    """

    def __init__(self, *, api_key: str, model: str, base_url: str = OPENAI_URL) -> None:
        """Makes it.

        Args:
            api_key: the server's; one that wants none gets any word.
            model: the server's name of the model.
            base_url: of the server, with its version: `http://127.0.0.1:8080/v1`.
        """
        self.name = model
        self._parameters = ChatParameters(model, base_url)
        self._client = openai.AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            timeout=httpx2.Timeout(None, connect=_CONNECT_TIMEOUT),  # whoever asks has a deadline
        )

    async def close(self) -> None:
        """Closes all connections."""
        await self._client.close()

    async def complete(
        self, messages: Sequence[Message], schema: Schema, *, max_tokens: int
    ) -> tuple[Mapping[str, Any], Tokens]:
        """Returns a JSON object in the form of a schema, if the model keeps to it.

        Raises:
            ModelFailure
        """
        try:
            answer: ChatCompletion = await self._create(messages, max_tokens, schema=schema)
            choice = answer.choices[0]
            if choice.message.refusal or choice.finish_reason == "content_filter":
                raise ModelFailure(FailureKind.REFUSED)
            if choice.finish_reason != "stop":
                raise ModelFailure(FailureKind.TRUNCATED)
            return _json_object(choice.message.content), Tokens.of(answer.usage)
        except (*CLIENT_ERRORS, IndexError) as error:
            raise failure_of(error) from None  # its text may repeat what was said

    async def open(self, messages: Sequence[Message], *, max_tokens: int) -> OpenAiReply:
        """Returns a reply on its way; to be closed.

        Raises:
            ModelFailure
        """
        try:
            return OpenAiReply(await self._create(messages, max_tokens, schema=None))
        except CLIENT_ERRORS as error:
            raise failure_of(error) from None

    async def _create(self, messages: Sequence[Message], max_tokens: int, *, schema: Schema | None) -> Any:  # noqa: ANN401 - one of two, by `stream`
        create: Any = self._client.chat.completions.create
        while True:
            told = [{"role": message.role, "content": _storable(message.content)} for message in messages]
            if schema is None:
                extra = self._parameters.of_reply(max_tokens)
            else:
                extra = self._parameters.of_answer(schema, max_tokens)
                if (in_words := self._parameters.in_words(schema)) is not None:
                    told.append({"role": "system", "content": in_words})
            try:
                return await create(model=self.name, messages=told, stream=schema is None, extra_body=extra)
            except openai.APIStatusError as error:
                if not self._parameters.learn(error, extra):
                    raise


class OpenAiReply:
    """A reply on its way.

    Attributes:
        tokens: what it cost; known at its end, if the server says it.
    """

    def __init__(self, stream: AsyncStream[ChatCompletionChunk]) -> None:
        self._stream = stream
        self._finish_reason: str | None = None
        self._pieces = 0
        self.tokens = Tokens()

    async def close(self) -> None:
        """Cancels what has not come yet."""
        await self._stream.close()

    async def piece(self) -> str | None:
        """Returns the next words; None once the reply is complete.

        Raises:
            ModelFailure
        """
        try:
            while (chunk := await anext(self._stream, None)) is not None:
                if chunk.usage is not None:
                    self.tokens = Tokens.of(chunk.usage)
                for choice in chunk.choices[:1]:
                    self._finish_reason = choice.finish_reason or self._finish_reason
                    if words := _storable(choice.delta.content):
                        self._pieces += 1
                        return words
        except CLIENT_ERRORS as error:
            raise failure_of(error) from None
        if self._finish_reason not in _COMPLETE:
            refused = self._finish_reason == "content_filter"
            raise ModelFailure(FailureKind.REFUSED if refused else FailureKind.BROKE_OFF)
        if not self._pieces:
            raise ModelFailure(FailureKind.EMPTY)
        return None


def _json_object(content: str | None) -> Mapping[str, Any]:
    found = json.loads(content or "")
    if not isinstance(found, dict):
        raise TypeError("not a JSON object")
    whole: dict[str, Any] = json.loads(_storable(json.dumps(found, ensure_ascii=False)))
    return whole


def _storable(text: str | None) -> str:
    """Returns a text without halves of characters: some servers cut an emoji in two, which no UTF-8 can hold."""
    return (text or "").encode(errors="ignore").decode()
