"""The command `plan`: what would be asked, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli.display import console
from cli.errors import UsageError
from gateway.conversion.consultations import start_request
from gateway.errors import InvalidRequestError
from gateway.receive import ReceivePayload
from gateway.request_body import parse_json
from orchestrator.adapters.institution.file import InvalidInstitution, load_institution
from orchestrator.dialogue.interview.plan_making import make_plan
from orchestrator.rpc.conversion.orders import brief
from sandbox.payloads import example_payload

if TYPE_CHECKING:
    from orchestrator.domain.plan import Plan, Step


def plan(
    payload: Annotated[Path | None, typer.Argument(help="A body of POST /api/receive; without it an example.")] = None,
    institution: Annotated[Path | None, typer.Option(help="An institution's file, over the default one.")] = None,
) -> None:
    """Show the plan of a consultation: what is asked, in which order and words, and what the answers mean."""
    try:
        chosen = load_institution(institution)
    except InvalidInstitution as error:
        raise UsageError(f"{institution or 'institution.toml'}: {error}") from error
    content = example_payload().decode() if payload is None else _read(payload)
    try:
        order = brief(start_request(parse_json(content, ReceivePayload), ""))
    except InvalidRequestError as error:
        raise UsageError(f"{payload or 'the example'}: {error}") from error
    made = make_plan(order, chosen)
    console.print(f"{chosen.wording.institution}, wording {made.wording_version}")
    console.print(made.greeting)
    console.print(_table(made))


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: is no UTF-8") from error


def _table(made: Plan) -> Table:
    table = Table("", "step", "subject", "asked, first, second, third", "answers", show_lines=True)
    for number, step in enumerate(made.steps, 1):
        table.add_row(str(number), step.kind, step.subject, "\n".join(step.asks), "\n".join(_answers(step)))
    return table


def _answers(step: Step) -> list[str]:
    lines = []
    for index, answer in enumerate(step.expected_answers):
        codes = [f"{response.type.name.lower()} {response.index}" for response in answer.responses]
        degree = [f"degree {step.levels[index]}"] if step.levels else []
        lines.append(f"{answer.text}: {', '.join([*codes, *degree])}" if codes or degree else answer.text)
    return lines
