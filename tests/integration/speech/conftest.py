"""A real speech server on a free port, with the engines that need nothing."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.speech.speech_client import Client, served


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with served() as client:
        yield client
