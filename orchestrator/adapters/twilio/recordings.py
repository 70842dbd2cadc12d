"""Fetches recordings from Twilio (Twilio docs, Recordings resource: fetch a recording's media file)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from urllib.parse import quote

import aiohttp
from yarl import URL

from orchestrator.domain.errors import InvalidAudio, RecordingNotReady, TelephoneUnavailable

LARGEST = 16 * 1024 * 1024
"""Bytes; ten minutes of the telephone's audio are a third of that."""

_CHUNK = 64 * 1024
_REDIRECTS = 3
_ABSENT = {404, 410}
_OVERLOADED = {408, 425, 429}


class _NotYet(Exception):
    """It may work in a moment; what to say if it does not."""

    def __init__(self, failure: TelephoneUnavailable) -> None:
        super().__init__()
        self.failure = failure


class RecordingFetcher:
    """Fetches WAV files."""

    def __init__(self, session: aiohttp.ClientSession, *, account_url: str, authorization: str) -> None:
        """Makes it.

        Args:
            session: its owner's to close.
            account_url: of the account in the REST API.
            authorization: the header's value; aiohttp does not send it on to another host.
        """
        self._session = session
        self._account_url = account_url
        self._headers = {"Authorization": authorization, "Accept": "audio/x-wav, audio/wav"}

    async def fetch(self, recording_sid: str, *, timeout: float) -> bytes:
        """Returns a recording. Right after a recording ended Twilio answers 404 for a while: it is asked again.

        Raises:
            RecordingNotReady, InvalidAudio, TelephoneUnavailable
        """
        failure = TelephoneUnavailable()
        try:
            async with asyncio.timeout(timeout):
                for pause in _pauses():
                    try:
                        return await self._download(recording_sid)
                    except _NotYet as reason:
                        failure = reason.failure
                    await asyncio.sleep(pause)
        except TimeoutError:
            pass
        raise failure

    async def _download(self, recording_sid: str) -> bytes:
        url = URL(f"{self._account_url}/Recordings/{quote(recording_sid, safe='')}.wav", encoded=True)
        try:
            async with self._session.get(url, headers=self._headers, max_redirects=_REDIRECTS) as response:
                if response.status in _ABSENT:
                    raise _NotYet(RecordingNotReady())
                if response.status in _OVERLOADED or response.status >= 500:
                    raise _NotYet(TelephoneUnavailable(provider_code=response.status))
                if response.status != 200:
                    raise TelephoneUnavailable(provider_code=response.status)
                return await _audio(response)
        except aiohttp.ClientError as error:
            raise _NotYet(TelephoneUnavailable()) from error


async def _audio(response: aiohttp.ClientResponse) -> bytes:
    if not response.content_type.startswith("audio/"):
        raise InvalidAudio("must be served as audio")
    content = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > LARGEST:
            raise InvalidAudio("must be at most 16 MiB")
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise InvalidAudio("must be a WAV file")
    return bytes(content)


def _pauses() -> Iterator[float]:
    pause = 0.1
    while True:
        yield pause
        pause = min(1.0, pause * 1.6)
