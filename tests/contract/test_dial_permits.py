"""What everybody does who gives out permits to dial: in memory, in Redis, and in a cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.dial_permits import RedisDialPermits
from orchestrator.dialogue.ports.dial_permits import DialPermits, Line
from orchestrator.domain.errors import StoreUnavailable
from tests.fakes.clock import ManualClock
from tests.fakes.dial_permits import InMemoryDialPermits

HOLD = 1900.0
Make = Callable[[float, int], DialPermits]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["memory", "redis", "cluster"])
async def make(request: pytest.FixtureRequest, clock: ManualClock) -> AsyncIterator[Make]:
    if request.param == "memory":
        yield lambda pace, most: InMemoryDialPermits(clock, calls_per_second=pace, most_calls=most)
        return
    client = open_client(request.getfixturevalue(f"{request.param}_url"))
    await client.flushall()
    yield lambda pace, most: RedisDialPermits(client, calls_per_second=pace, most_calls=most, clock=clock)
    await client.aclose()


def ask(permits: DialPermits, who: str, line: int = Line.SINGLE, phone: str = "") -> Awaitable[float]:
    return permits.ask(who, hold=HOLD, line=line, phone=phone)


async def test_without_limits_everybody_gets_one_at_once(make: Make) -> None:
    permits = make(0, 0)
    assert [await ask(permits, str(number)) for number in range(20)] == [0.0] * 20


async def test_the_pace_is_steady_and_a_quiet_minute_saves_up_nothing(make: Make, clock: ManualClock) -> None:
    permits = make(2, 0)
    clock.advance(60)
    assert await ask(permits, "a") == 0
    assert await ask(permits, "b") == 0.5
    clock.advance(0.499)
    assert await ask(permits, "b") == 0.02  # never shorter
    clock.advance(0.001)
    assert await ask(permits, "b") == 0
    assert await ask(permits, "c") == 0.5


async def test_who_waits_is_told_a_time_of_his_own(make: Make) -> None:
    permits = make(2, 0)
    assert [await ask(permits, who) for who in "abcd"] == [0, 0.5, 1.0, 1.5]
    assert await ask(permits, "c") == 1.0


async def test_the_same_consultation_has_the_same_permit(make: Make) -> None:
    permits = make(1, 1)
    assert await ask(permits, "a") == 0
    assert await ask(permits, "a") == 0
    assert await ask(permits, "b") >= 1


async def test_a_permit_that_was_not_used_at_once_waits_for_the_pace_again(make: Make, clock: ManualClock) -> None:
    permits = make(1, 1)
    assert await ask(permits, "died") == 0
    clock.advance(0.999)
    assert await ask(permits, "died") == 0, "no other has one"
    clock.advance(5)
    assert await ask(permits, "died") == 0, "no other has one"
    clock.advance(0.5)
    assert await ask(permits, "b") >= 1, "its room is kept"


async def test_two_calls_are_never_closer_than_the_pace_though_one_was_given_its_permit_before(
    make: Make, clock: ManualClock
) -> None:
    permits = make(1, 0)
    assert await ask(permits, "died") == 0
    clock.advance(0.75)
    assert await ask(permits, "died") == 0
    assert await ask(permits, "b") == 1.0
    clock.advance(10)
    assert await ask(permits, "b") == 0
    assert await ask(permits, "died", Line.LAST) == 1.0
    clock.advance(1)
    assert await ask(permits, "died", Line.LAST) == 0


async def test_so_many_at_once_and_no_more_until_one_is_returned(make: Make, clock: ManualClock) -> None:
    permits = make(0, 2)
    assert [await ask(permits, who) for who in "ab"] == [0, 0]
    assert [await ask(permits, who) for who in "cd"] == [2.0, 2.05]
    await permits.release("a")
    await permits.release("a")
    assert await ask(permits, "c") == 0
    assert await ask(permits, "d") > 0
    clock.advance(HOLD - 1)
    assert await ask(permits, "d") > 0
    clock.advance(2)  # b and c never came back
    assert await ask(permits, "d") == 0


async def test_who_is_of_a_lower_line_goes_first(make: Make, clock: ManualClock) -> None:
    permits = make(1, 0)
    assert await ask(permits, "a", 5) == 0
    assert await ask(permits, "b", 5) == 1.0
    assert await ask(permits, "c", Line.SINGLE) == 1.0
    assert await ask(permits, "b", 5) == 2.0
    clock.advance(1)
    assert await ask(permits, "b", 5) > 0
    assert await ask(permits, "c", Line.SINGLE) == 0
    clock.advance(1)
    assert await ask(permits, "b", 5) == 0


async def test_who_left_the_line_or_died_in_it_keeps_nobody_waiting(make: Make, clock: ManualClock) -> None:
    permits = make(1, 0)
    for who in ("a", "dead", "gone"):
        await ask(permits, who, Line.SINGLE)
    await permits.release("gone")
    clock.advance(10.9)
    assert await ask(permits, "b", Line.LAST) > 0
    clock.advance(0.2)  # ten seconds after the time it was told
    assert await ask(permits, "b", Line.LAST) == 0


async def test_nobody_waits_longer_than_a_minute_before_asking_again(make: Make) -> None:
    permits = make(0.01, 1)
    assert [await ask(permits, who) for who in "abc"] == [0, 60, 60]


@pytest.mark.parametrize("pace", [0, 1])
async def test_holding_off(make: Make, clock: ManualClock, pace: float) -> None:
    permits = make(pace, 0)
    await permits.hold_off(5)
    await permits.hold_off(3)
    assert await ask(permits, "a") == 5
    clock.advance(5)
    assert await ask(permits, "a") == 0


async def test_a_number_is_called_by_one_at_a_time(make: Make, clock: ManualClock) -> None:
    permits = make(0, 0)
    assert await ask(permits, "a", phone="+821012345678") == 0
    assert await ask(permits, "a", phone="+821012345678") == 0
    assert await ask(permits, "b", phone="+821012345678") == 5
    assert await ask(permits, "c", phone="+821012345679") == 0
    await permits.release("b")  # it gave up
    assert await ask(permits, "d", phone="+821012345678") == 5
    await permits.release("a")
    assert await ask(permits, "d", phone="+821012345678") == 0
    assert await ask(permits, "b", phone="+821012345678") == 5
    clock.advance(HOLD + 1)  # d never came back
    assert await ask(permits, "b", phone="+821012345678") == 0


async def test_who_waits_for_a_number_keeps_nobody_waiting_who_does_not(make: Make) -> None:
    permits = make(0, 2)
    assert await ask(permits, "a", phone="+821012345678") == 0
    assert await ask(permits, "b", Line.SINGLE, phone="+821012345678") == 5
    assert await ask(permits, "c", Line.LAST, phone="+821012345679") == 0


async def test_a_store_that_is_away() -> None:
    fake = InMemoryDialPermits()
    fake.error = StoreUnavailable()
    client = open_client("redis://127.0.0.1:9")
    for permits in (fake, RedisDialPermits(client, calls_per_second=1, most_calls=1)):
        for use in (ask(permits, "a"), permits.release("a"), permits.hold_off(1)):
            with pytest.raises(StoreUnavailable):
                await use
    await client.aclose()
