import pytest

from orchestrator.dialogue.turn_taking.interruption import HOLD_AFTER, Overlap, Reaction, is_echo, reaction

SAYING = "통화 내용은 상담을 위해 녹음돼요. 녹음해도 괜찮으세요?"


@pytest.mark.parametrize(
    "words", ["네", "예 예", "음", "아", "그래요", "알겠습니다", "상담을 위해", "내용은 상담을 위해 노금돼요"]
)
def test_listening_and_echoes_go_on(words):
    assert reaction(Overlap(0.3, words, SAYING)) is Reaction.GO_ON


@pytest.mark.parametrize(
    "words",
    ["잠깐만요", "여보세요?", "여보세요", "누구세요", "아니요", "싫어요", "죽고 싶어요", "살려줘", "네?", "네 근데요"],
)
def test_words_stop(words):
    assert reaction(Overlap(0.3, words, SAYING)) is Reaction.STOP


def test_sound_alone_holds_and_never_stops():
    assert reaction(Overlap(HOLD_AFTER - 0.02, "", SAYING)) is Reaction.GO_ON
    assert reaction(Overlap(HOLD_AFTER, "", SAYING)) is Reaction.HOLD
    assert reaction(Overlap(60.0, "", SAYING)) is Reaction.HOLD


def test_sound_that_goes_on_after_a_listening_word_holds():
    assert reaction(Overlap(0.5, "네", SAYING)) is Reaction.GO_ON
    assert reaction(Overlap(1.2, "네", SAYING)) is Reaction.HOLD


def test_short_or_strange_words_are_no_echo():
    assert not is_echo("네", SAYING)
    assert not is_echo("상담원 바꿔 주세요", SAYING)
    assert not is_echo("", SAYING)
