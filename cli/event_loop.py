"""Runs a command's coroutine so that Ctrl-C and SIGTERM end it in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import typer

Result = TypeVar("Result")

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Runs a coroutine to its end. A signal cancels it, so that it stops what it started; a second one hurries that.

    Raises:
        typer.Exit: A signal ended it; the status is 128 plus the signal's number, as of any program.
    """
    received: list[int] = []

    async def cancellable() -> Result:
        task = asyncio.current_task()

        def cancel(number: int) -> None:
            received.append(number)
            if task is not None:
                task.cancel()

        for number in _SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, cancel, number)
        return await main

    try:
        return asyncio.run(cancellable())
    except asyncio.CancelledError:
        if not received:
            raise
        raise typer.Exit(128 + received[0]) from None


def run_until_stopped(main: Coroutine[Any, Any, object]) -> None:
    """Runs the coroutine of something that stays up: a signal is its regular end, with status 0."""
    with suppress(typer.Exit):
        run(main)
