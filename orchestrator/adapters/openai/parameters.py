"""Which parameters of chat completions a model takes: judged by its name, corrected by what its server refuses.

OpenAI's reasoning models (gpt-5 and later, o1 and later) want `max_completion_tokens`, refuse a `temperature`, and
think before they answer unless `reasoning_effort` says otherwise (developers.openai.com/api/docs/guides/latest-model
and help.openai.com/en/articles/20001600, read on 2026-11-23). On the phone nobody waits for thoughts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import openai

from orchestrator.dialogue.ports.language_model import Schema

OPENAI_URL = "https://api.openai.com/v1"

_REASONS = re.compile(r"(?:^|[/:])(?:gpt-[5-9]|gpt-\d{2}|o\d)(?![a-z])")
# Some models know no `none`; what is refused to the end is left to the server.
_EFFORTS = ("none", "low", "")
# Thoughts count as words of the answer.
_TOKENS_TO_THINK = 2000
_SCHEMA_IN_WORDS = "Answer with one JSON object and nothing else. Its JSON schema: "


class ChatParameters:
    """Makes the parameters of requests to one model. What was refused once is not sent again."""

    def __init__(self, model: str, base_url: str) -> None:
        """Judges a model by its name.

        Args:
            model: the server's name of it.
            base_url: of the server.
        """
        reasons = _REASONS.search(model) is not None
        # The newer name at OpenAI; most other servers know only the old one.
        newer = reasons or base_url.startswith(OPENAI_URL)
        names = ["max_tokens", "max_completion_tokens"]
        self._lengths = names[::-1] if newer else names
        self._efforts = list(_EFFORTS) if reasons else [""]
        self._thinks = False
        self._temperature = not reasons
        self._schema = True
        self._usage = True

    def of_answer(self, schema: Schema, max_tokens: int) -> dict[str, Any]:
        """Returns the parameters for an answer in the form of a schema."""
        form: dict[str, Any] = {"type": "json_object"}
        if self._schema:
            named = {"name": schema.name, "schema": schema.definition, "strict": True}
            form = {"type": "json_schema", "json_schema": named}
        certain = {"temperature": 0} if self._temperature else {}
        return self._common(max_tokens) | certain | {"response_format": form}

    def of_reply(self, max_tokens: int) -> dict[str, Any]:
        """Returns the parameters for a reply in words, piece by piece."""
        return self._common(max_tokens) | ({"stream_options": {"include_usage": True}} if self._usage else {})

    def in_words(self, schema: Schema) -> str | None:
        """Returns what a model is told of a schema that its server does not know; None: it knows it."""
        return None if self._schema else _SCHEMA_IN_WORDS + json.dumps(schema.definition)

    def learn(self, error: openai.APIStatusError, sent: Mapping[str, Any]) -> bool:
        """Takes note of what a server refused. Returns whether the request is worth another try without it."""
        if error.status_code not in {400, 422}:
            return False
        complaint = f"{error.message} {error.body}".lower().replace("response format", "response_format")
        learned = [self._does_without(name, value) for name, value in sent.items() if name in complaint]
        return any(learned)

    def _common(self, max_tokens: int) -> dict[str, Any]:
        effort = {"reasoning_effort": self._efforts[0]} if self._efforts[0] else {}
        return {self._lengths[0]: max_tokens + (_TOKENS_TO_THINK if self._thinks else 0)} | effort

    def _does_without(self, name: str, value: object) -> bool:
        """Whether there is another way to ask, which is taken from now on."""
        match name:
            case "max_tokens" | "max_completion_tokens":
                return _passes_over(self._lengths, name)
            case "reasoning_effort":
                self._thinks = True
                return _passes_over(self._efforts, value)
            case "temperature":
                self._temperature = False
            case "stream_options":
                self._usage = False
            case "response_format":
                self._schema = False
                return isinstance(value, dict) and value["type"] == "json_schema"
            case _:
                return False
        return True


def _passes_over(ways: list[str], refused: object) -> bool:
    """Whether there is another way than the one that was refused, which another request may have given up before."""
    if ways[0] == refused and len(ways) > 1:
        del ways[0]
    return ways[0] != refused
