"""A real gateway on a free port, in front of a fake orchestrator on another."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from gateway.app import start
from gateway.lanes import LaneWidths
from gateway.orchestrator_client import Deadlines
from tests.fakes.orchestrator_servicers import FakeOrchestrator, fake_orchestrator
from tests.integration.gateway.gateway_client import DEADLINES, IMPATIENT, Client, settings


@pytest.fixture
async def orchestrator() -> AsyncIterator[FakeOrchestrator]:
    async with fake_orchestrator() as fake:
        yield fake


@asynccontextmanager
async def served(
    orchestrator: FakeOrchestrator, deadlines: Deadlines, widths: LaneWidths | None = None
) -> AsyncIterator[Client]:
    gateway = await start(settings(orchestrator.address), deadlines, widths=widths)
    async with aiohttp.ClientSession() as session:
        client = Client(session, gateway)
        yield client
        await client.gateway.stop()


@pytest.fixture
async def client(orchestrator: FakeOrchestrator) -> AsyncIterator[Client]:
    async with served(orchestrator, DEADLINES) as client:
        yield client


@pytest.fixture
async def impatient(orchestrator: FakeOrchestrator) -> AsyncIterator[Client]:
    """A gateway that waits for the orchestrator for 0.15 s."""
    async with served(orchestrator, IMPATIENT) as client:
        yield client
