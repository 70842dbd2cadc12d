"""The command `calling-orchestrator`."""

from __future__ import annotations

import errno
import sys
from importlib import metadata
from typing import Any

import typer
from typer.core import TyperGroup

from cli import consultations, doctor, evaluation_commands, plan, sandbox_commands, serve
from cli.errors import CommandError


class _OneLineErrors(TyperGroup):
    """Ends a command that failed with one line on stderr and its exit status; never with a traceback."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer keeps the types to itself
        try:
            return super().invoke(ctx)
        except CommandError as error:
            print(f"calling-orchestrator: {error}", file=sys.stderr)
            raise typer.Exit(error.exit_status) from None
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            print("calling-orchestrator: the disk is full", file=sys.stderr)
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=_OneLineErrors,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Calls people by phone, has a consultation with them in Korean, and hands the result to a backend.",
)
app.command()(serve.serve)
app.command()(consultations.call)
app.command()(consultations.watch)
app.command()(consultations.transcript)
app.command()(consultations.summary)
app.command()(consultations.acknowledge)
app.command()(plan.plan)
app.command()(doctor.doctor)
app.add_typer(sandbox_commands.app, name="sandbox")
app.add_typer(evaluation_commands.app, name="eval")


@app.command()
def version() -> None:
    """Show the version."""
    print(metadata.version("calling-orchestrator"))


def main() -> None:
    """Runs the command; the entry point."""
    app()
