import json

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.callee import Callee
from sandbox.script import Script, parse_script


def callee(**fields) -> Callee:
    return Callee(parse_script(json.dumps(fields)))


def test_a_match_goes_first_then_the_turns_then_otherwise():
    person = callee(
        turns=[{"say": "하나"}, {"say": "둘"}], when=[{"heard": "누구", "say": "저예요"}], otherwise="네"
    )  # fmt: skip
    heard = ["안녕하세요", "누구세요", "네", "누구십니까", "그럼", "끝"]
    assert [person.decide(words).say for words in heard] == ["하나", "저예요", "둘", "저예요", "네", "네"]


def test_the_first_match_wins_and_times_run_out():
    person = callee(when=[{"heard": "가", "say": "1", "times": 2}, {"heard": "가|나", "say": "2"}])
    assert [person.decide(words).say for words in ("가", "가", "가", "나")] == ["1", "1", "2", "2"]


def test_without_anything_left_the_callee_does_nothing():
    assert callee(turns=[]).decide("여보세요") is None


def test_reactions_need_words():
    person = callee(when=[{"heard": ".*", "say": "네"}], turns=[{"silence": 3}])
    assert person.decide("").silence == 3


def test_only_an_interruption_that_comes_within_the_prompt_is_one():
    person = callee(when=[{"heard": "불편", "interrupt_after": 0.8, "say": "잠깐만요", "times": 1}])
    assert person.interruption("불편하세요?", 0.5) is None
    assert person.interruption("안녕하세요", 3.0) is None
    assert person.interruption("불편하세요?", 3.0).say == "잠깐만요"
    assert person.interruption("불편하세요?", 3.0) is None


def test_an_interruption_that_came_too_late_is_an_ordinary_answer():
    person = callee(when=[{"heard": "불편", "interrupt_after": 5, "say": "잠깐만요"}])
    assert person.interruption("불편하세요?", 2.0) is None
    assert person.decide("불편하세요?").say == "잠깐만요"


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), max_size=12), st.integers(0, 20))
def test_turns_come_in_order_and_none_is_lost(turns, asked):
    script = Script.model_validate_json(
        json.dumps({"turns": [{"say": str(turn)} for turn in turns], "otherwise": "끝"})
    )
    person = Callee(script)
    said = [person.decide("무엇").say for _ in range(asked)]
    assert said == ([str(turn) for turn in turns] + ["끝"] * asked)[:asked]
