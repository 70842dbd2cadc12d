import json
from pathlib import Path

import pytest

from sandbox.payloads import example_callee, example_payload
from sandbox.script import ScriptError, load_script, parse_script

CALLEES = sorted((Path(__file__).parents[2] / "e2e" / "callees").glob("*.json"))

EXAMPLE = """
{ "answers": "human",
  "voice": {"pitch": 40, "speed": 120}, "noise_snr_db": 20,
  "turns": [ {"say": "여보세요?"}, {"silence": 12}, {"dtmf": "1"}, {"say": "아니요", "after": 1.5}, {"noise": 2.0}, {"hangup": true} ],
  "when":  [ {"heard": "누구|본인", "say": "네, 제가 홍길동이에요", "times": 1}, {"heard": "불편", "interrupt_after": 0.8, "say": "잠깐만요"} ],
  "otherwise": "네" }
"""  # noqa: E501 - word for word from the design


def test_the_example_of_the_design_is_understood():
    script = parse_script(EXAMPLE)
    assert [turn.silence for turn in script.turns] == [None, 12, None, None, None, None]
    assert script.turns[3].after == 1.5
    assert script.when[0].times == 1
    assert script.when[1].interrupt_after == 0.8
    assert script.otherwise == "네"


def test_everything_has_a_default():
    script = parse_script("{}")
    assert (script.answers, script.turns, script.when, script.otherwise) == ("human", (), (), None)
    assert (script.operator, script.alarms) == ("answers", "acknowledged")


@pytest.mark.parametrize(
    ("callee", "fault"),
    [
        ({"answer": "human"}, r"answer: Extra inputs"),
        ({"answers": "robot"}, r"answers: Input should be 'human', 'voicemail'"),
        ({"voice": {"pitch": 101}}, r"voice\.pitch: .* less than or equal to 100"),
        ({"voice": {"speed": "fast"}}, r"voice\.speed: .*integer"),
        ({"turns": [{"say": "네"}, {"silence": 1, "say": "네"}]}, r"turns\[1\]: .*exactly one of .* has say, silence"),
        ({"turns": [{}]}, r"turns\[0\]: .*has none"),
        ({"turns": [{"after": 2.0}]}, r"turns\[0\]: .*has none"),
        ({"turns": [{"dtmf": "A"}]}, r"turns\[0\]\.dtmf"),
        ({"turns": [{"hangup": False}]}, r"turns\[0\]\.hangup"),
        ({"turns": [{"silence": -1}]}, r"turns\[0\]\.silence"),
        ({"turns": [{"say": "네", "times": 1}]}, r"turns\[0\]\.times: Extra inputs"),
        ({"when": [{"say": "네"}]}, r"when\[0\]\.heard: Field required"),
        ({"when": [{"heard": "(", "say": "네"}]}, r"when\[0\]\.heard: .*no regular expression"),
        ({"when": [{"heard": "네", "say": "네", "times": 0}]}, r"when\[0\]\.times"),
        ({"noise_snr_db": "loud"}, r"noise_snr_db"),
        ({"otherwise": ""}, r"otherwise"),
        ({"operator": "sleeps"}, r"operator: Input should be 'answers', 'busy' or 'no-answer'"),
        ({"alarms": "ignored"}, r"alarms: Input should be 'acknowledged', 'taken' or 'refused'"),
        ([], r"callee: "),
    ],
)
def test_a_fault_is_told_by_the_field_s_name(callee, fault):
    with pytest.raises(ScriptError, match=fault):
        parse_script(json.dumps(callee))


def test_no_json_and_no_file_are_told(tmp_path):
    with pytest.raises(ScriptError, match="JSON"):
        parse_script("{")
    with pytest.raises(ScriptError, match=r"missing\.json: No such file"):
        load_script(tmp_path / "missing.json")
    (tmp_path / "bad.json").write_text('{"x": 1}')
    with pytest.raises(ScriptError, match=r"bad\.json: x: Extra"):
        load_script(tmp_path / "bad.json")


@pytest.mark.parametrize("path", CALLEES, ids=lambda path: path.stem)
def test_the_end_to_end_callees_are_sound(path):
    load_script(path)


def test_there_is_a_callee_for_every_way_to_answer():
    assert {load_script(path).answers for path in CALLEES} == {
        "human", "voicemail", "busy", "no-answer", "reject", "fail", "carrier-notice",
    }  # fmt: skip


def test_the_packaged_payload_is_what_the_backend_would_send():
    payload = json.loads(example_payload())
    assert len(payload["question_list"]) >= 4
    assert all(question["expected_answer"] for question in payload["question_list"])
    vulnerabilities = payload["vulnerabilities"]
    assert vulnerabilities["risk_list"][0]["risk_index_list"]
    assert vulnerabilities["desire_list"][0]["desire_type"]
    assert len(payload["faq_list"]) >= 5
    for question in payload["question_list"]:
        for answer in question["expected_answer"]:
            for code in answer["response_type_list"]:
                assert 1 <= code["response_index"] <= {0: 6, 1: 8, 2: 11, 3: 2}[code["response_type"]]


def test_the_packaged_callee_asks_back_once_and_is_silent_once():
    script = example_callee()
    assert [reaction.times for reaction in script.when if reaction.say == "누구세요?"] == [1]
    assert [reaction.times for reaction in script.when if reaction.silence] == [1]
