"""Calls in the sandbox, shown in the terminal as they happen."""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

from rich.text import Text

from cli import display
from cli.errors import CommandError
from cli.sandbox_system import refusal
from cli.watching import follow
from gateway.errors import OrchestratorError
from gateway.orchestrator_client import OrchestratorClient
from sandbox.gateway_client import ConsultationRefused
from sandbox.phone_call import place_call

if TYPE_CHECKING:
    from pathlib import Path

    from cli.system import System
    from sandbox.report import Report
    from sandbox.script import Script
    from sandbox.world import World

_CALL_SECONDS = 600.0
_LAST_EVENTS_SECONDS = 10.0
_POLL_SECONDS = 0.05

console = display.console


class Demonstration:
    """Shows calls, one after the other."""

    def __init__(self, world: World, system: System, folder: Path) -> None:
        """Makes it.

        Args:
            world: The running sandbox.
            system: The running system.
            folder: Where its logs are, and the sound of the calls goes.
        """
        self._world = world
        self._system = system
        self._folder = folder
        self._consultation_id = ""

    async def call(self, payload: bytes, callee: Script, began: float) -> bool:
        """Has a consultation and shows it.

        Args:
            payload: The body of `POST /api/receive`.
            callee: Who answers.
            began: `time.monotonic()` at the moment from which on the time to the first ring is counted.

        Returns:
            Whether the call ran to its end, the result arrived, and Twilio had nothing to complain of.

        Raises:
            CommandError: The gateway refused the payload, or the orchestrator does not answer.
        """
        client = OrchestratorClient(self._system.orchestrator_address)
        try:
            report = await self._placed_and_shown(client, payload, callee, began)
        except ConsultationRefused as error:
            raise refusal(error) from None
        except OrchestratorError as error:
            raise CommandError(f"the orchestrator: {error.message}") from None
        finally:
            await client.close()
        _show_end(report)
        return report.ok and report.result is not None

    def tell_how_to_look(self) -> None:
        """Prints how to look at the system while it stays up."""
        grpc, http, found = self._system.orchestrator_address, self._system.gateway_url, self._consultation_id
        service, request = "calling.v1.ConsultationService", f"""-d '{{"consultation_id": "{found}"}}'"""
        lines = (
            f"grpcurl -plaintext {grpc} list",
            f"grpcurl -plaintext {request} {grpc} {service}/GetTranscript",
            f"grpcurl -plaintext {request} {grpc} {service}/Summary",
            f"curl -s {http}/api/consultations/{found}/transcript",
            f".venv/bin/calling-orchestrator watch {found} --address {grpc}",
            f"less {self._folder}/logs/orchestrator.log",
        )
        console.print(Text("\nThe system stays up. Look at it:", style="bold"))
        for line in lines:
            console.print(Text(f"  {line}"), soft_wrap=True)

    async def _placed_and_shown(
        self, client: OrchestratorClient, payload: bytes, callee: Script, began: float
    ) -> Report:
        known = await self._newest(client)
        placing = asyncio.create_task(
            place_call(
                self._world,
                self._system.gateway_url,
                payload,
                callee,
                real_timeout_s=_CALL_SECONDS,
                audio_folder=self._folder / "audio",
            )
        )
        showing = asyncio.create_task(self._show(client, known, began))
        try:
            report = await placing
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_EVENTS_SECONDS):
                    await showing
            return report
        finally:
            placing.cancel()
            showing.cancel()
            await asyncio.gather(placing, showing, return_exceptions=True)

    async def _show(self, client: OrchestratorClient, known: str, began: float) -> None:
        """Prints the conversation of the first consultation after the known one."""
        while (newest := await self._newest(client)) == known:  # noqa: ASYNC110 - of its id only the list tells
            await asyncio.sleep(_POLL_SECONDS)
        self._consultation_id = newest
        async with aclosing(follow(client, newest)) as events:
            async for event in events:
                console.print(display.event(event))
                if "consultation" in event and event["consultation"]["state"] == "ringing":
                    console.print(Text(f"  ({time.monotonic() - began:.1f} s after the start)", style="dim"))

    async def _newest(self, client: OrchestratorClient) -> str:
        """Returns the id of the newest consultation; empty if there is none."""
        page = await client.consultations(1, "")
        return page["consultations"][0]["consultation_id"] if page["consultations"] else ""


def _show_end(report: Report) -> None:
    """Prints the result as the backend received it, how long the callee waited for answers, and what went wrong."""
    console.print()
    if report.result is None:
        console.print(Text("No result reached the backend.", style="bold red"))
    else:
        console.print(display.result(report.result))
    facts = {}
    if report.latency:
        waits = sorted(turn.gap_phone_s for turn in report.latency)
        facts["the callee waited"] = f"{statistics.median(waits):.1f} s at the median, {waits[-1]:.1f} s at most"
    facts |= {name.replace("_", " "): path for name, path in report.audio.items()}
    console.print(display.pairs(facts))
    for breach in report.twilio["errors"]:
        console.print(Text(f"Twilio would complain: {breach.code or ''} {breach.message}", style="bold red"))
    if not report.ended:
        console.print(Text("The consultation did not come to its end.", style="bold red"))
