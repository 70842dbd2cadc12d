"""Tokens of the streams that are expected, in Redis: the port `StreamTokens`.

    calling:stream:<hash>           string: consultation, call and talker, by the SHA-256 of the token; two minutes

Who can read Redis cannot open a stream: a token cannot be found from its hash.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import timedelta

from orchestrator.adapters.redis.client import RedisClient, store_access
from orchestrator.dialogue.ports.streams import ExpectedStream

_TOKEN_BYTES = 32


class RedisStreamTokens:
    """Hands out tokens that are good once, in any replica.

    An answer of Redis that is lost on the way may use a token up: the stream is refused then, and the call goes on
    turn by turn. The other way round, a token would be good twice.
    """

    def __init__(self, client: RedisClient, *, ttl: timedelta = timedelta(minutes=2)) -> None:
        """Makes it.

        Args:
            client: its owner's to close.
            ttl: how long a token is good.
        """
        self._client = client
        self._ttl = int(ttl.total_seconds())

    async def issue(self, expected: ExpectedStream) -> str:
        """Returns a token of 256 random bits."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        content = json.dumps([expected.consultation_id, expected.call_sid, expected.talker])
        async with store_access():
            await self._client.execute_command("SET", _name(token), content, "EX", self._ttl)
        return token

    async def redeem(self, token: str) -> ExpectedStream | None:
        """Returns what a token stands for, to the first who asks."""
        async with store_access():
            content: bytes | None = await self._client.execute_command("GETDEL", _name(token))
        if content is None:
            return None
        return ExpectedStream(*json.loads(content))


def _name(token: str) -> str:
    return f"calling:stream:{hashlib.sha256(token.encode(errors='surrogatepass')).hexdigest()}"
