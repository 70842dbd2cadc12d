"""Whatever callees do, every interview ends, and its record holds together."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.dialogue.interview.course import most_turns
from orchestrator.dialogue.interview.plan_making import make_plan
from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import ExceptionCode, NeedHuman, ResponseCode, ResponseType, Result
from orchestrator.domain.consultation import State
from orchestrator.domain.problem import Problem
from orchestrator.domain.question import ExpectedAnswer, FrequentQuestion, Question
from orchestrator.domain.turn import CalleeInput, KeypadInput, SilenceInput, Speaker
from tests.fakes.institution import institution
from tests.fakes.language_model import ScriptedLanguageModel
from tests.unit.orchestrator.dialogue.scene import Scene, plain_brief
from tests.virtual_time import run

WORDS = [
    *("네", "예", "네 맞아요", "아니요", "아니에요", "응 그래", "글쎄요", "잘 모르겠어요", "그저 그래요", "음..."),
    *(
        "아직도 아파요",
        "이제 괜찮아요",
        "다 냈어요",
        "안 나았어요",
        "잘 먹어요",
        "못 먹어요",
        "가끔 굶어요",
        "열이 나요",
    ),
    *("누구세요", "이거 돈 드나요", "언제 와요", "보이스피싱 아니에요", "요즘 식사는 잘 하고 계세요?", "무료예요?"),
    *("뭐라고요", "다시 말씀해 주세요", "여보세요", "상담원 바꿔 주세요", "그건 비밀이에요", "넘어갑시다"),
    *(
        "없어요",
        "할 말 없어요",
        "쌀이 떨어졌어요",
        "고맙습니다",
        "",
        "...",
        "1941년 3월 2일",
        "죽고 싶어요",
        "숨을 못 쉬겠어요",
        "이 개새끼야",
        "돼지고기",
        "hello",
        "010-1234-5678",
    ),
    *(
        "흑흑, 아이고",
        "눈물이 나서 말을 못 하겠어요",
        "그... 저기... 뭐냐...",
        "우리 큰아들이 미국에 사는데 작년 가을에 왔다 갔어요",
    ),
    *("어머니 바꿔 드릴게요", "요양보호사 바꿔 줄게요", "저는 딸인데요 제가 대신 말씀드릴게요", "집은 따뜻하다니까요"),
    *(
        "아까 밥은 잘 먹는다고 했는데 사실은 자주 걸러요",
        "사나흘에 한 번은 장에 가지요",
        "얼마 내야 돼요",
        "뭘 하든지 괜찮아요",
    ),
    *("드라마에서 사람이 칼에 찔렸어요", "음력으로 정월 그믐이요"),
]
# These end a call; too many of them and no interview would get anywhere.
ENDINGS = ["내일 다시 걸어 주세요", "그런 사람 없어요", "이만 끊을게요", "지금 바빠요", "저는 아들인데요", "그만합시다"]
KEYS = ["1", "2", "3", "9", "0", "*", "#", "12"]

codes = st.one_of(
    *(st.integers(1, size).map(lambda index, table=table: ResponseCode(table, index))  # type: ignore[misc]
      for table, size in ((ResponseType.EXCEPTION, 4), (ResponseType.RISK, 8), (ResponseType.DESIRE, 11),
                          (ResponseType.IN_DEPTH, 2))),
)  # fmt: skip
questions = st.builds(
    Question,
    st.sampled_from(["식사는 하셨어요?", "집은 따뜻하세요?", "잠은 잘 주무세요?", "요즘 식사는 잘 하고 계세요?"]),
    st.lists(
        st.builds(ExpectedAnswer, st.sampled_from(["네", "아니요", "못 먹어요", "가끔 굶어요"]), st.tuples(codes)),
        max_size=3,
    ).map(tuple),
)
problems = st.builds(
    Problem,
    st.sampled_from([ResponseType.RISK, ResponseType.DESIRE]),
    st.just((1,)),
    st.sampled_from(["난방비", "말벗"]),
)
briefs = st.builds(
    lambda questions, problems, known: plain_brief(
        questions=tuple(questions), problems=tuple(problems), frequent_questions=known
    ),
    st.lists(questions, max_size=4),
    st.lists(problems, max_size=3),
    st.sampled_from([(), (FrequentQuestion("이거 돈 드나요?", "아니요, 무료예요."),)]),
)
words = st.sampled_from(WORDS)
acts = st.one_of(words, words, words, st.sampled_from(KEYS).map(KeypadInput), st.just(SilenceInput()))
calls = st.lists(st.one_of(*[acts] * 15, st.sampled_from(ENDINGS)), min_size=1, max_size=40)


async def play(scene: Scene, brief: Brief, call: list[str | CalleeInput], hang_up_after: int) -> None:
    await scene.ring(brief)
    for number in range(most_turns(make_plan(brief, scene.institution)) + 1):
        if scene.over:
            return
        if number == hang_up_after:
            await scene.hang_up()
            return
        act = call[number % len(call)]
        callee_input = scene.recording(act) if isinstance(act, str) else act
        key = scene.reply.next.turn_number
        reply = await scene.take(callee_input)
        assert await scene.take(SilenceInput(), turn=key) == reply, "the same turn again gives the same reply"
        await scene._follow(reply)
    raise AssertionError("the interview has no end")


@settings(max_examples=80, deadline=None)
@given(briefs, calls, st.integers(0, 200), st.booleans(), st.booleans())
def test_every_interview_ends_and_adds_up(
    brief: Brief, call: list[Any], hang_up_after: int, talks: bool, full: bool
) -> None:
    async def scenario() -> None:
        model = ScriptedLanguageModel("네, 그렇습니다.") if talks else None
        scene = Scene(language_model=model, institution=institution() if full else None)
        await play(scene, brief, call, hang_up_after)
        outcome = await scene.finish()
        record, turns = await scene.store.transcript(scene.id)
        plan = (await scene.store.load(scene.id))[0].plan

        assert [turn.number for turn in turns] == list(range(1, len(turns) + 1))
        assert record.turn_count == len(turns)
        assert record.state is (State.COMPLETED if outcome.exception is ExceptionCode.NONE else State.FAILED)
        agent_words = [turn.text for turn in turns if turn.speaker is Speaker.AGENT]
        assert agent_words == scene.said
        assert all(agent_words)

        asked_about = {step.subject for step in plan.steps if step.subject.startswith(("questions", "known"))}
        found = Counter(finding.subject for finding in outcome.findings)
        assert {subject: found[subject] for subject in asked_about} == dict.fromkeys(asked_about, 1)
        assert all(0 <= finding.ask_count <= 3 for finding in outcome.findings)
        said = {turn.number: turn.speaker for turn in turns}
        for finding in outcome.findings:
            assert finding.turn_number == 0 or said[finding.turn_number] is Speaker.CALLEE

        told = [turn.text for turn in turns if turn.speaker is Speaker.AGENT and turn.subject.startswith("known")]
        assert outcome.identified or not told
        assert set(outcome.solved).isdisjoint(outcome.found)
        assert len(outcome.solved) + len(outcome.remaining) == len(brief.problems) + len(outcome.found)
        assert (outcome.result is Result.NOT_POSSIBLE) == (outcome.exception is not ExceptionCode.NONE)
        assert outcome.result is not Result.FINE or outcome.need_human is NeedHuman.NO

        transcript = await scene.consultations.transcript(scene.id, after=0, limit=1000)
        heard = [(turn, transcript.heard(turn)) for turn in transcript.turns]
        assert all(words in {"", turn.text} and (turn.speaker is Speaker.AGENT or not words) for turn, words in heard)
        proven = [bool(words) for turn, words in heard if turn.speaker is Speaker.AGENT]
        assert proven == sorted(proven, reverse=True), "what was heard is the beginning of what was said"

    run(scenario())
