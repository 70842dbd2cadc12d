"""The layers together: rules, the learned layer with vectors and without, and machines on the line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from orchestrator.dialogue.ports.sentences import Vectors
from orchestrator.dialogue.understanding.asked import asked_in
from orchestrator.dialogue.understanding.clues import clues, notions, pieces
from orchestrator.dialogue.understanding.intents import IntentReader
from orchestrator.dialogue.understanding.learned import INTENTS, KINDS, Classifier, features
from orchestrator.dialogue.understanding.sentences import Sentences
from orchestrator.dialogue.utterance import Intent
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.errors import EncoderUnavailable
from orchestrator.domain.turn import Layer

DIMENSIONS = 3
_STATEMENT = asked_in("통화 내용은 기록됩니다.")
_QUESTION = asked_in("요즘 어떻게 지내세요?")


class Encoder:
    """Gives every sentence the same vector, or none."""

    def __init__(self, name: str = "fake", *, works: bool = True) -> None:
        self.name = name
        self._works = works
        self.encoded: list[str] = []

    async def encode(self, sentences: Sequence[str], *, timeout: float) -> Vectors:
        if not self._works:
            raise EncoderUnavailable
        self.encoded += sentences
        return np.tile(np.array([1.0, 0.0, 0.0], np.float32), (len(sentences), 1))


def classifier(*, by_vector: Intent, danger: float = -9.0) -> Classifier:
    """Says unsure, or `by_vector` where there is a vector."""
    width = len(features("", _QUESTION, np.zeros(DIMENSIONS, np.float32)))
    weights = np.zeros((width, len(INTENTS) + 1 + len(KINDS)), np.float32)
    weights[-1, INTENTS.index(Intent.UNSURE)] = 1.0
    weights[-1, len(INTENTS)] = danger
    weights[-1, len(INTENTS) + 1 + KINDS.index(DangerKind.FIRE)] = 1.0
    weights[-1 - DIMENSIONS, INTENTS.index(by_vector)] = 5.0
    return Classifier("fake", weights, np.zeros(DIMENSIONS, np.float32), 1.0)


@pytest.mark.parametrize(
    ("encoder", "intent"),
    [
        (Encoder(), Intent.ANSWER),
        (Encoder("another"), Intent.UNSURE),
        (Encoder(works=False), Intent.UNSURE),
        (None, Intent.UNSURE),
    ],
)
async def test_vectors_count_only_if_they_are_there_and_of_the_right_encoder(
    encoder: Encoder | None, intent: Intent
) -> None:
    reader = IntentReader(Sentences(encoder) if encoder else None, classifier(by_vector=Intent.ANSWER))
    reading = await reader.read("마당에 나와 있수다", _QUESTION)
    assert (reading.intent, reading.layer, reading.certain) == (intent, Layer.LIKENESS, False)


async def test_rules_win_over_the_learned_layer() -> None:
    reader = IntentReader(Sentences(Encoder()), classifier(by_vector=Intent.ANSWER))
    reading = await reader.read("사람 바꿔 주세요", _QUESTION)
    assert (reading.intent, reading.layer, reading.certain) == (Intent.WANT_HUMAN, Layer.RULES, True)


async def test_the_floor_asks_nobody() -> None:
    encoder = Encoder()
    reader = IntentReader(Sentences(encoder), classifier(by_vector=Intent.ANSWER))
    reading = await reader.read("끊을게요 나 죽고 싶어요", _QUESTION)
    assert (reading.intent, reading.danger, reading.layer) == (Intent.DANGER, DangerKind.SELF_HARM, Layer.RULES)
    assert encoder.encoded == []


async def test_the_learned_layer_adds_dangers_that_the_floor_does_not_know() -> None:
    reader = IntentReader(None, classifier(by_vector=Intent.ANSWER, danger=1.0))
    reading = await reader.read("숨이 좀 그렇수다", _QUESTION)
    assert (reading.intent, reading.danger, reading.layer) == (Intent.DANGER, DangerKind.FIRE, Layer.LIKENESS)


@pytest.mark.parametrize("text", ["죽고 싶은 생각은 없어요", "상담원 바꿔 주세요", "마당에 나와 있수다"])
async def test_what_rules_know_better_takes_more_than_a_suspicion(text: str) -> None:
    suspicious = IntentReader(None, classifier(by_vector=Intent.ANSWER, danger=1.0))
    sure = IntentReader(None, classifier(by_vector=Intent.ANSWER, danger=4.0))
    assert (await suspicious.read(text, _QUESTION)).intent is not Intent.DANGER
    assert (await sure.read(text, _QUESTION)).intent is Intent.DANGER


@pytest.mark.parametrize(
    ("context", "text", "intent"),
    [
        ("식사는 하셨어요?", "네", Intent.YES),
        ("통화 내용은 기록됩니다.", "네", Intent.BACKCHANNEL),
        ("통화 내용은 기록됩니다.", "예에 그렇구만", Intent.BACKCHANNEL),
        ("지금도 무릎이 아프세요?", "이제 안 아파", Intent.NO),
        ("지금도 무릎이 아프세요?", "아직도 아파", Intent.YES),
        ("전기요금은 내셨어요?", "못 냈어요", Intent.NO),
        ("안내 문자를 보내 드릴까요?", "괜찮아요", Intent.NO),
        ("지금 통화 괜찮으세요?", "괜찮아요", Intent.YES),
        ("지금 통화 괜찮으세요?", "운전 중이에요", Intent.CALL_BACK_LATER),
        ("김순자 님 맞으세요?", "저는 딸인데요", Intent.WRONG_PERSON),
        ("연세가 어떻게 되세요?", "그건 말하기 싫어요", Intent.REFUSE_QUESTION),
        ("연세가 어떻게 되세요?", "글쎄요", Intent.UNSURE),
        ("병원은 언제 다녀오셨어요?", "지난주 화요일에요", Intent.ANSWER),
        ("식사는 하셨어요?", "야 이 미친놈아", Intent.ABUSE),
    ],
)
async def test_what_ships_understands_without_an_encoder(context: str, text: str, intent: Intent) -> None:
    assert (await IntentReader(None).read(text, asked_in(context))).intent is intent


@pytest.mark.parametrize(
    "text",
    [
        "고객이 전화를 받을 수 없어 삐 소리 후 소리샘으로 연결됩니다",
        "지금 거신 번호는 없는 번호입니다",
        "음성 사서함으로 연결되오니 삐 소리 후 메시지를 남겨 주세요",
    ],
)
async def test_machines(text: str) -> None:
    assert (await IntentReader(None).read(text, _STATEMENT)).intent is Intent.MACHINE


@pytest.mark.parametrize("text", ["국제전화입니다. 해외에서 걸려 온 전화입니다.", "해외에서 걸려온 전화입니다"])
async def test_carriers(text: str) -> None:
    assert (await IntentReader(None).read(text, _STATEMENT)).intent is Intent.CARRIER_NOTICE


async def test_who_asks_about_the_carriers_notice_is_a_person() -> None:
    assert (await IntentReader(None).read("이거 국제전화예요?", _STATEMENT)).intent is not Intent.CARRIER_NOTICE


@pytest.mark.parametrize(
    "text",
    [
        "시청해주셔서 감사합니다",
        "MBC 뉴스 김철수입니다",
        "구독과 좋아요 부탁드립니다",
        "한글자막 by 박진희",
        "ㅋㅋㅋ",
        "갸 드르 느 사으",
        "으 크 즈 르르",
    ],
)
async def test_noise_that_became_words(text: str) -> None:
    assert (await IntentReader(None).read(text, _QUESTION)).intent is Intent.NO_MATCH


@pytest.mark.parametrize(
    "text", ["1948년 3월 12일", "네 좀 아파요", "그게 맞나 나도 잘 모르겄어", "밥 잘 먹고 잠 잘 자"]
)
async def test_short_words_are_no_noise(text: str) -> None:
    assert (await IntentReader(None).read(text, _QUESTION)).intent is not Intent.NO_MATCH


def test_every_utterance_has_as_many_features() -> None:
    widths = {
        (len(clues(text, asked)), len(notions(text)), len(pieces(text)))
        for text in ("", "네", "가" * 5000)
        for asked in (_STATEMENT, _QUESTION)
    }
    assert len(widths) == 1


def test_pieces_are_of_one_length_whatever_was_said() -> None:
    assert {
        round(float(np.linalg.norm(pieces(text))), 3) for text in ("네", "아무 말이나 길게 해 봅니다", "가" * 5000)
    } == {6.0}


def test_the_shipped_weights_fit_the_features() -> None:
    shipped = Classifier.shipped()
    guess = shipped.guess("네", _QUESTION, None)
    assert shipped.encoder == "multilingual-e5-small-q4:query"
    assert 0 <= guess.share <= 1
    assert 0 <= guess.danger <= 1


@pytest.mark.parametrize(
    ("text", "danger", "noticed"),
    [("숨이 좀 그렇수다", 1.0, True), ("집주인이 방을 빼래요", 1.0, False), ("집주인이 방을 빼래요", 9.0, True)],
)
async def test_what_only_sounds_like_danger_must_be_all_but_certain(text: str, danger: float, noticed: bool) -> None:
    reader = IntentReader(None, classifier(by_vector=Intent.ANSWER, danger=danger))
    assert ((await reader.read(text, _QUESTION)).intent is Intent.DANGER) is noticed
