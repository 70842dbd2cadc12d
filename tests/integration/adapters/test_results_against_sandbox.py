"""Results against the sandbox's backend: a reader of the contract that somebody else wrote."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.adapters.backend.result import encode
from orchestrator.adapters.backend.results import BackendResults
from orchestrator.dialogue.ports.results import Report
from orchestrator.domain.codes import TABLE_SIZES, ExceptionCode, NeedHuman, ResponseType, Result
from orchestrator.domain.outcome import Outcome
from orchestrator.domain.problem import Problem
from orchestrator.domain.turn import Turn
from sandbox.result_contract import parse_result
from sandbox.world import World
from tests.fakes.consultations import NOON, brief, consultation, turn

problems = st.lists(
    st.sampled_from([ResponseType.RISK, ResponseType.DESIRE]).flatmap(
        lambda table: st.builds(
            Problem,
            st.just(table),
            st.lists(st.integers(1, TABLE_SIZES[table]), min_size=1, max_size=3).map(tuple),
            st.text(max_size=10),
        )
    ),
    max_size=4,
).map(tuple)

outcomes = st.builds(
    Outcome,
    result=st.sampled_from(Result),
    exception=st.sampled_from(ExceptionCode),
    need_human=st.sampled_from(NeedHuman),
    findings=st.just(()),
    remaining=problems,
    solved=problems,
    found=problems,
)

turns = st.lists(st.text(max_size=20), max_size=5).map(
    lambda texts: tuple(turn(number, text) for number, text in enumerate(texts, 1))
)


@given(outcomes, turns, st.integers(0, 10**6), st.text(max_size=20), st.booleans())
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_every_result_keeps_the_contract(
    outcome: Outcome, turns: tuple[Turn, ...], seconds: int, summary: str, operator: bool
) -> None:
    record = replace(consultation(), answered_at=NOON, ended_at=NOON + timedelta(seconds=seconds))
    order = brief() if operator else replace(brief(), account_id=None)
    body = encode(Report(order, record, outcome, summary, turns))
    result = parse_result(body)
    assert (result.v_id, result.q_id, result.s_index) == ("v-17", "q-3", 2)
    assert result.runtime == seconds
    assert len(result.overall_script.split("\n")) == max(1, len(turns))


async def test_the_sandbox_takes_a_result() -> None:
    outcome = Outcome(
        Result.FINE, ExceptionCode.NONE, NeedHuman.NO, (), (Problem(ResponseType.RISK, (1, 7), "난방비"),), (), ()
    )
    record = replace(consultation(), answered_at=NOON, ended_at=NOON + timedelta(minutes=3))
    async with World() as world:
        results = BackendResults(world.result_url)
        body = results.encode(Report(brief(), record, outcome, "난방비가 밀려 있습니다.", (turn(1), turn(2))))
        assert (await results.deliver(body, key="result:1")).accepted
        assert (await results.deliver(body, key="result:1")).accepted
        await results.close()
    first, second = world.backend.deliveries
    assert first.faults == ()
    assert (first.repeats, second.repeats) == (None, 0)
