"""What holds whatever happens on the line, in any order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.dialogue.turn_taking.decisions import (
    Hold,
    Interrupt,
    KeysEntered,
    NoInput,
    Resume,
    SpeechBegan,
    SpeechPaused,
    TurnEnded,
)
from orchestrator.dialogue.turn_taking.expected import Expected
from tests.unit.orchestrator.dialogue.turn_taking.phone_line import PhoneLine

SECONDS = st.floats(0.02, 2.5)
WORDS = st.sampled_from(
    ["", "네", "음", "아이고", "밥은 먹었어요", "그게", "무릎이 아파서", "잠깐만요", "누구세요", "공일공", "식사는"]
)
LISTENINGS = st.tuples(st.sampled_from(Expected), st.floats(1.0, 8.0), st.floats(3.0, 20.0), st.integers(0, 6))
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("voice"), SECONDS),
        st.tuples(st.just("silence"), SECONDS),
        st.tuples(st.just("without_frames"), SECONDS),
        st.tuples(st.just("interim"), WORDS),
        st.tuples(st.just("final"), WORDS),
        st.tuples(st.just("failed")),
        st.tuples(st.just("key"), st.sampled_from("0123456789*#")),
        st.tuples(
            st.just("agent"), st.sampled_from(["식사는 하셨어요?", "통화 내용은 상담을 위해 녹음돼요."]), st.booleans()
        ),
        st.tuples(st.just("stop")),
        st.tuples(st.just("listen"), LISTENINGS),
    ),
    max_size=25,
)
LISTENED_TO = st.sampled_from(
    ["네", "네네", "예", "음", "어", "그래", "아이고", "그렇군요", "알겠습니다", "맞아요", ""]
)


def happen(line: PhoneLine, event: tuple) -> None:
    name, *details = event
    if name == "agent":
        line.agent(details[0], uninterruptible=details[1])
    elif name == "listen":
        expected, silence_timeout, most, keys = details[0]
        line.floor.listen(expected, silence_timeout=silence_timeout, most=most, keys=keys)
    else:
        getattr(line, name)(*details)


@settings(max_examples=60, deadline=None)
@given(EVENTS)
def test_a_timer_always_runs_and_what_is_due_is_done(events):
    line = PhoneLine()
    for event in events:
        happen(line, event)
        deadline = line.floor.deadline
        assert deadline is not None
        assert line.now <= deadline + 0.021 or event[0] in {"agent", "listen"}
        line.take(line.floor.tick(at=line.now))
        assert line.floor.deadline > line.now
    line.floor.end()
    assert line.floor.deadline is None


@settings(max_examples=60, deadline=None)
@given(EVENTS)
def test_decisions_alternate(events):
    line = PhoneLine()
    for event in events:
        before = len(line.decided)
        happen(line, event)
        if event[0] in {"agent", "stop"}:  # the agent does not wait for the end of the hold
            line.decided.insert(before, (line.now, "agent"))
    speaking = held = False
    for _, decision in line.decided:
        match decision:
            case SpeechBegan() | SpeechPaused():
                assert speaking is isinstance(decision, SpeechPaused)
                speaking = not speaking
            case Hold():
                assert not held
                held = True
            case Resume():
                assert held
                held = False
            case _:
                assert not held or isinstance(decision, Interrupt) or decision == "agent"
                held = False


@settings(max_examples=60, deadline=None)
@given(EVENTS, LISTENINGS)
def test_every_wait_for_the_callee_ends_with_one_outcome(events, listening):
    expected, silence_timeout, most, keys = listening
    line = PhoneLine()
    line.ask(expected, silence_timeout=silence_timeout, most=most, keys=keys)
    for event in events:
        if event[0] not in {"agent", "stop", "listen"}:
            happen(line, event)
        if line.of((TurnEnded, NoInput, KeysEntered)):
            break
    else:
        line.without_frames(most + silence_timeout + 6)
    assert len(line.of((TurnEnded, NoInput, KeysEntered))) == 1
    assert line.outcomes[0] in line.of((TurnEnded, NoInput, KeysEntered))
    assert not line.of((Hold, Resume, Interrupt))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(SECONDS, LISTENED_TO, st.booleans(), SECONDS), max_size=8))
def test_listening_and_coughing_never_interrupt(sounds):
    line = PhoneLine()
    line.agent("지난번에 말씀하신 일을 여쭤볼게요.")
    for voiced, words, interim, silent in sounds:
        line.voice(voiced)
        if interim:
            line.interim(words)
        line.silence(silent)
        line.final(words)
    line.silence(9)
    assert not line.of((Interrupt, TurnEnded))
    assert len(line.of(Hold)) == len(line.of(Resume))


@settings(max_examples=60, deadline=None)
@given(EVENTS)
def test_uninterruptible_words_are_never_cut(events):
    line = PhoneLine()
    line.agent("이 전화는 사람이 아니라 인공지능이 드리는 전화예요.", uninterruptible=True)
    for event in events:
        if event[0] not in {"agent", "stop"}:
            happen(line, event)
    assert not line.of((Hold, Interrupt, TurnEnded, NoInput, KeysEntered))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["무릎이", "아파서", "병원에", "갔는데", "그게", "별일 아니래요"]), st.floats(0.3, 2.0)
        ),
        min_size=1,
        max_size=6,
    ),
    st.floats(0.22, 1.4),
)
def test_turns_are_all_final_words_in_order(stretches, late):
    line = PhoneLine()
    line.ask()
    for words, voiced in stretches:
        line.voice(voiced)
        line.silence(late)
        line.final(words)
    line.silence(9)
    assert " ".join(line.texts) == " ".join(words for words, _ in stretches)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.floats(0.1, 2.9), st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=5))
def test_words_are_in_one_turn_however_late_a_recogniser_ends(stretches):
    line = PhoneLine()
    line.ask()
    for number, (late, speaks, again, fails) in enumerate(stretches):
        line.voice(0.8)
        line.interim(f"밥은 {number}번 먹었어요")
        line.silence(late)
        if speaks:
            line.agent("그러셨군요.")
        if again:
            line.interim(f"밥은 {number}번 먹었어요")
        if fails:
            line.failed()
        else:
            line.final(f"밥은 {number}번 먹었어요")
        line.silence(3)
        line.stop()
        line.silence(3)
    assert " ".join(line.texts) == " ".join(f"밥은 {number}번 먹었어요" for number in range(len(stretches)))
