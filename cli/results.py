"""The commands `undelivered` and `deliver`: results that the backend did not take, over gRPC."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import display
from cli.consultations import DEFAULT_ADDRESS, Address, AsJson, ConsultationId, orchestrator
from cli.event_loop import run

_MOST = 500


def undelivered(
    address: Address = DEFAULT_ADDRESS,
    token: Annotated[str, typer.Option(help="Go on after this page; `next_page_token` of the one before.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the results that were given up, longest waiting first, each with why the last try failed."""

    async def show() -> None:
        async with orchestrator(address) as client:
            page = await client.undelivered_results(_MOST, token)
        display.print_json(page) if as_json else display.console.print(display.undelivered(page["results"]))

    run(show())


def deliver(consultation_id: ConsultationId, address: Address = DEFAULT_ADDRESS, as_json: AsJson = False) -> None:
    """Deliver a result to the backend now, also one that was given up or delivered before.

    Exit status 0 if the backend acknowledged it, 1 if not.
    """

    async def send() -> bool:
        async with orchestrator(address) as client:
            attempt = await client.deliver_result(consultation_id)
        display.print_json(attempt) if as_json else display.console.print(display.attempt(attempt))
        return attempt["failure"] is None

    if not run(send()):
        raise typer.Exit(1)
