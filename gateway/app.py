"""The composition of the gateway: what serves which path, and how it starts and stops."""

import asyncio
from dataclasses import dataclass
from functools import partial

from aiohttp import web
from pydantic import SecretStr

from gateway import middleware
from gateway.audio import Audio
from gateway.backend_api import BackendApi
from gateway.campaign_api import CampaignApi
from gateway.config import Settings
from gateway.events import EventStreams
from gateway.health import Health
from gateway.http_log import server_logger
from gateway.lanes import LaneWidths
from gateway.media_socket import MediaLimits
from gateway.metrics import Metrics
from gateway.orchestrator_client import Deadlines, OrchestratorClient
from gateway.request_body import MAX_JSON_BYTES
from gateway.twilio_amd import TwilioAmd
from gateway.twilio_media import TwilioMedia
from gateway.twilio_signature import signature_check
from gateway.twilio_status import TwilioStatus
from gateway.twilio_voice import TwilioVoice
from observability import log
from observability.loop_lag import LoopLag
from observability.recent_lag import SAMPLE_SECONDS, RecentLag

SHUTDOWN_SECONDS = 7.0
"""aiohttp waits this long for running requests, and once more before it cancels them: more than a turn takes."""
KEEPALIVE_SECONDS = 75.0

logger = log.get(__name__)


@dataclass(frozen=True)
class RunningGateway:
    """A gateway that accepts requests."""

    port: int
    """Where it listens: the free port that was found if 0 was set."""
    health: Health
    _runner: web.AppRunner
    _orchestrator: OrchestratorClient
    _loop_lag: LoopLag
    _drain_delay_seconds: float

    async def stop(self) -> None:
        """Says that it is not ready, lets load balancers notice, finishes what runs, and closes everything."""
        self.health.draining = True
        await asyncio.sleep(self._drain_delay_seconds)
        await self._runner.cleanup()
        await self._orchestrator.close()
        await self._loop_lag.stop()


async def start(
    settings: Settings,
    deadlines: Deadlines | None = None,
    media_limits: MediaLimits | None = None,
    widths: LaneWidths | None = None,
) -> RunningGateway:
    """Starts a gateway in the running loop.

    Args:
        settings: What is set.
        deadlines: Of the calls to the orchestrator, if other than usual.
        media_limits: Of streams, if other than usual.
        widths: How much is asked of the orchestrator at once, if other than usual.

    Raises:
        OSError: The port is taken, or may not be listened on.
    """
    _warn(settings)
    metrics, recent_lag = Metrics(), RecentLag()
    orchestrator = OrchestratorClient(settings.orchestrator_url, deadlines, widths)
    health = Health(orchestrator, metrics)
    media = TwilioMedia(
        orchestrator,
        metrics,
        media_limits or _media_limits(settings),
        is_late=lambda: recent_lag.p95 >= settings.most_loop_lag_seconds,
    )
    runner = web.AppRunner(
        _application(settings, orchestrator, health, metrics, media),
        access_log=None,
        logger=server_logger(),
        keepalive_timeout=KEEPALIVE_SECONDS,
        shutdown_timeout=SHUTDOWN_SECONDS,
    )
    try:
        await runner.setup()
        await web.TCPSite(runner, settings.http_host, settings.http_port).start()
    except BaseException:
        await runner.cleanup()
        await orchestrator.close()
        raise
    port: int = runner.addresses[0][1]
    loop_lag = LoopLag(partial(_lag_sampled, metrics, recent_lag), every=SAMPLE_SECONDS)
    loop_lag.start()
    logger.info("gateway_started", host=settings.http_host, port=port, orchestrator=settings.orchestrator_url)
    return RunningGateway(port, health, runner, orchestrator, loop_lag, settings.drain_delay_seconds)


