"""Follows a consultation to its end, across a short absence of the orchestrator."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from gateway.errors import TransientError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from gateway.orchestrator_client import OrchestratorClient
    from gateway.views import EventView, TurnView

_PATIENCE = 10
_PAUSE_SECONDS = 1.0


async def follow(client: OrchestratorClient, consultation_id: str, cursor: str = "") -> AsyncGenerator[EventView, None]:
    """Yields what happened after a cursor, then what happens, until nothing more will.

    A watch that breaks is resumed after the last event seen, so nothing is lost or doubled.

    Args:
        client: The orchestrator.
        consultation_id: What to follow.
        cursor: Of the last event seen; empty for everything.

    Raises:
        OrchestratorError: There is no such consultation, or the orchestrator does not answer, or was away for ten
            seconds in the middle.
    """
    failures = 0
    while True:
        try:
            async with aclosing(client.watch(consultation_id, cursor)) as events:
                async for event in events:
                    failures, cursor = 0, event["cursor"]
                    yield event
        except TransientError:
            failures += 1
            if not cursor or failures > _PATIENCE:
                raise
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            return


async def whole_transcript(client: OrchestratorClient, consultation_id: str) -> list[TurnView]:
    """Returns all turns, from all pages."""
    turns: list[TurnView] = []
    token = ""
    while True:
        page = await client.transcript(consultation_id, 0, token)
        turns += page["turns"]
        token = page["next_page_token"]
        if not token:
            return turns
