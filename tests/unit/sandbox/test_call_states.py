from datetime import UTC

import pytest

from sandbox.clock import Clock
from sandbox.twilio.api_error import ApiError
from sandbox.twilio.call import Call
from sandbox.twilio.call_request import CallRequest
from sandbox.twilio.dial_queue import DialQueue
from sandbox.twilio.settings import FROM_NUMBER


def new_call() -> Call:
    return Call(CallRequest(to="+821012345678", sender=FROM_NUMBER, url="http://a"), Clock().timeline(), 0.0)


@pytest.mark.parametrize("end", ["completed", "busy", "failed", "no-answer", "canceled"])
async def test_a_call_goes_forwards_to_a_last_status(end):
    call = new_call()
    for status in ("initiated", "ringing", "in-progress"):
        call.enter(status)
    call.enter(end)
    assert call.over
    assert call.ended.is_set()
    for status in ("ringing", "completed", "canceled"):
        with pytest.raises(RuntimeError, match="cannot become"):
            call.enter(status)


async def test_a_call_never_goes_back():
    call = new_call()
    call.enter("ringing")
    for status in ("queued", "initiated", "ringing"):
        with pytest.raises(RuntimeError):
            call.enter(status)


async def test_dates_and_duration_are_phone_time():
    call = Call(CallRequest(to="+821012345678", sender=FROM_NUMBER, url="http://a"), Clock(1e6).timeline(), 0.0)
    call.enter("initiated")
    await call.timeline.sleep(10)
    call.enter("in-progress")
    await call.timeline.sleep(95)
    call.enter("completed")
    assert call.duration_s == 95
    assert call.started_at.tzinfo is UTC
    assert round((call.answered_at - call.started_at).total_seconds()) == 10


async def test_an_unanswered_call_has_no_duration():
    call = new_call()
    call.enter("busy")
    assert call.duration_s == 0


def test_calls_are_dialled_at_the_account_s_rate():
    queue = DialQueue(Clock(speed=1.0), calls_per_second=0.5)
    waits = [queue.take_place() for _ in range(4)]
    assert waits == pytest.approx([0, 2, 4, 6], abs=0.1)


def test_a_queue_of_more_than_24_hours_is_full():
    queue = DialQueue(Clock(speed=1.0), calls_per_second=1 / 90_000)
    queue.take_place()
    with pytest.raises(ApiError) as caught:
        queue.take_place()
    assert caught.value.code == 22005
