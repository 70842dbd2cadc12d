"""`GET /audio/{token}.wav`: the spoken words that `<Play>` fetches.

The name is the key: unguessable, unique to its content, expiring. Twilio fetches through caching proxies that honour
ETag and Cache-Control and sends no call parameters here (Twilio docs, <Play>).
"""

from aiohttp import ETag, hdrs, web

from gateway.orchestrator_client import OrchestratorClient

CACHE_CONTROL = "private, max-age=3600"


class Audio:
    """Serves spoken words."""

    def __init__(self, orchestrator: OrchestratorClient) -> None:
        self._orchestrator = orchestrator

    async def wav(self, request: web.Request) -> web.Response:
        """Returns the file; 304 if the client has it; 404 if there is none, or no longer. HEAD and Range do no harm."""
        audio = await self._orchestrator.audio(request.match_info["token"])
        known = request.if_none_match or ()
        if any(tag.value in {audio.etag, "*"} for tag in known):
            response = web.Response(status=304)
        else:
            response = web.Response(body=audio.wav, content_type="audio/wav")
        response.headers[hdrs.CACHE_CONTROL] = CACHE_CONTROL
        response.etag = ETag(audio.etag)
        return response
