"""An institution's own file, over the default one."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.institution.file import InvalidInstitution, load_institution
from orchestrator.dialogue.interview.plan_making import make_plan
from orchestrator.domain.codes import ResponseCode, ResponseType
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.plan import StepKind
from tests.fakes.consultations import brief

IDENTITY = """
[[steps]]
kind = "identity"
asks = ["{name} 님이세요?"]
"""


def load(tmp_path: Path, content: str, **options: str):
    file = tmp_path / "institution.toml"
    file.write_text(content, encoding="utf-8")
    return load_institution(file, **options)


def test_the_default_has_everything_the_contract_asks_for() -> None:
    default = load_institution()
    assert [step.kind for step in default.steps] == [kind for kind in StepKind]  # noqa: C416 - in this very order
    assert set(default.wording.dangers) == set(DangerKind)
    assert all(len(step.asks) <= 3 for step in default.steps)
    assert default.questions


def test_what_a_file_leaves_out_stays_as_it_is(tmp_path: Path) -> None:
    default = load_institution()
    own = load(tmp_path, 'version = "seoul-1"\n[wording]\ngoodbye = "들어가세요."\n')
    assert (own.wording.version, own.wording.goodbye) == ("seoul-1", "들어가세요.")
    assert own.wording.acknowledged == default.wording.acknowledged
    assert own.steps == default.steps


def test_one_wording_may_stand_where_there_may_be_several(tmp_path: Path) -> None:
    assert load(tmp_path, '[wording]\nacknowledged = "네."').wording.acknowledged == ("네.",)


def test_its_name_goes_into_greeting_and_answers(tmp_path: Path) -> None:
    own = load(tmp_path, 'institution = "은평구청"')
    assert own.wording.greeting.startswith("안녕하세요. 은평구청의")
    assert "은평구청" in own.questions[0].answer
    assert load(tmp_path, 'institution = "은평구청"', name="마포구청").wording.institution == "마포구청"


def test_its_steps_are_its_own(tmp_path: Path) -> None:
    own = load(
        tmp_path,
        IDENTITY
        + """
[[steps]]
kind = "question"
text = "백신 맞으셨어요?"
asks = ["{text}", "{short} {options}"]
expected_answers = [{ text = "맞았어요" }, { text = "안 맞았어요", responses = [{ type = 2, index = 2 }] }]
""",
    )
    plan = make_plan(brief(), own)
    assert [step.subject for step in plan.steps] == ["identity", "own_questions[0]"]
    question = plan.steps[1]
    assert question.asks[0] == "백신 맞으셨어요?"
    assert "'맞았어요', 일 번" in question.asks[1]
    assert question.expected_answers[1].responses == (ResponseCode(ResponseType.DESIRE, 2),)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ("version = 1 2", "line 1"),
        ('greeting = "여보세요. 복지관입니다."', "greeting"),
        ('greeting = "인공지능 {name}입니다"', "greeting"),
        ("rounds = 9", "rounds"),
        ("colour = 1", "colour"),
        ('[wording]\ngoodbye = ["안녕"]', "wording.goodbye"),
        ('[wording]\nno_input = ""', "wording.no_input"),
        ('[wording]\nhello = "네"', "wording.hello"),
        ('[[steps]]\nkind = "good_time"\nasks = ["괜찮으세요?"]', "identity"),
        ('[[steps]]\nkind = "weather"\nasks = ["?"]', "steps.0.kind"),
        ('[[steps]]\nkind = "identity"\nasks = []', "steps.0.asks"),
        ('[[steps]]\nkind = "identity"\nasks = ["{content}?"]', "steps.0"),
        ('[[steps]]\nkind = "problem"\nasks = ["{content}?"]' + IDENTITY, "problem must come after identity"),
        (IDENTITY + '[[steps]]\nkind = "urgency"\nasks = ["급하세요?"]', "expected_answers"),
        (IDENTITY + IDENTITY, "more than once"),
        ('[dangers.flood]\nwords = "피하세요"\nafter = "end"', "dangers.flood"),
        ('[dangers.fire]\nwords = "피하세요"\nafter = "wait"', "dangers.fire.after"),
        ('[[questions]]\nquestion = "누구세요?"', "questions.0.answer"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, content: str, field: str) -> None:
    with pytest.raises(InvalidInstitution) as caught:
        load(tmp_path, content)
    assert field in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidInstitution, match=r"nowhere\.toml: FileNotFoundError"):
        load_institution(tmp_path / "nowhere.toml")


def test_every_round_has_its_own_steps() -> None:
    default = load_institution()
    subjects = [step.subject for step in make_plan(brief(), default).steps]
    assert [subject for subject in subjects if subject.startswith("help")] == ["help[0]", "help[1]", "help[2]"]
    first, second, third = (step for step in make_plan(brief(), default).steps if step.kind is StepKind.ANYTHING_ELSE)
    assert first.asks != second.asks == third.asks
