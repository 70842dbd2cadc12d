import pytest

from orchestrator.dialogue.turn_taking.decisions import (
    EndedBy,
    FloorFree,
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
from orchestrator.dialogue.turn_taking.holding import LONGEST_HOLD
from orchestrator.dialogue.turn_taking.turn_taking import MORE_KEYS, REMINDER
from tests.unit.orchestrator.dialogue.turn_taking.phone_line import PhoneLine

GREETING = "안녕하세요. 행복복지센터의 인공지능 상담원입니다. 이 전화는 사람이 아니라 인공지능이 드리는 전화예요."


@pytest.fixture
def line() -> PhoneLine:
    return PhoneLine()


def test_answer_ends_after_short_silence(line):
    line.ask(Expected.YES_NO)
    line.voice(0.5)
    quiet = line.now
    line.silence(0.3)
    line.final("네")
    line.silence(2)
    assert line.turns == [("네", EndedBy.SILENCE)]
    assert line.of(TurnEnded)[0].silence_ms == 500
    assert line.at(TurnEnded) - quiet == pytest.approx(0.5, abs=0.03)


def test_pause_asks_for_final_words_before_the_end_is_decided(line):
    line.ask()
    line.voice(0.5)
    quiet = line.now
    line.silence(0.3)
    assert line.at(SpeechBegan) < line.at(SpeechPaused) == pytest.approx(quiet + 0.2, abs=0.03)
    assert not line.outcomes


def test_stretches_of_one_turn_come_together_in_order(line):
    line.ask()
    line.says("무릎이 아파서")
    line.silence(1.0)
    line.says("병원에 갔는데")
    line.silence(1.0)
    line.says("별일 아니래요")
    line.silence(3)
    assert line.texts == ["무릎이 아파서 병원에 갔는데 별일 아니래요"]
    assert len(line.of(SpeechBegan)) == len(line.of(SpeechPaused)) == 3


def test_final_words_of_an_earlier_stretch_that_come_late_keep_their_place(line):
    line.ask()
    line.voice(0.5)
    line.silence(0.3)
    line.voice(0.5)
    line.final("밥은")
    line.silence(0.3)
    line.final("먹었어요")
    line.silence(2)
    assert line.texts == ["밥은 먹었어요"]


@pytest.mark.parametrize("agent_speaks", [True, False])
def test_words_that_were_taken_are_not_heard_again_when_the_recogniser_repeats_them_late(line, agent_speaks):
    line.ask(Expected.YES_NO)
    line.voice(0.6)
    line.interim("네, 괜찮아요.")
    line.silence(2.0)
    assert line.texts == ["네, 괜찮아요."]
    if agent_speaks:
        line.agent("식사는 하셨어요?")
    line.interim("네, 괜찮아요.")
    line.final("네, 괜찮아요.")
    line.silence(1.0)
    if not agent_speaks:
        line.agent("식사는 하셨어요?")
    line.stop()
    line.says("먹었어요")
    line.silence(2)
    assert line.texts == ["네, 괜찮아요.", "먹었어요"]


def test_a_stretch_whose_recognition_fails_late_takes_no_words_from_the_next(line):
    line.ask(Expected.YES_NO)
    line.voice(0.6)
    line.interim("네")
    line.silence(2.0)
    line.agent("식사는 하셨어요?")
    line.stop()
    line.voice(0.6)
    line.failed()
    line.interim("먹었")
    line.silence(0.4)
    line.final("먹었어요")
    line.silence(2)
    assert line.texts == ["네", "먹었어요"]


def test_keys_that_were_pressed_long_ago_are_taken_when_the_agent_may_be_interrupted(line):
    line.key("0")
    line.agent("이 전화는 인공지능이 드리는 전화예요.", uninterruptible=True)
    line.voice(2.0)
    line.agent("식사는 하셨어요?")
    line.take(line.floor.tick(at=line.now))
    assert [type(decision) for decision in line.outcomes] == [Interrupt, KeysEntered]
    assert line.floor.deadline > line.now


def test_recogniser_without_words_ends_the_turn_within_two_seconds(line):
    line.ask()
    line.voice(0.6)
    quiet = line.now
    line.silence(3)
    assert line.turns == [("", EndedBy.NO_WORDS)]
    assert line.at(TurnEnded) - quiet < 2


def test_failed_recognition_ends_the_turn_too(line):
    line.ask()
    line.voice(0.6)
    line.silence(0.3)
    line.failed()
    line.silence(3)
    assert line.texts == [""]


def test_interim_words_stand_for_final_ones_that_never_come(line):
    line.ask()
    line.voice(0.6)
    line.interim("밥은 먹었어요")
    line.silence(3)
    assert line.texts == ["밥은 먹었어요"]


def test_final_words_that_come_after_their_turn_are_not_heard_twice(line):
    line.ask()
    line.voice(0.6)
    line.interim("밥은 먹었어요")
    line.silence(2)
    line.final("밥은 먹었어요")
    line.silence(3)
    assert len(line.of(TurnEnded)) == 1


def test_talker_who_never_pauses_is_ended(line):
    line.ask(most=10.0)
    line.voice(10.3)
    line.final("옛날에 내가")
    line.voice(1)
    assert line.turns == [("옛날에 내가", EndedBy.TOO_LONG)]


def test_silent_callee_is_waited_for_as_long_as_they_need(line):
    line.ask(silence_timeout=6.0)
    line.silence(5.9)
    assert not line.outcomes
    line.silence(0.2)
    assert line.outcomes == [NoInput()]


def test_lost_frames_do_not_stop_time(line):
    line.ask()
    line.voice(0.5)
    line.without_frames(3.0)
    assert line.texts == [""]


def test_clicks_are_no_speech(line):
    line.ask()
    for _ in range(10):
        line.voice(0.06)
        line.silence(0.3)
    assert not line.decided


# While the agent speaks.


@pytest.mark.parametrize("word", ["네", "네 네", "음", "아이고", "그래요", "알겠습니다"])
def test_backchannel_does_not_stop_the_agent(line, word):
    line.agent("지난번에 말씀하신 일을 여쭤볼게요.")
    line.voice(0.28)
    line.interim(word)
    line.silence(0.3)
    line.final(word)
    line.silence(1)
    assert not line.outcomes


def test_long_backchannel_is_held_for_and_resumed(line):
    line.agent("지난번에 말씀하신 일을 여쭤볼게요.")
    line.says("네에", seconds=0.6)
    line.silence(1)
    assert line.outcomes == [Hold(), Resume()]


def test_cough_is_held_for_and_resumed(line):
    line.agent("지난번에 말씀하신 일을 여쭤볼게요.")
    line.voice(0.7)
    line.silence(3)
    assert line.outcomes == [Hold(), Resume()]


def test_endless_noise_is_held_for_once(line):
    line.agent("지난번에 말씀하신 일을 여쭤볼게요.")
    line.voice(LONGEST_HOLD + 5)
    assert line.outcomes == [Hold(), Resume()]


def test_sound_that_held_in_vain_twice_holds_no_more(line):
    line.agent("지난번에 말씀하신 일을 여쭤볼게요.")
    for _ in range(5):
        line.voice(0.6)
        line.silence(2)
    assert line.outcomes == [Hold(), Resume(), Hold(), Resume()]


def test_own_words_that_come_back_do_not_stop_the_agent(line):
    line.agent("통화 내용은 상담을 위해 녹음돼요.")
    line.voice(0.3)
    line.interim("상담을 위해")
    line.voice(0.3)
    line.interim("상담을 위해 녹음돼요")
    line.silence(2)
    assert not line.of(Interrupt)


@pytest.mark.parametrize("words", ["잠깐만요", "여보세요?", "아니요 안 해요", "누구세요", "숨이 안 쉬어져요", "네?"])
def test_words_stop_the_agent_and_are_the_turn(line, words):
    line.agent("지난번에 말씀하신 일을 여쭤볼게요.")
    began = line.now
    line.voice(0.4)
    line.interim(words)
    line.silence(0.3)
    line.final(words)
    line.silence(5)
    assert line.texts == [words]
    assert len(line.of(Interrupt)) == 1
    assert line.outcomes[0] in {Hold(), Interrupt()}
    assert line.decided[1][0] - began < 0.5


def test_silence_is_heard_soon_after_steady_speech_without_words(line):
    line.agent("지난번에 말씀하신 일을 여쭤볼게요.")
    began = line.now
    line.voice(2.0)
    assert line.at(Hold) - began < 0.45
    line.silence(0.3)
    line.final("나 그거 안 해요")
    line.silence(2)
    assert line.outcomes[:2] == [Hold(), Interrupt()]
    assert line.turns == [("나 그거 안 해요", EndedBy.SILENCE)]


def test_uninterruptible_words_are_heard_to_their_end_and_what_was_said_counts_after(line):
    line.agent(GREETING, uninterruptible=True)
    line.says("누구세요")
    line.silence(5)
    assert not line.outcomes
    line.stop()
    line.silence(0.5)
    assert line.texts == ["누구세요"]
    assert not line.of(Interrupt)


def test_what_was_said_during_uninterruptible_words_interrupts_those_after(line):
    line.agent(GREETING, uninterruptible=True)
    line.says("누구세요")
    line.silence(5)
    line.agent("지금 잠시 통화 괜찮으세요?")
    line.silence(0.1)
    assert line.outcomes[0] == Interrupt()


def test_early_answer_counts(line):
    line.floor.listen(Expected.YES_NO)
    line.agent("식사는 하셨어요?")
    line.voice(0.3)
    line.silence(0.1)
    line.stop()
    line.silence(0.1)
    line.final("네")
    line.silence(1)
    assert line.texts == ["네"]


def test_listening_word_long_before_the_question_is_no_answer_to_it(line):
    line.agent("지난번에 말씀하신 일을 여쭤볼게요. 무릎이 아프시다고요. 지금도 그러신가요?")
    line.says("네", seconds=0.3)
    line.silence(1.5)
    line.stop()
    line.silence(5.1)
    assert line.outcomes == [NoInput()]


def test_agent_cannot_end_while_it_is_held_without_giving_the_callee_the_floor(line):
    line.agent("식사는 하셨어요?")
    line.voice(0.6)
    line.stop()
    line.silence(0.3)
    line.final("네 먹었어요")
    line.silence(2)
    assert line.turns == [("네 먹었어요", EndedBy.SILENCE)]


# While the agent thinks.


def test_more_words_while_the_agent_thinks_are_a_turn_of_their_own(line):
    line.ask()
    line.says("밥은 먹었어요")
    line.silence(1)
    assert line.floor.callee_speaks is False
    line.says("근데 무릎이 아파요")
    line.silence(3)
    assert line.texts == ["밥은 먹었어요", "근데 무릎이 아파요"]


def test_listening_while_the_agent_thinks_leaves_the_floor_to_it(line):
    line.ask()
    line.says("밥은 먹었어요")
    line.silence(1)
    line.says("네", seconds=0.3)
    assert line.floor.callee_speaks
    line.silence(2)
    assert line.outcomes[1:] == [FloorFree()]
    assert not line.floor.callee_speaks


def test_agent_who_says_nothing_is_reminded(line):
    line.without_frames(2.5 * REMINDER)
    assert line.outcomes == [FloorFree(), FloorFree()]


# Keys.


def test_keys_that_were_asked_for_are_waited_for(line):
    line.ask(Expected.KEYS, keys=6)
    for digit in "480312":
        line.silence(3)
        line.key(digit)
    line.silence(MORE_KEYS + 0.1)
    assert line.outcomes == [KeysEntered("480312")]


def test_some_keys_and_no_more(line):
    line.ask(Expected.KEYS, keys=6)
    line.key("4")
    line.key("8")
    line.silence(5)
    assert line.outcomes == [KeysEntered("48")]


def test_key_interrupts_the_agent(line):
    line.agent("괜찮으시면 일 번, 아니면 이 번을 눌러 주세요.")
    line.key("1")
    assert line.outcomes == [Interrupt()]
    line.silence(MORE_KEYS + 0.1)
    assert line.outcomes == [Interrupt(), KeysEntered("1")]


def test_key_waits_for_uninterruptible_words(line):
    line.agent(GREETING, uninterruptible=True)
    line.key("1")
    line.silence(1)
    assert not line.outcomes
    line.stop()
    line.silence(MORE_KEYS + 0.1)
    assert line.outcomes == [KeysEntered("1")]


@pytest.mark.parametrize("asked_for", [0, 6])
@pytest.mark.parametrize("digits", ["480312", "19480312"])
def test_keys_that_follow_at_once_belong_to_those_before(line, asked_for, digits):
    line.ask(Expected.KEYS, keys=asked_for)
    for digit in digits:
        line.key(digit)
        line.silence(0.6)
    assert not line.outcomes
    line.silence(MORE_KEYS + 0.1)
    assert line.outcomes == [KeysEntered(digits)]


def test_the_last_key_is_waited_for_no_longer(line):
    line.ask(Expected.KEYS, keys=6)
    for key in "4803#":
        line.key(key)
    assert line.outcomes == [KeysEntered("4803")]


def test_after_the_end_nothing_is_decided(line):
    line.ask()
    line.voice(0.5)
    line.floor.end()
    line.decided.clear()
    line.silence(10)
    line.final("네")
    line.key("1")
    line.stop()
    assert line.floor.deadline is None
    assert not line.decided


def consent(line, began_before_the_end, seconds):
    """Says "네" for some seconds; asked for consent so long after its beginning."""
    line.floor.listen(Expected.YES_NO, heard_out=True)
    line.agent("녹음해도 괜찮으세요?")
    line.silence(1.0)
    line.voice(min(began_before_the_end, seconds))
    line.silence(max(0.0, began_before_the_end - seconds))
    line.stop()
    line.voice(max(0.0, seconds - began_before_the_end))
    line.silence(0.3)
    line.final("네")
    line.silence(2.0)


@pytest.mark.parametrize(("before", "seconds"), [(0.6, 0.4), (0.4, 0.4), (0.4, 0.5), (0.3, 0.3)])
def test_consent_is_not_given_before_the_question_was_heard(line, before, seconds):
    consent(line, before, seconds)
    assert line.turns == []
    line.says("네")
    line.silence(2.0)
    assert [text for text, _ in line.turns] == ["네"]


def test_consent_that_goes_on_after_the_question_counts(line):
    consent(line, 0.2, 0.9)
    assert [text for text, _ in line.turns] == ["네"]


def test_nothing_after_an_early_consent_is_silence(line):
    consent(line, 0.6, 0.4)
    line.silence(6.0)
    assert len(line.of(NoInput)) == 1