def _application(
    settings: Settings, orchestrator: OrchestratorClient, health: Health, metrics: Metrics, media: TwilioMedia
) -> web.Application:
    app = web.Application(
        client_max_size=MAX_JSON_BYTES,
        middlewares=[
            middleware.observation(metrics),
            middleware.error_answers,
            signature_check(_plain(settings.twilio_auth_token), settings.base_urls),
            middleware.token_check(_plain(settings.api_token)),
        ],
    )
    app.on_response_prepare.append(middleware.show_request_id)
    streams = EventStreams(orchestrator, metrics)
    app.on_shutdown.extend((streams.stop, media.stop))
    voice = TwilioVoice(orchestrator, metrics)
    _add_backend_routes(app.router, BackendApi(orchestrator), streams)
    _add_campaign_routes(app.router, CampaignApi(orchestrator.campaigns), streams)
    _add_twilio_routes(app.router, voice, TwilioStatus(orchestrator), TwilioAmd(orchestrator))
    app.router.add_get("/twilio/media/{token:[A-Za-z0-9_-]{1,128}}", media.media, allow_head=False)
    app.router.add_get("/audio/{token:[A-Za-z0-9_-]{1,128}}.wav", Audio(orchestrator).wav)
    app.router.add_get("/healthz", health.healthz)
    app.router.add_get("/readyz", health.readyz)
    app.router.add_get("/metrics", health.metrics)
    return app


def _add_backend_routes(router: web.UrlDispatcher, api: BackendApi, streams: EventStreams) -> None:
    for prefix in ("/api", ""):
        router.add_post(f"{prefix}/receive", api.receive)
        router.add_post(f"{prefix}/send_llm_result", api.send_llm_result)
    router.add_get("/api/undelivered_results", api.undelivered_results)
    router.add_get("/api/consultations", api.consultations)
    router.add_get("/api/consultations/{consultation_id}", api.consultation)
    router.add_get("/api/consultations/{consultation_id}/transcript", api.transcript)
    router.add_get("/api/consultations/{consultation_id}/summary", api.summary)
    router.add_get("/api/consultations/{consultation_id}/events", streams.events, allow_head=False)
    router.add_post("/api/consultations/{consultation_id}/alarms/{number:[0-9]{1,9}}/acknowledge", api.acknowledge)


def _add_campaign_routes(router: web.UrlDispatcher, api: CampaignApi, streams: EventStreams) -> None:
    campaign = "/api/campaigns/{campaign_id}"
    router.add_post("/api/campaigns", api.start)
    router.add_get(campaign, api.campaign)
    router.add_post(f"{campaign}/consultations", api.add)
    router.add_get(f"{campaign}/events", streams.campaign_events, allow_head=False)
    router.add_post(f"{campaign}/pause", api.pause)
    router.add_post(f"{campaign}/resume", api.resume)
    router.add_post(f"{campaign}/cancel", api.cancel)


def _add_twilio_routes(router: web.UrlDispatcher, voice: TwilioVoice, status: TwilioStatus, amd: TwilioAmd) -> None:
    for prefix in ("/twilio", "/api/twilio"):
        router.add_post(f"{prefix}/voice", voice.voice)
        router.add_post(f"{prefix}/recording", voice.recording)
        router.add_post(f"{prefix}/handover", voice.handover)
        router.add_post(f"{prefix}/status", status.status)
        router.add_post(f"{prefix}/amd", amd.amd)


def _media_limits(settings: Settings) -> MediaLimits:
    return MediaLimits(
        batch=settings.stream_batch_milliseconds / 1000, busy_batch=settings.stream_busy_batch_milliseconds / 1000
    )


def _lag_sampled(metrics: Metrics, recent: RecentLag, lag: float) -> None:
    metrics.loop_lag.observe(lag)
    recent.add(lag)


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _warn(settings: Settings) -> None:
    if settings.twilio_auth_token is None:
        logger.warning("twilio_paths_closed", why="TWILIO_AUTH_TOKEN is not set: every Twilio webhook answers 403")
    if settings.api_token is None and settings.http_host not in {"127.0.0.1", "::1", "localhost"}:
        logger.warning("api_open", why="API_TOKEN is not set: whoever reaches HTTP_PORT can start calls")
