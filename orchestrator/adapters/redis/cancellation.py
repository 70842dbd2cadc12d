"""Whether a task that uses redis-py was told to stop.

`asyncio.wait_for`, with which redis-py sends, may hide that until Python 3.12 (CPython issue 86296): whoever goes on
after a use of redis-py must look for himself.
"""

from __future__ import annotations

import asyncio


def was_cancelled() -> bool:
    """Whether the running task was told to stop."""
    return cancellations() > 0


def cancellations() -> int:
    """Returns how often the running task was told to stop."""
    task = asyncio.current_task()
    return task.cancelling() if task is not None else 0
