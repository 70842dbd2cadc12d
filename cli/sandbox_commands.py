"""The commands `sandbox run` and `sandbox call`: the whole system, with a telephone network made of software."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from cli import display, settings
from cli.conversation_mode import ChosenMode, ordered_in
from cli.demonstration import Demonstration
from cli.errors import CommandError, UsageError
from cli.event_loop import run, run_until_stopped
from cli.ports import free_ports
from cli.program_logs import LogFiles
from cli.sandbox_system import refusal, sandbox_system
from cli.system import Ports
from sandbox.gateway_client import ConsultationRefused
from sandbox.payloads import example_callee, example_payload
from sandbox.phone_call import place_call
from sandbox.script import Script, ScriptError, load_script

if TYPE_CHECKING:
    from cli.settings import Settings
    from sandbox.report import Report

console = display.console
app = typer.Typer(no_args_is_help=True, help="The whole system, with a telephone network made of software.")


PayloadFile = Annotated[Path | None, typer.Option(help="A body of POST /api/receive; without it an example.")]
CalleeFile = Annotated[Path | None, typer.Option(help="Who answers: a callee.json; without it an example.")]
Speed = Annotated[float, typer.Option(min=0.1, help="Phone seconds a second.")]
ReportFile = Annotated[Path, typer.Option("--json", metavar="OUT.json", help="Where the report goes.")]


@app.command("run")
def run_sandbox(
    once: Annotated[bool, typer.Option("--once", help="End after the call; status 0 if all went well.")] = False,
    speed: Speed = 8.0,
    payload: PayloadFile = None,
    callee: CalleeFile = None,
) -> None:
    """Run everything, let the sandbox's telephone ring, and show the conversation and the result.

    Nothing leaves this machine and no real telephone rings. Afterwards the system stays up to be looked at.
    """
    demonstration = _demonstrate(_payload(payload), _callee(callee), settings.read(), speed=speed, once=once)
    if not once:
        run_until_stopped(demonstration)
    elif not run(demonstration):
        raise typer.Exit(1)


@app.command("call")
def call_in_sandbox(
    payload: PayloadFile = None,
    callee: CalleeFile = None,
    mode: ChosenMode = None,
    speed: Speed = 1.0,
    out: ReportFile = Path("out.json"),
) -> None:
    """Put one call through a system of its own, on free ports, and report what came of it.

    Beside OUT.json, a folder OUT.files gets the sound of the call and the programs' logs. Exit status 0 when the call
    ran to its end and Twilio had nothing to complain of.
    """
    body, script, chosen, folder = _payload(payload), _callee(callee), settings.read(), _folder_beside(out)
    report = run(_one_call(ordered_in(mode, body), script, chosen, speed, folder))
    try:
        out.write_text(report.to_json(), encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{out}: {error.strerror}") from None
    state = report.consultation["state"] if report.consultation else "unknown"
    console.print(
        Text(f"{out}: {state}, {len(report.transcript)} turns, Twilio errors: {len(report.twilio['errors'])}")
    )
    for name, spread in report.latency_summary.items():
        if spread.count:
            console.print(Text(f"  {name}: p50 {spread.p50:.3f}, p95 {spread.p95:.3f} (n = {spread.count})"))
    if not report.ok:
        raise typer.Exit(1)


async def _demonstrate(payload: bytes, callee: Script, chosen: Settings, *, speed: float, once: bool) -> bool:
    began = time.monotonic()
    folder = chosen.data_dir / "sandbox"
    ports = Ports(chosen.http_port, chosen.grpc_port, chosen.speech_port)
    with LogFiles(folder / "logs") as logs:
        async with sandbox_system(ports, speed, chosen, write_log=logs.write, on_ready=_tell_ready) as running:
            if not chosen.openai_api_key:
                console.print(Text("  OPENAI_API_KEY is not set: the built-in rules answer", style="dim"))
            demonstration = Demonstration(running.world, running.system, folder)
            while True:
                went_well = await running.system.guard(demonstration.call(payload, callee, began))
                if once:
                    return went_well
                demonstration.tell_how_to_look()
                if not await running.system.guard(_wants_another()):
                    return went_well
                began = time.monotonic()


async def _one_call(payload: bytes, callee: Script, chosen: Settings, speed: float, folder: Path) -> Report:
    with LogFiles(folder / "logs") as logs:
        async with sandbox_system(
            Ports(*free_ports(3)), speed, chosen, write_log=logs.write, on_ready=lambda _name, _seconds: None
        ) as running:
            placing = place_call(
                running.world, running.system.gateway_url, payload, callee, audio_folder=folder / "audio"
            )
            try:
                return await running.system.guard(placing)
            except ConsultationRefused as error:
                raise refusal(error) from None


async def _wants_another() -> bool:
    """Waits for the person at the terminal: Enter or `c` is another call, `q` or the end of the input is none."""
    if not sys.stdin.isatty():
        await asyncio.Event().wait()
    console.print(Text("Enter calls again, Ctrl-C stops.", style="bold"))
    loop = asyncio.get_running_loop()
    typed: asyncio.Queue[str] = asyncio.Queue()
    loop.add_reader(sys.stdin.fileno(), lambda: typed.put_nowait(sys.stdin.readline()))
    try:
        while (line := await typed.get()) not in {"", "q\n"}:
            if line in {"\n", "c\n"}:
                return True
        return False
    finally:
        loop.remove_reader(sys.stdin.fileno())


def _tell_ready(name: str, seconds: float) -> None:
    console.print(Text(f"  {name:<13}{seconds:4.1f} s"))


def _folder_beside(out: Path) -> Path:
    """Returns the folder for what a report names.

    Raises:
        UsageError: It cannot be made.
    """
    folder = out.with_name(f"{out.stem}.files")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}") from None
    return folder


def _payload(path: Path | None) -> bytes:
    """Returns a body of `POST /api/receive` as it is: whether it is right is for the gateway to say.

    Raises:
        UsageError: The file cannot be read.
    """
    try:
        return path.read_bytes() if path else example_payload()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def _callee(path: Path | None) -> Script:
    """Returns a callee.

    Raises:
        UsageError: The file cannot be read, or a field in it is wrong; the text names it.
    """
    try:
        return load_script(path) if path else example_callee()
    except ScriptError as error:
        raise UsageError(str(error)) from None
