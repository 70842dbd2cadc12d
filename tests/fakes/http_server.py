"""A real HTTP server on a free port of this machine, for scripted peers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from aiohttp import web


class HttpServer(ABC):
    """Serves one handler for every path, as an asynchronous context manager.

    Attributes:
        url: `http://127.0.0.1:port`, known once it is entered.
    """

    url: str

    @abstractmethod
    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answers a request."""

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=64 * 1024 * 1024)
        application.router.add_route("*", "/{path:.*}", self.handle)
        self._runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()
