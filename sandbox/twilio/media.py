"""What `<Play>` plays: fetched through caches, checked, decoded (Twilio docs, "<Play>")."""

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from audio.samples import Samples
from sandbox import line_audio
from sandbox.twilio.http_client import Answer, Request
from sandbox.twilio.http_failure import HttpFailure
from sandbox.twilio.webhooks import Webhooks

WAV_TYPES: Final = frozenset({"audio/wav", "audio/wave", "audio/x-wav"})
AUDIO_TYPES: Final = WAV_TYPES | {
    "audio/mpeg", "audio/aiff", "audio/x-aifc", "audio/x-aiff", "audio/x-gsm", "audio/gsm", "audio/ulaw",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Kept:
    """Holds an answer in the cache; `fresh_until` is a `time.monotonic()`."""

    answer: Answer
    fresh_until: float


class MediaCache:
    """Twilio's caching proxies: one cache for all calls."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    async def fetch(self, url: str, webhooks: Webhooks, line_s: float | None, signed: bool) -> Answer:
        """Returns the file at a URL: from the cache while it is fresh, and after the server said 304.

        Args:
            url: absolute.
            webhooks: of the call.
            line_s: phone seconds since the answer, for the journal.
            signed: whether the request carries a signature. It never carries the call's parameters.

        Raises:
            HttpFailure: it could not be fetched.
        """
        kept = self._kept.get(url)
        if kept and time.monotonic() < kept.fresh_until:
            return kept.answer
        conditions: dict[str, str] = {}
        if kept and (etag := kept.answer.headers.get("etag")):
            conditions["If-None-Match"] = etag
        if kept and (modified := kept.answer.headers.get("last-modified")):
            conditions["If-Modified-Since"] = modified
        answer = await webhooks.request(
            Request(purpose="play", url=url, method="GET", headers=conditions, line_s=line_s, signed=signed)
        )
        if kept and answer.status == 304:
            answer = kept.answer
        self._keep(url, answer)
        return answer

    def _keep(self, url: str, answer: Answer) -> None:
        directives = {part.strip().lower() for part in answer.headers.get("cache-control", "").split(",")}
        if "no-store" in directives:
            self._kept.pop(url, None)
            return
        ages = [part.removeprefix("max-age=") for part in directives if part.startswith("max-age=")]
        fresh_s = int(ages[0]) if ages and ages[0].isdigit() and "no-cache" not in directives else 0
        self._kept[url] = _Kept(answer, time.monotonic() + fresh_s)


async def decode(answer: Answer) -> Samples:
    """Decodes a file to int16 samples at 8 kHz.

    Raises:
        HttpFailure: it is not audio (13420), or not what its Content-Type says (11200).
    """
    if answer.content_type not in AUDIO_TYPES:
        raise HttpFailure(13420, f"<Play> got Content-Type {answer.content_type or 'none'!r}")
    try:
        return await asyncio.to_thread(line_audio.samples_of_file, answer.body, answer.content_type)
    except ValueError as error:
        raise HttpFailure(11200, f"<Play> got no {answer.content_type}: {error}") from error
