"""An aiohttp application on a socket that is bound before the application is made, so that it can know its own URL."""

import json
import socket
from typing import Final

from aiohttp import web

_SHUTDOWN_S: Final = 1.0


class HttpServer:
    """Listens on an address.

    Attributes:
        port: that is listened on.
        url: of the server, without a path and without a slash at the end.
    """

    def __init__(self, host: str, port: int) -> None:
        """Binds the address.

        Args:
            host: IPv4 address or name.
            port: 0: any free one.

        Raises:
            OSError: the port is taken.
        """
        self._host = host
        self._socket: socket.socket | None = socket.create_server((host, port))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{host}:{self.port}"
        self._runner: web.AppRunner | None = None

    async def start(self, app: web.Application) -> None:
        """Serves an application, on the same port as before if it was stopped in between.

        Raises:
            OSError: somebody else took the port meanwhile.
        """
        listening = self._socket or socket.create_server((self._host, self.port))
        self._socket = None
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()

    async def stop(self) -> None:
        """Closes the port and all connections."""
        if self._socket:
            self._socket.close()
            self._socket = None
        if self._runner:
            await self._runner.cleanup()
            self._runner = None


def json_or_text(body: bytes) -> object:
    """Returns what the JSON of a body means; its text if it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
