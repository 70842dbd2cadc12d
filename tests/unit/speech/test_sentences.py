from hypothesis import given
from hypothesis import strategies as st

from speech.sentences import SentenceCutter

PIECES = st.lists(st.text(st.sampled_from("가나다 .?!…3\n"), max_size=12), max_size=20)


def cut(*pieces: str) -> list[str]:
    cutter = SentenceCutter()
    return [sentence for piece in pieces for sentence in cutter.feed(piece)] + cutter.finish()


def test_a_sentence_is_out_when_the_next_begins():
    cutter = SentenceCutter()

    assert cutter.feed("안녕하세요. 저는") == ["안녕하세요."]
    assert cutter.feed(" 상담원입니다.") == []
    assert cutter.finish() == ["저는 상담원입니다."]
    assert cutter.finish() == []


def test_a_point_in_a_number_ends_nothing():
    assert cut("혈압이 135.", "5 였어요. 네.") == ["혈압이 135.5 였어요.", "네."]


def test_a_date_and_an_abbreviation_are_spoken_as_one():
    assert cut("오늘은 2026. 1. 2. 금요일입니다. Dr. Kim 선생님이 오세요. 네.") == [
        "오늘은 2026. 1. 2. 금요일입니다.",
        "Dr. Kim 선생님이 오세요.",
        "네.",
    ]


def test_all_ends_of_sentences():
    assert cut("뭐? 네! 음… 끝。 줄\n새 줄") == ["뭐?", "네!", "음…", "끝。", "줄", "새 줄"]


def test_a_breathless_text_is_cut_between_words():
    sentences = cut("그리고 " * 100)

    assert len(sentences) > 1
    assert max(map(len, sentences)) <= 200
    assert "".join(sentences).replace(" ", "") == "그리고" * 100


def test_a_text_without_spaces_cannot_be_cut():
    assert cut("가" * 500) == ["가" * 500]


@given(PIECES)
def test_no_word_is_lost_and_no_sentence_blank(pieces: list[str]):
    sentences = cut(*pieces)

    assert " ".join(sentences).split() == "".join(pieces).split()
    assert all(sentence.strip() for sentence in sentences)
