"""The REST API's recordings and their media (Twilio docs, "Recordings resource")."""

from aiohttp import web

from sandbox.twilio.api_error import ApiError
from sandbox.twilio.recordings import Recording, Recordings
from sandbox.twilio.resources import account_uri, page_json, recording_json
from sandbox.twilio.rest import EXCHANGE
from sandbox.twilio.rest_paging import paging
from sandbox.twilio.settings import TwilioSettings


class RecordingsApi:
    """Serves `/Recordings` and `/Calls/{sid}/Recordings`."""

    def __init__(self, recordings: Recordings, settings: TwilioSettings, base_url: str) -> None:
        self._recordings = recordings
        self._settings = settings
        self._base_url = base_url

    def routes(self) -> list[web.RouteDef]:
        """Returns the routes; those named `media` may be open to all."""
        account = f"{account_uri(self._settings.account).rpartition('/')[0]}/{{account}}"
        routes: list[web.RouteDef] = []
        for base in (f"{account}/Recordings", f"{account}/Calls/{{call}}/Recordings"):
            routes += [
                web.get(f"{base}.json", self._list, allow_head=False),
                web.get(f"{base}/{{sid:RE[0-9a-f]+}}.json", self._fetch, allow_head=False),
                web.delete(f"{base}/{{sid:RE[0-9a-f]+}}.json", self._delete),
            ]
        media = f"{account}/Recordings/{{sid:RE[0-9a-f]+}}"
        routes += [
            web.get(media, self._wav, name="media", allow_head=False),
            web.get(f"{media}.wav", self._wav, name="media_wav", allow_head=False),
            web.get(f"{media}.mp3", self._mp3, name="media_mp3", allow_head=False),
            web.delete(media, self._delete),
        ]
        return routes

    async def _list(self, request: web.Request) -> web.Response:
        query = request.query
        call_sid = request.match_info.get("call") or query.get("CallSid")
        found = self._recordings.newest_first(call_sid, query.get("IncludeSoftDeleted") == "true")
        items = [self._json(recording) for recording in found]
        filters = {name: value for name, value in query.items() if name in {"CallSid", "IncludeSoftDeleted"}}
        return web.json_response(page_json("recordings", request.path, filters, items, paging(query)))

    async def _fetch(self, request: web.Request) -> web.Response:
        return web.json_response(self._json(self._recording(request)))

    async def _delete(self, request: web.Request) -> web.Response:
        self._recording(request).delete()
        return web.Response(status=204)

    async def _wav(self, request: web.Request) -> web.Response:
        recording = self._recording(request)
        if recording.status != "completed":
            raise ApiError(20404, request.path)
        channels = request.query.get("RequestedChannels", "1")
        if channels not in {"1", "2"} or int(channels) > len(recording.channels):
            raise ApiError(20001, f"RequestedChannels={channels} of a recording with {len(recording.channels)}")
        media = self._recordings.media(recording, int(channels))
        return web.Response(body=media, content_type="audio/x-wav")

    async def _mp3(self, request: web.Request) -> web.Response:
        self._recording(request)
        raise ApiError(20001, "the sandbox has no MP3; ask for .wav")

    def _recording(self, request: web.Request) -> Recording:
        recording = self._recordings.find(request.match_info["sid"], request.match_info.get("call"))
        if recording is None:
            raise ApiError(20404, request.path)
        request[EXCHANGE].call_sid = recording.call_sid
        return recording

    def _json(self, recording: Recording) -> dict[str, object]:
        return recording_json(recording, self._settings.account, self._base_url)
