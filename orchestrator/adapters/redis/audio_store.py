"""The agent's spoken words in Redis, for as long as the telephone may fetch them: the port `AudioStore`."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from orchestrator.adapters.redis.client import RedisClient, store_access
from orchestrator.adapters.redis.keys import audio_key
from orchestrator.dialogue.ports.audio import Audio
from orchestrator.domain.errors import AudioNotFound

_TOKEN_BYTES = 24
_ETAG_LENGTH = 32


class RedisAudioStore:
    """Keeps audio under unguessable names that expire."""

    def __init__(self, client: RedisClient, *, ttl: int = 3600) -> None:
        """Makes it.

        Args:
            client: its owner's to close.
            ttl: seconds that audio is kept, longer than any call lasts.
        """
        self._client = client
        self._ttl = ttl

    async def put(self, content: bytes) -> str:
        """Keeps a WAV file and returns its token."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        async with store_access():
            await self._client.execute_command("SET", audio_key(token), content, "EX", self._ttl)
        return token

    async def get(self, token: str) -> Audio:
        """Returns what a token stands for."""
        async with store_access():
            content: bytes | None = await self._client.execute_command("GET", audio_key(token))
        if content is None:
            raise AudioNotFound
        return Audio(content, hashlib.sha256(content).hexdigest()[:_ETAG_LENGTH])

    async def delete(self, tokens: Sequence[str]) -> None:
        """Erases audio; tokens that are empty or stand for nothing are no error."""
        async with store_access(), self._client.pipeline(transaction=False) as pipeline:
            for token in filter(None, tokens):
                pipeline.execute_command("DEL", audio_key(token))
            await pipeline.execute()
