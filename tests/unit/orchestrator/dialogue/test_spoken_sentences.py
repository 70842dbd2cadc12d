"""How text is cut into what is spoken by itself. The bar stands where a sentence ends."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.spoken_sentences import LONGEST, SHORTEST, SentenceSplitter, sentences

CASES = [
    # Punctuation.
    "안녕하세요.",
    "안녕하세요. | 저는 복지관 상담원입니다.",
    "지금 통화 괜찮으세요? | 오래 걸리지 않아요.",
    "정말 다행이에요! | 다음 질문입니다.",
    "그러셨군요?! | 많이 힘드셨겠어요.",
    "알겠습니다。 | 다음으로 갈게요。",
    "괜찮으시다니 다행이에요~ | 다음 질문입니다.",
    "천천히 말씀하셔도 됩니다!! | 기다릴게요.",
    # Short ones go with the next.
    "네. 알겠습니다.",
    "네, 네. 그러셨군요. | 다음 질문입니다.",
    "아! 그래요? | 몰랐습니다.",
    "음. 네. 좋아요. | 그러면 시작할게요.",
    "안녕히 계세요. | 네.",
    "네 알겠어요 | 그러면 다음으로 갈게요",
    # Numbers.
    "혈압이 3.5 올랐습니다. | 괜찮으세요?",
    "체온은 36.5도입니다. | 정상이에요.",
    "점수는 3.5. | 그다음은 걷기입니다.",
    "혈압은 135. | 맥박은 조금 빠릅니다.",
    "날짜는 2026. 1. 2. 오후입니다. | 맞으신가요?",
    "생년월일은 1940. 12. 31. 맞으신가요? | 확인 부탁드려요.",
    "1. 하루에 몇 번 드세요? | 2. 약은 남았나요?",
    "가격은 1,200원입니다. | 괜찮으세요?",
    "1,234,567.89원이 남았습니다. | 확인해 주세요.",
    "전화는 02-123-4567입니다. | 적어 두세요.",
    "오전 10:30에 뵙겠습니다. | 감사합니다.",
    "3.1절에는 쉽니다. | 다음 날 전화드릴게요.",
    "하루 2.5알씩 드세요. | 물과 함께요.",
    "1) 식사는 하셨어요? | 2) 잠은 주무셨어요?",
    # Quotations.
    '"네."라고 하셨어요. | 맞나요?',
    '아드님이 "네. 알겠습니다."라고 하셨어요. | 기억나세요?',
    '아드님이 "네. 알겠습니다." 라고 하셨어요. | 기억나세요?',
    "어제는 “괜찮아요. 안 아파요.”라고 하셨어요. | 오늘은 어떠세요?",
    "의사가 ‘좋아졌습니다.’ 하고 말했어요. | 다행이에요.",
    "의사가 '많이 좋아졌습니다.' 했대요. | 다행이에요.",
    '"오늘은 괜찮으세요?" | 이렇게 여쭤봤어요.',
    '제 말은 "천천히 드세요." | 그러니 서두르지 마세요.',
    '"혼자 계신가요?"라는 질문이에요. | 어떠세요?',
    "복지사(김 선생님.)가 갑니다. | 기다려 주세요.",
    "(웃으면서 말해요.) | 다음 질문입니다.",
    # Trailing off.
    "글쎄요... | 잘 모르시겠다는 말씀이군요.",
    "그게… 잘 안 되시는군요. | 알겠습니다.",
    "음... 그러니까 어제 아프셨다고요. | 지금은요?",
    "그러셨어요… | 많이 힘드셨겠어요.",
    "정말이에요...? | 몰랐습니다.",
    # Abbreviations and addresses of the web.
    "Dr. Kim 선생님이 오십니다. | 내일이에요.",
    "U.S. 달러로 냅니다. | 괜찮으세요?",
    "No. 3 출구로 나오세요. | 기다릴게요.",
    "오전 9 a.m. 부터입니다. | 늦지 마세요.",
    "www.bokjiro.go.kr 에서 신청하세요. | 무료입니다.",
    "주소는 https://www.bokjiro.go.kr/a.do?b=1 입니다. | 적어 두세요.",
    "주소는 www.bokjiro.go.kr. | 다음은 전화번호입니다.",
    "CCTV가 있습니다. | TV는요?",
    # Endings without a point.
    "저는 복지관 상담원입니다 | 지금 통화 괜찮으세요",
    "식사는 잘 하셨어요 | 약은 드셨나요",
    "잠은 잘 주무셨죠 | 아프신 데는 없으시고요",
    "혼자 지내십니까 | 가족이 계신가요",
    "꼭 필요 없으시면 괜찮아요 | 다음 질문입니다",
    "이것은 아주 중요 사항입니다 | 들어 주세요",
    "아프시니까 쉬세요 | 내일 다시 전화할게요",
    "아니다 싶으면 말씀하세요",
    "많이 아프시다 보니 힘드시겠어요",
    "저는요 복지관에서 전화드렸어요",
    "많이 힘드세요 라고 여쭤봤습니다",
    "복지관입니다 만, 지금 통화되세요?",
    "그런데요 어르신 약은 드셨어요?",
    # Lines.
    "오늘의 일정\n | 병원에 가셔야 해요",
    "식사는 하셨어요?\n\n | 약은 드셨어요?",
    "- 식사 여부 확인\r\n | - 약 복용 확인",
    # Sentences that take too long for one breath.
    "지난주에 병원에 다녀오셨다고 하셨는데 그때 의사 선생님께서 약을 바꾸자고 말씀하셨던 것으로 들었습니다만, | "
    "혹시 새로 받으신 약을 드시고 나서 속이 불편하시거나 어지러운 적은 없으셨는지 여쭤보고 싶습니다.",
    "지난주에 병원에 다녀오셨다고 하셨는데 그때 의사 선생님께서 약을 바꾸자고 하셨지만 "
    "혹시 새로 받으신 약 때문에 속이 불편하시거나 | 어지러운 적은 없으셨는지 여쭤보고 싶습니다",
    "혹시 새로 받으신 약 때문에 속이 불편하신 적이 있으셨는지, 그리고 밤에 잠을 주무시는 데 어려움은 없으셨는지, | "
    "또 요즘 식사는 하루에 몇 번 정도 하고 계시는지 천천히 말씀해 주시면 고맙겠습니다.",
]


def cut(*pieces: str) -> tuple[str, ...]:
    splitter = SentenceSplitter()
    ready = [sentence for piece in pieces for sentence in splitter.feed(piece)]
    return (*ready, *splitter.rest())


@pytest.mark.parametrize("case", CASES)
def test_where_a_sentence_ends(case: str) -> None:
    expected = tuple(" ".join(part.split()) for part in case.split("|"))
    text = case.replace(" | ", " ") if "\n" not in case else case.replace(" | ", "")
    assert sentences(text) == expected
    assert cut(*text) == expected


@pytest.mark.parametrize("nothing", ["", " ", "\n \t"])
def test_no_words_are_no_sentences(nothing: str) -> None:
    assert sentences(nothing) == ()


@pytest.mark.parametrize(
    ("pieces", "ready"),
    [
        (["안녕하세요", "."], []),
        (["안녕하세요", ". "], ["안녕하세요."]),
        (["안녕하세요.\n"], ["안녕하세요."]),
        (["식사는 하셨", "어요? 약"], ["식사는 하셨어요?"]),
        (["네. "], []),
        (["저는 상담원입니다 지금"], []),
        (["저는 상담원입니다 지금 "], ["저는 상담원입니다"]),
        (["맥박은 135. ", "그"], []),
        (["맥박은 135. ", "그리고 "], ["맥박은 135."]),
        (["어르신은 '괜찮아요.' "], []),
    ],
)
def test_a_sentence_is_ready_as_soon_as_it_is_known(pieces: list[str], ready: list[str]) -> None:
    splitter = SentenceSplitter()
    assert [sentence for piece in pieces for sentence in splitter.feed(piece)] == ready


def test_a_quotation_that_is_never_closed_holds_nothing_up_for_long() -> None:
    splitter = SentenceSplitter()
    ready = splitter.feed('그분이 "그래요. ' + "그리고 오늘은 날씨가 참 좋습니다. " * 10)
    assert len(ready) >= 8


def test_after_its_rest_a_splitter_begins_anew() -> None:
    splitter = SentenceSplitter()
    splitter.feed('그분이 "그래요')
    assert splitter.rest() == ['그분이 "그래요']
    assert splitter.rest() == []
    assert splitter.feed("안녕하세요. 네") == ["안녕하세요."]


WORDS = [
    "네.",
    "안녕하세요",
    "입니다.",
    "괜찮으세요?",
    "3.",
    "2026.",
    "1,200원",
    '"네.',
    '네."라고',
    "그리고",
    "하고,",
    "...",
    "…",
]
TEXTS = st.one_of(
    st.lists(st.sampled_from([*WORDS, "\n", " "]), max_size=60).map(" ".join),
    st.text(st.sampled_from("가요다까니습. \n?!…\"'“”3,라고a"), max_size=200),
    st.text(max_size=100),
)


@given(TEXTS)
def test_joined_they_are_the_text(text: str) -> None:
    assert " ".join(sentences(text)) == " ".join(text.split())


@given(TEXTS, st.lists(st.integers(0, 200), max_size=20))
def test_the_pieces_in_which_a_text_comes_change_nothing(text: str, places: list[int]) -> None:
    bounds = [0, *sorted(min(place, len(text)) for place in places), len(text)]
    pieces = [text[start:end] for start, end in pairwise(bounds)]
    assert cut(*pieces) == sentences(text)


@given(TEXTS)
def test_none_is_blank_or_too_long_or_too_short(text: str) -> None:
    found = sentences(text)
    assert all(sentence.strip() == sentence != "" for sentence in found)
    assert all(len(sentence) <= LONGEST or " " not in sentence for sentence in found)
    lone = [sentence for sentence in found[:-1] if len(sentence) < SHORTEST]
    assert all(len(f"{short} {long}") > LONGEST for short in lone for long in found[found.index(short) + 1 :][:1])
