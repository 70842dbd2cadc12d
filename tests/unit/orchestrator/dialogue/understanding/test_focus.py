"""Signs that an utterance is about something else than what was asked."""

from __future__ import annotations

import pytest

from orchestrator.dialogue.understanding.focus import focus

RADIO = ("라디오를 들으세요?", ("자주 듣는다", "가끔 듣는다", "안 듣는다"))


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("텔레비전은 매일 봐요", "new_topic"),
        ("텔레비전은 매일 봐요", "new_topic_first"),
        ("어제는 손자가 놀러 왔어", "new_subject"),
        ("그냥 신문을 읽어", "new_object"),
        ("예전에 많이 들었지", "then"),
        ("글쎄 잘 모르겠네", "unknown"),
    ],
)
def test_a_sign_is_seen(text: str, sign: str) -> None:
    assert focus(text, *RADIO)[sign] == 1.0


@pytest.mark.parametrize("text", ["라디오는 하루 종일 틀어 놔", "나는 그런 거 안 들어", "네"])
def test_what_was_asked_about_and_who_answers_are_no_new_topic(text: str) -> None:
    signs = focus(text, *RADIO)
    assert not any(value for sign, value in signs.items() if sign.startswith("new_"))


def test_nothing_said_shows_nothing() -> None:
    assert not any(focus("", *RADIO).values())
