"""A worker that dials, as a program to be killed: `python -m tests.fakes.dial_worker REDIS_URL TWILIO_URL`.

It looks an attempt up whose outcome nobody knows after seconds, not half a minute.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from orchestrator.adapters.docket.alarm_clock import DocketAlarmClock
from orchestrator.adapters.docket.worker import DocketWorker
from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.adapters.redis.dial_permits import RedisDialPermits
from orchestrator.adapters.system_clock import SystemClock
from orchestrator.adapters.twilio.telephone import TwilioTelephone
from orchestrator.dialogue.call import dialling
from orchestrator.dialogue.call.call_status import CallStatusReports
from orchestrator.dialogue.due_work import DueWork
from orchestrator.dialogue.ports.store import DueKind
from tests.fakes.twilio_rest import ACCOUNT, TOKEN


async def work(redis_url: str, twilio_url: str) -> None:
    """Works until it is killed."""
    dialling.LOOK_UP_AFTER = timedelta(seconds=3)
    clock, alarm_clock, client = SystemClock(), DocketAlarmClock(redis_url), open_client(redis_url)
    store = RedisConsultationStore(client, clock, alarm_clock=alarm_clock)
    telephone = TwilioTelephone(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        from_phone="+15005550006",
        public_base_url="https://calls.example.org",
        api_base_url=twilio_url,
        timeout=60,
    )
    calls = dialling.Dialling(
        store,
        telephone,
        clock,
        CallStatusReports(store, clock, telephone=telephone),
        permits=RedisDialPermits(client, calls_per_second=0, most_calls=0),
    )
    due_work = DueWork(store, clock, {DueKind.DIAL: calls.dial}, lambda *_: None)
    await alarm_clock.open()
    await DocketWorker(redis_url, due_work, alarm_clock).run()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
