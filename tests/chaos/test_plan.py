from collections import Counter
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.chaos.plan import CALLEES, REPLICAS, Fault, draw

SEEDS = st.integers(min_value=0, max_value=2**32)
ONE_REPLICA_AWAY = {"kill": 5.0, "kill_for_long": 10.0, "stop": 10.0}


def test_the_same_seed_gives_the_same_plan():
    assert draw(7, 480.0, 500) == draw(7, 480.0, 500)
    assert draw(7, 480.0, 500) != draw(8, 480.0, 500)


@settings(max_examples=30)
@given(SEEDS)
def test_a_whole_run_has_enough_of_everything(seed: int):
    plan = draw(seed, 380.0, 500)
    assert len(plan.faults) >= 200
    kinds = Counter(fault.kind for fault in plan.faults)
    assert kinds["backend_down"] >= 1
    assert {
        "kill",
        "kill_for_long",
        "stop",
        "lose_requests",
        "lose_answers",
        "delay_requests",
        "backend_500",
    } <= kinds.keys()
    assert {"turn_by_turn", "stream"} == {call.mode for call in plan.calls}
    assert {call.callee for call in plan.calls} == CALLEES.keys()
    assert {fault.role for fault in plan.faults if fault.role} == REPLICAS.keys()
    assert len({call.phone for call in plan.calls}) == len(plan.calls)


@settings(max_examples=30)
@given(SEEDS)
def test_one_replica_of_each_program_is_always_there(seed: int):
    def taken_down(role: str) -> list[Fault]:
        return [fault for fault in draw(seed, 300.0, 1).faults if fault.role == role and fault.kind in ONE_REPLICA_AWAY]

    for role in ("gateway", "orchestrator", "worker", "speech", "redis"):
        for one, other in pairwise(taken_down(role)):
            assert other.at - one.at >= ONE_REPLICA_AWAY[one.kind]


@settings(max_examples=30)
@given(SEEDS)
def test_no_two_programs_stand_still_at_once(seed: int):
    stops = [fault.at for fault in draw(seed, 300.0, 1).faults if fault.kind == "stop"]
    assert all(other - one >= 10.0 for one, other in pairwise(stops))


@settings(max_examples=30)
@given(SEEDS)
def test_everything_happens_in_order_and_within_the_time(seed: int):
    plan = draw(seed, 60.0, 20)
    assert list(plan.faults) == sorted(plan.faults, key=lambda fault: fault.at)
    assert all(0 <= each.at <= 60 for each in (*plan.faults, *plan.calls))


def test_without_faults_nothing_goes_wrong():
    plan = draw(1, 60.0, 20, faults=False)
    assert plan.faults == ()
    assert not any(call.mishap for call in plan.calls)
