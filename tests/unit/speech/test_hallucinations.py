import pytest

from speech.engines.hallucinations import is_hallucination


@pytest.mark.parametrize(
    "text",
    [
        "시청해 주셔서 감사합니다.",
        "시청해주셔서 감사합니다",
        "오늘도 시청해 주셔서 감사합니다!",
        "끝까지 시청해주셔서 정말 감사합니다.",
        "구독과 좋아요 부탁드립니다",
        "구독, 좋아요, 알림설정 부탁드려요~",
        "다음 영상에서 만나요.",
        "다음 시간에 또 만나요",
        "MBC 뉴스 이덕영입니다.",
        "한글자막 by 한효정",
        "이 영상은 유료 광고를 포함하고 있습니다.",
    ],
)
def test_what_whisper_makes_up_is_known(text: str):
    assert is_hallucination(text)


@pytest.mark.parametrize(
    "text",
    [
        "감사합니다.",
        "네, 고맙습니다",
        "전화해 주셔서 감사합니다",
        "뉴스를 시청해요",
        "병원에 가고 싶어요. 시청해 주셔서 감사합니다",
        "다음에 만나요",
        "MBC 뉴스",
        "좋아요",
        "부탁드립니다",
        "네",
        "",
    ],
)
def test_what_people_say_is_kept(text: str):
    assert not is_hallucination(text)
