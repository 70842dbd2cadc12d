"""The command `eval`: how well callees are understood, on labelled sets and in simulated calls."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import display, settings
from cli.conversation_mode import ChosenMode, Mode, ordered_in
from cli.errors import UsageError
from cli.event_loop import run
from cli.ports import free_ports
from cli.sandbox_system import refusal, sandbox_system
from cli.system import Ports
from evaluation.calls import CallsReport, evaluate_calls
from evaluation.cases import Case, load_cases
from evaluation.course import Course, course_of
from evaluation.faq import evaluate_faq
from evaluation.halves import SETS
from evaluation.intents import evaluate_intents
from evaluation.layers import running_layers
from evaluation.lines import IntentLine, MatchingLine, UnusableFile, read_faq, read_lines, read_stored
from evaluation.matching import evaluate_matching
from evaluation.report import Report, WholeReport, evaluate_sets, to_json
from evaluation.tables import case_line, table_of
from sandbox.gateway_client import ConsultationRefused, GatewayClient
from sandbox.phone_call import place_call

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from cli.sandbox_system import SandboxSystem
    from evaluation.calls import CaseReport

    OnCase = Callable[[CaseReport], None]

# The callees of the end-to-end tests: they lie beside the package in a checkout, and nowhere else.
CALLEES = Path(__file__).parent.parent / "tests" / "e2e" / "callees"
SPEED = 400.0
# Pauses on a stream are waited through in real time, so that its clock may run little faster.
STREAM_SPEED = 4.0
# Real seconds that one simulated call may take.
_LONGEST_CALL = 180.0

app = typer.Typer(help="How well callees are understood, on labelled sets and in simulated calls.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other programs, and nothing else.")]
Lines = Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="A labelled set: one JSON object a line.")]


@app.callback(invoke_without_command=True)
def everything(
    context: typer.Context,
    quick: Annotated[bool, typer.Option("--quick", help="Leave the simulated calls out.")] = False,
    as_json: AsJson = False,
) -> None:
    """Evaluate the sets and the callees that come with the project; with a command, what that names."""
    if context.invoked_subcommand is None:
        _evaluate(_everything(quick=quick, on_case=_on_case(as_json)), as_json)
    elif quick or as_json:
        raise UsageError(f"put options after the command: eval {context.invoked_subcommand} ...")


@app.command()
def intents(file: Lines, as_json: AsJson = False) -> None:
    """Evaluate what is said: {"context", "text", "label": {"intent", "danger_kind", "number"}}."""

    async def report() -> Report:
        lines = read_lines(file, IntentLine)
        async with running_layers() as layers:
            return await evaluate_intents(lines, layers.understanding)

    _evaluate(report(), as_json)


@app.command()
def matching(file: Lines, as_json: AsJson = False) -> None:
    """Evaluate which expected answer is meant: {"question", "expected", "text", "label": index or null}."""

    async def report() -> Report:
        lines = read_lines(file, MatchingLine)
        async with running_layers() as layers:
            return await evaluate_matching(lines, layers.matching)

    _evaluate(report(), as_json)


@app.command()
def faq(
    stored_file: Annotated[
        Path, typer.Argument(metavar="STORED.json", help='Stored answers: {"GROUP": [{"q", "a"}]}.')
    ],
    file: Lines,
    as_json: AsJson = False,
) -> None:
    """Evaluate what callees ask: {"group", "text", "label": index or null}."""

    async def report() -> Report:
        stored = read_stored(stored_file)
        lines = read_faq(stored, file)
        async with running_layers() as layers:
            return await evaluate_faq(stored, lines, layers.stored_questions)

    _evaluate(report(), as_json)


@app.command()
def calls(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Cases: evaluation/CALLS.md says how they look.")],
    mode: ChosenMode = None,
    as_json: AsJson = False,
) -> None:
    """Call every callee of a folder through the whole system. Exit status 0 when all came out as expected."""

    async def report() -> Report:
        cases = [replace(case, payload=ordered_in(mode, case.payload)) for case in load_cases(folder)]
        return await _calls(cases, _on_case(as_json), speed=STREAM_SPEED if mode is Mode.STREAM else SPEED)

    _evaluate(report(), as_json)


def _evaluate(work: Coroutine[Any, Any, Report], as_json: bool) -> None:
    """Shows what comes of an evaluation; one in which calls went wrong ends with status 1."""
    try:
        report = run(work)
    except UnusableFile as error:
        raise UsageError(str(error)) from None
    if as_json:
        print(json.dumps(to_json(report), ensure_ascii=False, indent=2))
    else:
        display.console.print(table_of(report))
    if _failed(report):
        raise typer.Exit(1)


def _failed(report: Report) -> bool:
    match report:
        case CallsReport(passed=passed, n=n):
            return passed < n
        case WholeReport(calls=CallsReport(passed=passed, n=n)):
            return passed < n
    return False


async def _everything(*, quick: bool, on_case: OnCase) -> Report:
    async with running_layers() as layers:
        report = await evaluate_sets(layers, SETS)
    if quick or not CALLEES.is_dir():
        return report
    return replace(report, calls=await _calls(load_cases(CALLEES), on_case))


async def _calls(cases: list[Case], on_case: OnCase, *, speed: float = SPEED) -> CallsReport:
    async with sandbox_system(
        Ports(*free_ports(3)),
        speed,
        settings.read().model_copy(update={"openai_api_key": ""}),
        write_log=lambda _name, _line: None,
        on_ready=lambda _name, _seconds: None,
    ) as running:
        place = _placing(running)
        return await running.system.guard(evaluate_calls(cases, place, on_case))


def _placing(running: SandboxSystem) -> Callable[[Case], Coroutine[Any, Any, Course]]:
    gateway_url = running.system.gateway_url

    async def place(case: Case) -> Course:
        try:
            report = await place_call(
                running.world, gateway_url, case.payload, case.callee, real_timeout_s=_LONGEST_CALL
            )
        except ConsultationRefused as error:
            raise refusal(error) from None
        consultation_id = (report.consultation or {}).get("consultation_id", "")
        async with GatewayClient(gateway_url) as gateway:
            return course_of(report, await gateway.summary(consultation_id))

    return place


def _on_case(as_json: bool) -> OnCase:
    """Returns what is told of each call: a line for whoever waits at the terminal."""
    if as_json or not display.console.is_terminal:
        return lambda _: None
    return lambda case: display.console.print(case_line(case))
