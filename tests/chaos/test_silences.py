import pytest

from sandbox.twilio.journal import ExecutedVerb
from tests.chaos.record import PhoneCall
from tests.chaos.silences import LONGEST_SILENCE, silences
from tests.chaos.test_laws import BY_TURNS, GREETING, IN_A_STREAM, played, verb


def longest(*verbs: ExecutedVerb) -> float:
    return max((seconds for _, seconds in silences(PhoneCall(sid="CA1", status="completed", verbs=verbs))), default=0.0)


def stream(ended: float, audio: list[list[float]], said: list[list[float]], **outcome: object) -> ExecutedVerb:
    return verb("Connect", 0.0, ended, audio_s=audio, said_s=said, heard=[], said=[], **outcome)


@pytest.mark.parametrize("call", [BY_TURNS, IN_A_STREAM])
def test_in_a_good_call_nobody_waits_long(call: PhoneCall):
    assert max(seconds for _, seconds in silences(call)) <= 0.5


@pytest.mark.parametrize(
    ("verbs", "seconds"),
    [
        pytest.param((played(9.0, 12.0, GREETING),), 9.0, id="before the first word"),
        pytest.param((verb("Record", 0, 5), played(12.0, 14.0, GREETING)), 7.0, id="after a recording"),
        pytest.param((played(0, 3, ""), verb("Pause", 3, 11), played(11, 12, "")), 8.0, id="a pause"),
        pytest.param((verb("Record", 0, 5), verb("Hangup", 13, 13)), 8.0, id="before the end"),
        pytest.param((stream(15, [[0, 3], [12, 14]], [[3.5, 4]]),), 8.0, id="after words on a stream"),
        pytest.param(
            (stream(4, [[0, 3]], [], failure=31921), played(13, 14, "")), 9.0, id="after a stream broke off"
        ),
        pytest.param(
            (stream(9, [[0, 3]], [[3.5, 4]], failure=31921), played(13, 14, "")), 9.0, id="from the callee's words on"
        ),
    ],
)  # fmt: skip
def test_waiting_for_us_is_silence(verbs: tuple[ExecutedVerb, ...], seconds: float):
    assert longest(*verbs) == pytest.approx(seconds)
    assert seconds > LONGEST_SILENCE


@pytest.mark.parametrize(
    "verbs",
    [
        pytest.param((played(0, 3, ""), verb("Record", 3, 60), played(60, 61, "")), id="a recording"),
        pytest.param((played(0, 3, ""), verb("Dial", 3, 60), verb("Hangup", 60, 60)), id="put through"),
        pytest.param((stream(16.5, [[0, 3], [15, 16]], [[14, 14.5]]),), id="a callee who thinks"),
    ],
)
def test_the_callees_own_silence_is_none(verbs: tuple[ExecutedVerb, ...]):
    assert longest(*verbs) <= LONGEST_SILENCE
