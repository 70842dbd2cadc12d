"""Whether Twilio and OpenAI, or who stands in for them, take the credentials that are set. Nothing is changed there."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any
from urllib.parse import quote

import aiohttp

from cli.findings import Finding

OPENAI_URL = "https://api.openai.com/v1"

# When OpenAI shuts its models down (developers.openai.com/api/docs/deprecations, read on 2026-11-23).
_ENDS = {
    date(2026, 12, 11): ("gpt-5", "gpt-5-mini", "gpt-5-nano", "o3"),
    date(2027, 1, 6): ("tts-1", "tts-1-hd", "gpt-4o-mini-tts"),
    date(2027, 1, 14): ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini"),
    date(2027, 2, 26): ("whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe"),
}
_ACCOUNT_SID = re.compile(r"AC[0-9a-f]{32}")
_SECONDS = 5.0
_UNAUTHORIZED, _NOT_FOUND = 401, 404


def end_of(model: str) -> date | None:
    """Returns when OpenAI shuts a model down; None: nothing was announced."""
    return next((day for day, models in _ENDS.items() if model in models), None)


async def twilio_account(base_url: str, sid: str, token: str) -> Finding:
    """Looks the account up."""
    subject = "TWILIO_ACCOUNT_SID"
    if not _ACCOUNT_SID.fullmatch(sid):
        return Finding(subject, "problem", "must be AC and 32 digits 0-9 a-f, as Twilio's console shows it")
    url = f"{base_url.rstrip('/')}/2010-04-01/Accounts/{sid}.json"
    status, account = await _get(url, {"Authorization": aiohttp.encode_basic_auth(sid, token)})
    if status is None:
        return Finding(subject, "problem", f"{base_url} does not answer")
    if status == _UNAUTHORIZED:
        return Finding(subject, "problem", "refused: TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN do not belong together")
    if status != 200:
        return Finding(subject, "warning", f"set; {base_url} answers {status} when asked for the account")
    if account.get("type") == "Trial":
        return Finding(subject, "warning", "a trial account: it calls verified numbers only")
    return Finding(subject, "ok", "Twilio knows the account")


async def language_model(base_url: str, key: str, model: str) -> Finding:
    """Asks for the model."""
    url, subject = base_url.rstrip("/") or OPENAI_URL, "OPENAI_API_KEY"
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    status, found = await _get(f"{url}/models/{quote(model, safe='')}", headers)
    if status is None:
        return Finding(subject, "problem", f"{url} does not answer: the built-in rules answer alone")
    if status == _UNAUTHORIZED:
        return Finding(subject, "problem", f"refused by {url}")
    if status == _NOT_FOUND and url == OPENAI_URL:
        return Finding("OPENAI_MODEL", "problem", f"{model}: this key's account has no such model")
    if status != 200:  # many compatible servers do not list their models
        return Finding(subject, "ok", f"set, model {model}; {url} answers {status} when asked for it")
    if end := found.get("shutdown_date"):
        return Finding("OPENAI_MODEL", "warning", f"{model} is shut down on {end}: set another one before")
    return Finding(subject, "ok", f"set, model {model}")


async def _get(url: str, headers: dict[str, str]) -> tuple[int | None, dict[str, Any]]:
    """Returns the status, None if nobody answers, and the JSON object in the answer, if it is one."""
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
            session.get(url, headers=headers) as answer,
        ):
            return answer.status, _object(await answer.text())
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return None, {}


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
