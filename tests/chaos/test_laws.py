"""Each kind of violation is found: records of a good call, doctored."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.twilio.journal import Breach, Exchange, ExecutedVerb
from tests.chaos.laws import Law, judge
from tests.chaos.plan import DANGER, PlannedCall
from tests.chaos.record import CallRecord, DeliveredResult, PhoneCall

GREETING, QUESTION, GOODBYE = "안녕하세요. 녹음해도 괜찮으세요?", "요즘 식사는 잘 하세요?", "감사합니다. 안녕히 계세요."
YES, WELL = "네, 괜찮아요.", "하루 세 번 잘 먹어요."


def verb(name: str, started: float, ended: float, **outcome: Any) -> ExecutedVerb:
    return ExecutedVerb(
        call_sid="CA1", verb=name, attributes={}, document="", started_s=started, ended_s=ended, outcome=outcome
    )


def played(started: float, ended: float, text: str) -> ExecutedVerb:
    return verb("Play", started, ended, heard=[text], audio_s=[[started, ended]])


def recorded(started: float, ended: float, sid: str, words: str) -> ExecutedVerb:
    return verb("Record", started, ended, recording_sid=sid, words=words)


def reported(turn: int, sid: str, answer: str = "<Response/>", status: int | None = 200) -> Exchange:
    return Exchange(
        direction="from_twilio", purpose="action", method="POST", status=status, answer=answer,
        url=f"https://gateway.example/twilio/recording?consultation=c-1&turn={turn}",
        parameters={"RecordingSid": [sid]},
    )  # fmt: skip


def turn(number: int, speaker: str, text: str, heard: str = "") -> dict[str, Any]:
    return {"turn": number, "speaker": speaker, "text": text, "heard": heard}


def result(key: str = "k", status: int | None = 200, **body: Any) -> DeliveredResult:
    return DeliveredResult(key=key, body={"v_id": "chaos-0", "fail_code": 0, **body}, status=status)


TRANSCRIPT = (
    turn(1, "agent", GREETING, GREETING),
    turn(2, "callee", YES),
    turn(3, "agent", QUESTION, QUESTION),
    turn(4, "callee", WELL),
    turn(5, "agent", GOODBYE, GOODBYE),
)
BY_TURNS = PhoneCall(
    sid="CA1",
    status="completed",
    verbs=(
        played(0.2, 3.0, GREETING), recorded(3.0, 8.0, "RE1", YES), played(8.5, 10.0, QUESTION),
        recorded(10.0, 15.0, "RE2", WELL), played(15.5, 18.0, GOODBYE), verb("Hangup", 18.0, 18.0),
    ),
    exchanges=(reported(2, "RE1"), reported(4, "RE2")),
)  # fmt: skip
STREAM = verb(
    "Connect", 0.0, 14.0, heard=[GREETING, QUESTION, GOODBYE], audio_s=[[0.2, 3.0], [5.0, 7.0], [9.0, 14.0]],
    said=[YES, WELL], said_s=[[3.5, 4.5], [7.5, 8.5]],
)  # fmt: skip
IN_A_STREAM = PhoneCall(sid="CA1", status="completed", verbs=(STREAM, verb("Hangup", 14.0, 14.0)))
CONSULTATION = {"state": "completed", "delivery": "delivered"}


def record(call: PhoneCall = BY_TURNS, **doctored: Any) -> CallRecord:
    good = CallRecord(
        planned=PlannedCall(0, 0.0, "cooperative", "turn_by_turn"), consultation_id="c-1",
        consultation=CONSULTATION, transcript=TRANSCRIPT, phone_calls=(call,), results=(result(),),
    )  # fmt: skip
    return replace(good, **doctored)


def laws(doctored: CallRecord) -> set[Law]:
    return {violation.law for violation in judge(doctored).violations}


def without(number: int) -> tuple[dict[str, Any], ...]:
    return tuple(each for each in TRANSCRIPT if each["turn"] != number)


def streamed(**outcome: Any) -> PhoneCall:
    return replace(IN_A_STREAM, verbs=(replace(STREAM, outcome=STREAM.outcome | outcome), *IN_A_STREAM.verbs[1:]))


@pytest.mark.parametrize("call", [BY_TURNS, IN_A_STREAM])
def test_a_good_call_breaks_no_law(call: PhoneCall):
    verdict = judge(record(call))
    assert (verdict.violations, verdict.concessions) == ([], {})


@pytest.mark.parametrize("call", [BY_TURNS, IN_A_STREAM])
@pytest.mark.parametrize("number", [2, 4])
def test_an_answered_utterance_that_is_not_written_down_is_lost(call: PhoneCall, number: int):
    assert laws(record(call, transcript=without(number))) == {Law.TURNS_LOST}


@pytest.mark.parametrize("words", ["네,", "네, 잠시만 기다려 주세요."])
def test_an_utterance_that_only_a_filler_followed_was_not_answered(words: str):
    broken = streamed(heard=[GREETING, QUESTION, words], audio_s=[[0.2, 3.0], [5.0, 7.0], [11.0, 14.0]])
    goodbye = turn(5, "agent", f"네, {GOODBYE}")
    assert laws(record(broken, transcript=(*TRANSCRIPT[:3], goodbye))) == set()


@pytest.mark.parametrize("call", [BY_TURNS, IN_A_STREAM])
def test_other_words_than_were_said_are_a_lost_turn(call: PhoneCall):
    other = tuple(turn(4, "callee", "아니요, 안 먹어요.") if each["turn"] == 4 else each for each in TRANSCRIPT)
    assert Law.TURNS_LOST in laws(record(call, transcript=other))


@pytest.mark.parametrize("call", [BY_TURNS, IN_A_STREAM])
def test_words_that_no_engine_understood_are_a_concession(call: PhoneCall):
    unheard = turn(4, "callee", "") | {"source": "unintelligible"}
    verdict = judge(record(call, transcript=(*TRANSCRIPT[:3], unheard, TRANSCRIPT[4])))
    assert verdict.violations == []
    assert verdict.concessions == {"turn written down without its words": 1}


def test_one_turn_without_words_stands_for_one_utterance():
    unheard = turn(4, "callee", "") | {"source": "unintelligible"}
    assert laws(record(IN_A_STREAM, transcript=(TRANSCRIPT[0], TRANSCRIPT[2], unheard, TRANSCRIPT[4]))) == {
        Law.TURNS_LOST
    }


@pytest.mark.parametrize("heard", ["하루 세 번", "하루 먹어요", "잘 먹어요."])
def test_words_of_which_the_recogniser_heard_a_part_are_a_concession(heard: str):
    cut = tuple(turn(4, "callee", heard) if each["turn"] == 4 else each for each in TRANSCRIPT)
    verdict = judge(record(IN_A_STREAM, transcript=cut))
    assert verdict.violations == []
    assert verdict.concessions == {"utterance on a stream written down in part": 1}
    assert Law.TURNS_LOST in laws(record(BY_TURNS, transcript=cut))


def test_what_was_postponed_was_not_accepted():
    later = reported(4, "RE2", answer="<Redirect>.../recording?turn=4&amp;retry=1</Redirect>")
    call = replace(BY_TURNS, exchanges=(reported(2, "RE1"), later))
    assert Law.TURNS_LOST not in laws(record(call, transcript=without(4)))
    assert Law.TURNS_LOST in laws(
        record(replace(call, exchanges=(*call.exchanges, reported(4, "RE2"))), transcript=without(4))
    )


def test_what_no_answer_accepted_may_be_lost():
    call = replace(BY_TURNS, exchanges=(reported(2, "RE1"), reported(4, "RE2", status=None)))
    assert Law.TURNS_LOST not in laws(record(call, transcript=without(4)))


@pytest.mark.parametrize("call", [BY_TURNS, IN_A_STREAM])
def test_an_utterance_that_is_written_down_twice_is_doubled(call: PhoneCall):
    again = (*TRANSCRIPT[:4], turn(6, "callee", WELL), TRANSCRIPT[4])
    assert laws(record(call, transcript=again)) == {Law.TURNS_DOUBLED}


def test_a_turn_number_that_stands_there_twice_is_doubled():
    assert laws(record(transcript=(*TRANSCRIPT, TRANSCRIPT[4]))) == {Law.TURNS_DOUBLED}


@pytest.mark.parametrize("call", [BY_TURNS, IN_A_STREAM])
def test_what_nobody_said_is_doubled(call: PhoneCall):
    assert laws(record(call, transcript=(*TRANSCRIPT, turn(6, "callee", "무릎이 아파요.")))) == {Law.TURNS_DOUBLED}


def test_the_agent_that_says_a_whole_turn_again_is_doubled():
    call = replace(BY_TURNS, verbs=(*BY_TURNS.verbs[:5], played(18.0, 20.0, QUESTION), verb("Hangup", 20.0, 20.0)))
    assert laws(record(call)) == {Law.TURNS_DOUBLED}


@pytest.mark.parametrize(("broke_off", "broken"), [(7.5, set()), (12.0, {Law.TURNS_DOUBLED})])
def test_the_agent_may_say_again_only_what_no_mark_told_of(broke_off: float, broken: set[Law]):
    first = verb(
        "Connect", 0.0, broke_off, heard=[GREETING, QUESTION], audio_s=[[0.2, 3.0], [5.0, 7.0]], said=[YES],
        said_s=[[3.5, 4.5]], failure=31921,
    )  # fmt: skip
    second = verb(
        "Connect", broke_off, 24.0, heard=[QUESTION, GOODBYE], audio_s=[[broke_off + 0.2, 15.0], [17.0, 24.0]],
        said=[WELL], said_s=[[15.5, 16.5]],
    )  # fmt: skip
    call = replace(IN_A_STREAM, verbs=(first, second, verb("Hangup", 24.0, 24.0)))
    assert laws(record(call)) == broken


def test_a_word_in_between_needs_no_turn():
    said = streamed(said=["네.", YES, WELL], said_s=[[1.0, 1.2], [3.5, 4.5], [7.5, 8.5]])
    assert laws(record(said)) == set()


def test_a_word_before_a_stream_goes_on_with_what_was_cut_needs_no_turn():
    first = verb("Connect", 0.0, 5.6, heard=[GREETING, "요즘"], audio_s=[[0.2, 3.0], [5.0, 5.5]], said=[YES],
        said_s=[[3.5, 4.5]], failure=31921)  # fmt: skip
    second = verb("Connect", 5.7, 16.0, heard=[QUESTION, GOODBYE], audio_s=[[6.3, 8.0], [11.0, 16.0]],
        said=["네.", WELL], said_s=[[6.0, 6.2], [8.5, 9.5]])  # fmt: skip
    call = replace(IN_A_STREAM, verbs=(first, second, verb("Hangup", 16.0, 16.0)))
    assert laws(record(call)) == set()
    assert Law.TURNS_LOST in laws(record(call, transcript=without(4)))


def test_words_claimed_as_heard_that_were_not_played_are_lost():
    call = replace(BY_TURNS, verbs=(*BY_TURNS.verbs[:4], verb("Hangup", 15.1, 15.1)))
    assert laws(record(call)) == {Law.TURNS_LOST}


def test_a_sentence_that_is_begun_again_after_it_was_cut_was_heard():
    verbs = (played(0.2, 2.0, "안녕하세요. 녹음"), played(2.0, 4.0, "녹음해도 괜찮으세요?"), *BY_TURNS.verbs[1:])
    assert laws(record(replace(BY_TURNS, verbs=verbs))) == set()


def test_an_utterance_that_a_broken_stream_did_not_answer_may_be_there_or_not():
    broken = streamed(heard=[GREETING, QUESTION], audio_s=[[0.2, 3.0], [5.0, 7.0]])
    transcript = (*TRANSCRIPT[:4], turn(5, "agent", GOODBYE))
    assert laws(record(broken, transcript=transcript)) == set()
    assert laws(record(broken, transcript=(*transcript[:3], transcript[4]))) == set()


@pytest.mark.parametrize("results", [(), (result(status=500),), (result(status=None),)])
def test_a_result_that_the_backend_never_took_is_lost(results: tuple[DeliveredResult, ...]):
    assert laws(record(results=results)) == {Law.RESULTS_LOST}


def test_an_order_that_was_never_accepted_is_a_lost_result():
    assert laws(record(consultation_id=None, phone_calls=(), transcript=(), results=())) == {Law.RESULTS_LOST}


@pytest.mark.parametrize("again", [result(key="other"), result(summary="other")])
def test_a_second_result_with_another_key_or_other_bytes_is_doubled(again: DeliveredResult):
    assert laws(record(results=(result(), again))) == {Law.RESULTS_DOUBLED}


def test_the_same_result_under_the_same_key_is_the_documented_gap():
    verdict = judge(record(results=(result(status=None), result(), result())))
    assert verdict.violations == []
    assert verdict.concessions == {"result posted again with the same key and body": 1}


@pytest.mark.parametrize(
    "call",
    [
        replace(BY_TURNS, verbs=BY_TURNS.verbs[:4]),
        replace(IN_A_STREAM, verbs=IN_A_STREAM.verbs[:1]),
        replace(BY_TURNS, verbs=(*BY_TURNS.verbs[:4], played(16, 18, "전화에 문제가 생겨서 마치겠습니다."))),
    ],
)
def test_a_call_that_ends_without_a_goodbye_is_dropped(call: PhoneCall):
    assert Law.CALLS_DROPPED in laws(record(call, transcript=TRANSCRIPT[:4]))
    assert Law.CALLS_DROPPED not in laws(record(replace(call, callee_hung_up=True), transcript=TRANSCRIPT[:4]))


def test_a_result_that_says_the_connection_was_lost_tells_of_a_dropped_call():
    assert laws(record(results=(result(fail_code=5),))) == {Law.CALLS_DROPPED}
    assert laws(record(replace(BY_TURNS, callee_hung_up=True), results=(result(fail_code=5),))) == set()


def test_a_person_whom_nobody_called_is_dropped():
    assert laws(record(phone_calls=(), transcript=())) == {Law.CALLS_DROPPED}


def test_two_calls_to_one_person_are_found():
    assert Law.PHONED_TWICE in laws(record(phone_calls=(BY_TURNS, BY_TURNS)))


def test_a_breach_of_twilios_rules_is_found_and_a_broken_connection_is_none():
    def breach(code: int) -> Breach:
        return Breach(code=code, level="error", message="", call_sid="CA1")

    assert laws(record(replace(BY_TURNS, breaches=(breach(12100),)))) == {Law.PROTOCOL_ERRORS}
    assert laws(record(replace(BY_TURNS, breaches=(breach(11200),)))) == set()


@pytest.mark.parametrize(("taken", "broken"), [(0, {Law.ALARMS_LOST}), (1, set()), (2, set())])
def test_somebody_is_told_of_a_danger(taken: int, broken: set[Law]):
    transcript = tuple(turn(4, "callee", DANGER) if each["turn"] == 4 else each for each in TRANSCRIPT)
    verbs = tuple(recorded(10.0, 15.0, "RE2", DANGER) if each == BY_TURNS.verbs[3] else each for each in BY_TURNS.verbs)
    told = record(replace(BY_TURNS, verbs=verbs), transcript=transcript, alarms_taken=taken)
    assert laws(told) == broken
    assert judge(told).concessions["alarm posted again"] == max(0, taken - 1)
