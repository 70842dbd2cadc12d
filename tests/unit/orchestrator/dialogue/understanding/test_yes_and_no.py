"""Yes and no that are said by the question's predicate, or follow from what is said instead."""

from __future__ import annotations

import pytest

from orchestrator.dialogue.understanding.asked import asked_in
from orchestrator.dialogue.understanding.assertions import as_meant, asserted, is_rhetorical
from orchestrator.dialogue.understanding.entailments import entailed
from orchestrator.dialogue.understanding.rules import implied
from orchestrator.dialogue.utterance import Intent

_YES, _NO, _OPEN = 1, -1, 0


@pytest.mark.parametrize(
    ("question", "text", "sign"),
    [
        ("약은 드셨어요?", "먹었지 그럼", _YES),
        ("약은 드셨어요?", "아직 안 먹었는데", _NO),
        ("약은 드셨어요?", "먹었어 아니 가만 안 먹었네", _NO),
        ("약은 드셨어요?", "먹긴 먹었는데 또 아파", _YES),
        ("약은 드셨어요?", "먹기는 뭘 먹어", _NO),
        ("약은 드셨어요?", "왜 안 먹어", _YES),
        ("약은 드셨어요?", "먹으면 속이 쓰려", _OPEN),
        ("약은 드셨어요?", "먹어야지", _OPEN),
        ("약은 드셨어요?", "먹을라고 꺼내 놨어", _OPEN),
        ("병원에는 다녀오셨어요?", "갈라고 했는데 비가 와서 못 갔어", _NO),
        ("낮잠도 주무세요?", "낮잠 자면 밤에 못 자니까 안 자요", _NO),
        ("목욕은 혼자 하실 수 있으세요?", "할 수 있고말고요", _YES),
        ("불편하신 데는 없으세요?", "없어요", _YES),
        ("불편하신 데는 없으세요?", "왜 없어", _NO),
        ("생활비는 부족하지 않으세요?", "부족하다마다", _NO),
        ("복지 서비스를 신청하신 적 있으세요?", "작년 봄에 했어", _YES),
        ("치매 검사를 받아 보신 적 있으세요?", "받아 봤지 정상이래", _YES),
        ("청소는 직접 하세요?", "딸이 와서 해 줘", _OPEN),
        ("자녀분들이 자주 찾아오세요?", "큰애는 자주 오고 작은애는 안 오고", _OPEN),
        ("고기는 드세요?", "생선은 먹는데 육고기는 소화가 안돼", _OPEN),
        ("경로당에는 가세요?", "장날에만 가", _OPEN),
        ("도시락을 신청해 드릴까요?", "나 혼자 해 먹을 수 있어요", _OPEN),
        ("혼자 계시나요?", "영감이랑 같이 있어", _OPEN),
    ],
)
def test_the_predicate_is_affirmed_or_denied(question: str, text: str, sign: int) -> None:
    assert asserted(text, question) == sign


@pytest.mark.parametrize(
    ("question", "text", "sign"),
    [
        ("잠은 잘 주무세요?", "눕자마자 곯아떨어져", _YES),
        ("잠은 잘 주무세요?", "밤새 뒤척이다 말아", _NO),
        ("식사를 거르실 때가 있나요?", "세끼 꼭꼭 챙겨", _NO),
        ("지금도 무릎이 아프세요?", "인자 안 쑤셔", _OPEN),
        ("생활비는 넉넉하세요?", "턱없이 모자라", _NO),
        ("생활비가 부족하세요?", "턱없이 모자라", _YES),
        ("생활비는 부족하지 않으세요?", "턱없이 모자라", _NO),
        ("방은 따뜻하세요?", "낮에는 따뜻하고 새벽엔 썰렁해", _OPEN),
        ("우울하거나 기운이 없으세요?", "눈물이 나", _OPEN),
        ("취미가 있으세요?", "눈물이 나", _OPEN),
    ],
)
def test_what_is_said_instead_entails_yes_or_no(question: str, text: str, sign: int) -> None:
    assert entailed(text, question) == sign


@pytest.mark.parametrize(
    ("question", "text", "intent"),
    [
        ("운동은 하고 계세요?", "네 해야 되는데 통 못 하고 있어", Intent.NO),
        ("약은 빠뜨리지 않고 드시나요?", "예 약은 안 빠뜨려요", Intent.YES),
        ("약은 거르지 않고 드세요?", "하루도 빼먹는 법이 없어", Intent.YES),
        ("월세는 밀리지 않고 내고 계세요?", "밀렸어요 이번 달 거를", Intent.NO),
        ("우울하지는 않으세요?", "우울해요 요새 통 웃을 일이 없어", Intent.NO),
        ("눈이 침침하지는 않으세요?", "안 침침해 신문도 봐", Intent.YES),
        ("학원은 보내고 계세요?", "돈이 있어야 보내죠", Intent.NO),
        ("지팡이를 쓰세요?", "지팡이 없이는 한 발짝도 못 떼", Intent.YES),
        ("무슨 소리가 들리는데 괜찮으세요?", "괜찮아요 물 끓는 소리여", Intent.YES),
        ("겨울옷이나 이불은 충분하세요?", "충분허지 장롱에 그득혀", Intent.YES),
        ("약은 드셨어요?", "먹어도 돼요?", None),
        ("약은 드셨어요?", "아니 먹었지", None),
        ("언제 드셨어요?", "아까 먹었지", None),
        ("약은 드셨어요?", "먹었는지 모르겠어", None),
    ],
)
def test_only_what_leaves_no_doubt_is_implied(question: str, text: str, intent: Intent | None) -> None:
    assert implied(text, asked_in(question)) is intent


def test_what_is_written_by_ear_is_read_as_meant() -> None:
    assert as_meant("그런 적 업씁니다 갠차나") == "그런 적 없습니다 괜찮아"


def test_a_rhetorical_question_asks_nothing() -> None:
    assert is_rhetorical("왜 없어")
    assert is_rhetorical("자기는 무슨 날밤을 까는데")
    assert not is_rhetorical("왜 물어봐요")
