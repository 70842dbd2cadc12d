"""A worker that delivers results, as a program to be killed: `python -m tests.fakes.delivery_worker REDIS_URL URL`."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from orchestrator.adapters.backend.results import BackendResults
from orchestrator.adapters.docket.alarm_clock import DocketAlarmClock
from orchestrator.adapters.docket.worker import DocketWorker
from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.adapters.system_clock import SystemClock
from orchestrator.dialogue.delivery import Deliveries
from orchestrator.dialogue.due_work import DueWork
from orchestrator.dialogue.ports.store import DueKind


async def work(redis_url: str, result_url: str) -> None:
    """Works until it is killed."""
    clock, alarm_clock = SystemClock(), DocketAlarmClock(redis_url)
    store = RedisConsultationStore(open_client(redis_url), clock, alarm_clock=alarm_clock)
    deliveries = Deliveries(store, BackendResults(result_url, timeout=60), clock, retention=timedelta(days=1))
    due_work = DueWork(store, clock, {DueKind.DELIVER: deliveries.deliver}, lambda *_: None)
    await alarm_clock.open()
    await DocketWorker(redis_url, due_work, alarm_clock).run()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
