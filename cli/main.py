"""The command `calling-orchestrator`."""

from __future__ import annotations

import errno
import sys
from importlib import import_module, metadata
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from cli.errors import CommandError

# Where each command is found: it is imported when it is used, so that none waits for what another one needs.
_COMMANDS = {
    "serve": "cli.serve:serve",
    "call": "cli.consultations:call",
    "watch": "cli.consultations:watch",
    "transcript": "cli.consultations:transcript",
    "summary": "cli.consultations:summary",
    "acknowledge": "cli.consultations:acknowledge",
    "undelivered": "cli.results:undelivered",
    "deliver": "cli.results:deliver",
    "plan": "cli.plan:plan",
    "doctor": "cli.doctor:doctor",
    "version": "cli.main:version",
    "sandbox": "cli.sandbox_commands:app",
    "eval": "cli.evaluation_commands:app",
}


class _Commands(TyperGroup):
    """Ends a command that failed with one line on stderr and its exit status; never with a traceback."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - typer keeps the types to itself
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - likewise
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        found = getattr(import_module(module), name)
        commands = typer.Typer(add_completion=False)
        if isinstance(found, typer.Typer):
            commands.add_typer(found, name=cmd_name)
            return get_group(commands).commands[cmd_name]
        commands.command(cmd_name)(found)
        return get_command(commands)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - likewise
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


app = typer.Typer(cls=_Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def calling_orchestrator() -> None:
    """Calls people by phone, has a consultation with them in Korean, and hands the result to a backend."""


def version() -> None:
    """Show the version."""
    print(metadata.version("calling-orchestrator"))


def main() -> None:
    """Runs the command; the entry point."""
    app()
