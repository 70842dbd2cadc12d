"""How much of a processor a thread wants: what it got, and what it waited for while others had it.

On a processor of its own a thread that computes half of the time is half used up; beside another one that takes the
rest, the same thread is at its end. Time on a CPU alone does not show that, nor that a container's quota is spent.
"""

from __future__ import annotations

import time
from pathlib import Path

# "time spent on the cpu, time spent waiting on a runqueue (both in nanoseconds), timeslices":
# docs.kernel.org/scheduler/sched-stats.html. Where there is none, the time on the CPU has to do.
_SCHEDULED = Path("/proc/thread-self/schedstat")


def wanted_by_thread() -> float:
    """Returns the seconds that the running thread has wanted a processor since it began."""
    try:
        ran, waited, _ = map(int, _SCHEDULED.read_text().split())
    except (OSError, ValueError):
        return time.thread_time()
    return (ran + waited) / 1e9
