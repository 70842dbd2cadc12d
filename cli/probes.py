"""Asks the programs whether they are there. Each probe answers within a second or two, and raises nothing."""

from __future__ import annotations

import asyncio

import aiohttp

from gateway.orchestrator_client import OrchestratorClient

_SECONDS = 1.0


async def accepts(host: str, port: int) -> bool:
    """Tells whether something listens on a TCP port."""
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


async def orchestrator_serves(address: str) -> bool:
    """Tells whether the orchestrator at `host:port` calls itself healthy."""
    client = OrchestratorClient(address)
    try:
        return await client.is_serving()
    finally:
        await client.close()


async def gateway_is_healthy(url: str) -> bool:
    """Tells whether the gateway with a base URL is alive."""
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(f"{url}/healthz") as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
