"""The commands `call`, `watch`, `transcript`, `summary` and `acknowledge`: a running orchestrator, over gRPC."""

from __future__ import annotations

import uuid
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import display
from cli.errors import CommandError, UsageError
from cli.event_loop import run
from cli.watching import follow, whole_transcript
from gateway.errors import InvalidRequestError, OrchestratorError
from gateway.orchestrator_client import OrchestratorClient
from gateway.receive import ReceivePayload
from gateway.request_body import parse_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Address = Annotated[str, typer.Option(envvar="ORCHESTRATOR_URL", help="The orchestrator's host:port.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]
ConsultationId = Annotated[str, typer.Argument(metavar="ID", help="The consultation's id.")]
DEFAULT_ADDRESS = "127.0.0.1:50050"


def call(
    payload: Annotated[Path, typer.Argument(metavar="PAYLOAD.json", help="A body of POST /api/receive.")],
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Start a consultation and watch it to its end.

    Exit status 0 if it was completed, 1 if it was not possible or was cancelled.
    """
    body = read_payload(payload)

    async def start_and_watch() -> bool:
        async with orchestrator(address) as client:
            started = await client.start_consultation(body, str(uuid.uuid4()))
            if not as_json:
                display.console.print(display.pairs({"consultation": started["consultation_id"]}))
            return await _show(client, started["consultation_id"], "", as_json) == "completed"

    if not run(start_and_watch()):
        raise typer.Exit(1)


def watch(
    consultation_id: ConsultationId,
    address: Address = DEFAULT_ADDRESS,
    cursor: Annotated[str, typer.Option(help="Go on after this event; without it from the start.")] = "",
    as_json: AsJson = False,
) -> None:
    """Watch a consultation from its start to its end."""

    async def show() -> None:
        async with orchestrator(address) as client:
            await _show(client, consultation_id, cursor, as_json)

    run(show())


def transcript(consultation_id: ConsultationId, address: Address = DEFAULT_ADDRESS, as_json: AsJson = False) -> None:
    """Show what was said, who said it, where it came from, and how long the work took."""

    async def show() -> None:
        async with orchestrator(address) as client:
            turns = await whole_transcript(client, consultation_id)
        display.print_json({"turns": turns}) if as_json else display.console.print(display.transcript(turns))

    run(show())


def summary(consultation_id: ConsultationId, address: Address = DEFAULT_ADDRESS, as_json: AsJson = False) -> None:
    """Show what came of a consultation that is over."""

    async def show() -> None:
        async with orchestrator(address) as client:
            view = await client.summary(consultation_id)
        display.print_json(view) if as_json else display.console.print(display.summary(view))

    run(show())


def acknowledge(
    consultation_id: ConsultationId,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The alarm's number, as `watch` shows it.")],
    by: Annotated[str, typer.Option(help="Who takes it over: an operator's id, not a name.")],
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Take over an alarm: nobody else is told of it any more."""

    async def take_over() -> None:
        async with orchestrator(address) as client:
            view = await client.acknowledge_alarm(consultation_id, number, by)
        display.print_json(view) if as_json else display.console.print(display.alarm(view))

    run(take_over())


def read_payload(path: Path) -> ReceivePayload:
    """Reads a body of `POST /api/receive` from a file.

    Raises:
        UsageError: It cannot be read, or is not of that form; the text names the file and the field.
    """
    try:
        return parse_json(path.read_text(encoding="utf-8"), ReceivePayload)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not UTF-8") from None
    except InvalidRequestError as error:
        raise UsageError(f"{path}: {error.message}") from None


async def _show(client: OrchestratorClient, consultation_id: str, cursor: str, as_json: bool) -> str:
    """Prints events as they come; returns the state that the last of them told."""
    state = ""
    async with aclosing(follow(client, consultation_id, cursor)) as events:
        async for event in events:
            display.print_json(event) if as_json else display.console.print(display.event(event))
            if "consultation" in event:
                state = event["consultation"]["state"]
    return state


@asynccontextmanager
async def orchestrator(address: str) -> AsyncIterator[OrchestratorClient]:
    """Connects to the orchestrator; what it refuses ends the command with its words.

    Raises:
        CommandError
    """
    client = OrchestratorClient(address.removeprefix("grpc://").removeprefix("http://").rstrip("/"))
    try:
        yield client
    except OrchestratorError as error:
        raise CommandError(f"{address}: {error.message}") from None
    finally:
        await client.close()
