"""A language model's answer as it grows."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.answering.answer_check import speakable
from orchestrator.dialogue.answering.growing_answer import GrowingAnswer
from orchestrator.domain.question import FrequentQuestion

FACTS = (FrequentQuestion("언제 열어요?", "복지관은 아침 9시에 열어요."),)
SENTENCES = (
    "복지관은 아침 9시에 열어요.",
    "복지관은 아침 8시에 열어요.",
    "저는 잘 알지 못해요.",
    "무엇이 궁금하세요?",
    "내일 돈을 보내 드릴게요.",
    "담당자에게 꼭 전해 드릴게요.",
    "- 첫째",
)
TEXTS = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5).map(" ".join)


def grown(text: str, length: int) -> tuple[list[str], str]:
    """Each beginning that might have been said, and the whole."""
    growing, beginnings = GrowingAnswer(FACTS), []
    for start in range(0, len(text), length):
        growing.begins_with(text[start : start + length])
        beginnings.append(growing.spoken)
    return beginnings, growing.finished()


@given(TEXTS, st.integers(1, 9))
def test_what_may_be_said_only_grows_at_its_end(text: str, length: int) -> None:
    beginnings, whole = grown(text, length)
    assert all(whole.startswith(beginning) for beginning in beginnings)
    assert all(later.startswith(sooner) for sooner, later in pairwise(beginnings))


@given(TEXTS, st.integers(1, 9))
def test_each_beginning_passes_the_check_of_a_whole_answer(text: str, length: int) -> None:
    beginnings, whole = grown(text, length)
    assert all(speakable(said, FACTS) == said for said in {*beginnings, whole} if said)


@given(TEXTS, st.integers(1, 9))
def test_an_answer_without_a_fault_is_said_as_a_whole(text: str, length: int) -> None:
    if (wanted := speakable(text, FACTS)) is not None:
        assert grown(text, length)[1] == wanted


@given(TEXTS)
def test_the_pieces_in_which_it_comes_change_nothing(text: str) -> None:
    assert grown(text, 1)[1] == grown(text, len(text))[1]


def test_a_fault_ends_the_answer_before_it_for_good() -> None:
    good, fault, more = SENTENCES[2], SENTENCES[4], SENTENCES[5]
    assert grown(f"{good} {fault} {more}", 3)[1] == good


def test_an_answer_that_begins_with_a_fault_is_not_said() -> None:
    assert grown(f"{SENTENCES[1]} {SENTENCES[2]}", 3)[1] == ""


def test_the_first_words_are_told_once_and_before_the_end() -> None:
    growing = GrowingAnswer(FACTS)
    told = [growing.begins_with(character) for character in f"{SENTENCES[0]} {SENTENCES[2]} {SENTENCES[5]}"]
    assert told.count(True) == 1
    assert told.index(True) == len(SENTENCES[0])
