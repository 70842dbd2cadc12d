"""For whoever operates the gateway: is it alive, may it get requests, and what did it do?"""

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway.metrics import Metrics
from gateway.orchestrator_client import OrchestratorClient


class Health:
    """Answers `/healthz`, `/readyz` and `/metrics`."""

    def __init__(self, orchestrator: OrchestratorClient, metrics: Metrics) -> None:
        self._orchestrator = orchestrator
        self._metrics = metrics
        self.draining = False
        """Set when the gateway is about to stop: it still answers, but should get nothing new."""

    async def healthz(self, _request: web.Request) -> web.Response:
        """Alive: the loop turns. Never depends on anything else, so that a fault elsewhere kills no live call."""
        return web.json_response({"status": "ok"})

    async def readyz(self, _request: web.Request) -> web.Response:
        """Ready: not draining, and the orchestrator is healthy."""
        if self.draining:
            return web.json_response({"status": "draining"}, status=503)
        if not await self._orchestrator.is_serving():
            return web.json_response({"status": "orchestrator not serving"}, status=503)
        return web.json_response({"status": "ok"})

    async def metrics(self, _request: web.Request) -> web.Response:
        """Returns the metrics for Prometheus."""
        return web.Response(body=generate_latest(self._metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
