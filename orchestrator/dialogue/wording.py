"""Everything the agent says of itself, in one place: polite, short, one question a sentence, easy to follow by ear.

`{name}`, `{content}`, `{text}`, `{institution}` are filled in when the plan is made.
"""

from __future__ import annotations

from dataclasses import dataclass

Asks = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """An institution's words. Each tuple is a ladder: first, second, third time."""

    version: str = "ko-1"
    institution: str = "행복복지센터"

    greeting: str = (
        "안녕하세요. {institution}의 인공지능 상담원입니다. "
        "이 전화는 사람이 아니라 인공지능이 드리는 안부 전화입니다. "
        "통화 내용은 상담을 위해 기록됩니다."
    )
    good_time: Asks = (
        "지금 잠시 통화 괜찮으세요?",
        "지금 통화하셔도 될까요? 네, 아니요로 말씀해 주세요.",
        "통화가 괜찮으시면 일 번, 아니면 이 번을 눌러 주세요.",
    )
    identity: Asks = (
        "{name} 님 맞으신가요?",
        "혹시 {name} 님 본인이신가요? 네, 아니요로 말씀해 주세요.",
        "{name} 님이 맞으시면 일 번, 아니면 이 번을 눌러 주세요.",
    )
    problem: Asks = (
        "지난번에 말씀하신 일을 여쭤볼게요. {content}. 지금도 그러신가요?",
        "{content}. 아직도 힘드신가요? 네, 아니요로 말씀해 주세요.",
        "아직 힘드시면 일 번, 나아지셨으면 이 번을 눌러 주세요.",
    )
    human_wanted: Asks = (
        "아직 힘드신 일로 사람 상담원과 이야기하고 싶으세요?",
        "사람 상담원이 전화드리면 좋으시겠어요? 네, 아니요로 말씀해 주세요.",
        "상담원 전화를 원하시면 일 번, 아니면 이 번을 눌러 주세요.",
    )
    question: Asks = (
        "{text}",
        "다시 여쭤볼게요. {text}",
        "{text} 편하게 말씀해 주세요.",
    )
    question_examples: str = "{text} 예를 들면, {examples} 이렇게 말씀해 주세요."
    anything_else: Asks = (
        "더 하고 싶은 말씀이 있으세요?",
        "더 필요하신 것이 있으면 말씀해 주세요.",
        "없으시면 없다고 말씀해 주세요.",
    )
    anything_else_again: Asks = (
        "그 밖에 또 있으세요?",
        "또 하실 말씀이 있으면 말씀해 주세요.",
        "없으시면 없다고 말씀해 주세요.",
    )

    acknowledged: str = "네, 알겠습니다."
    solved: str = "네, 나아지셨다니 다행이에요."
    unsolved: str = "네, 아직 힘드시군요."
    noted: str = "네, 잘 들었습니다."
    refused_question: str = "네, 말씀 안 하셔도 괜찮아요."
    go_on: str = "네, 다음으로 넘어갈게요."
    tell_more: str = "네, 어떤 일인지 말씀해 주세요."
    human_noted: str = "네, 사람 상담원이 연락드리도록 전하겠습니다."
    repeat: str = "네, 다시 말씀드릴게요."
    no_input: Asks = ("제 말이 들리시나요?", "천천히 말씀하셔도 괜찮아요.")
    no_match: Asks = ("죄송해요, 잘 못 들었어요.", "제가 잘 알아듣지 못했어요.")
    unknown_answer: str = "그건 제가 정확히 알지 못해요. 담당자에게 꼭 전하겠습니다."
    filler: str = "네, 잠시만 기다려 주세요."

    goodbye: str = "오늘 말씀해 주셔서 고맙습니다. 건강하게 지내세요. 안녕히 계세요."
    goodbye_wrong_person: str = "네, 실례했습니다. 안녕히 계세요."
    goodbye_refused: str = "네, 알겠습니다. 전화 받아 주셔서 고맙습니다. 안녕히 계세요."
    goodbye_no_communication: str = "말씀이 잘 들리지 않아서 오늘은 여기서 마칠게요. 안녕히 계세요."
    goodbye_improper: str = "오늘은 여기서 마치겠습니다. 안녕히 계세요."
