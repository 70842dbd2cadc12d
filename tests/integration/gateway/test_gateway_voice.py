"""The webhooks of a live call, from HTTP to gRPC and back to TwiML."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import grpc
import pytest

from calling.v1 import call_service_pb2 as pb
from gateway.app import start
from gateway.twilio_voice import MAX_RETRIES
from gateway.twiml import APOLOGY, ONE_MOMENT
from tests.fakes.orchestrator_servicers import Delay, Failure, fake_orchestrator
from tests.integration.gateway.conftest import served
from tests.integration.gateway.gateway_client import CALL_SID, CONSULTATION, DEADLINES, PUBLIC, Client, settings

VOICE = f"/twilio/voice?consultation={CONSULTATION}"
RECORDING = f"/twilio/recording?consultation={CONSULTATION}&turn=2"
RE = "RE" + "a" * 32
RECORDED = {"RecordingSid": RE, "RecordingUrl": f"https://api.twilio.com/x/Recordings/{RE}", "RecordingDuration": "4"}
FOUR_SECONDS = pb.Recording(recording_sid=RE, duration={"seconds": 4})


def listening(turn: int = 2) -> pb.Reply:
    reply = pb.Reply(prompts=[pb.Prompt(text="안녕하세요.", audio_token="tok-1")])
    reply.listen.turn_number = turn
    reply.listen.silence_timeout.nanos = 2_500_000_000 % 10**9
    reply.listen.silence_timeout.seconds = 2
    reply.listen.max_length.seconds = 60
    return reply


def answered(turn: int = 2) -> pb.AnswerCallResponse:
    return pb.AnswerCallResponse(reply=listening(turn))


def taken(turn: int = 4) -> pb.TakeTurnResponse:
    return pb.TakeTurnResponse(reply=listening(turn))


@pytest.mark.parametrize("prefix", ["", "/api"])
async def test_answered_call_plays_then_records(client: Client, orchestrator, prefix):
    orchestrator.on("AnswerCall", answered())
    answer = await client.webhook(prefix + VOICE)
    assert answer.verbs == ["Play", "Record", "Redirect"]
    assert answer.verb("Play").text.partition("#")[0] == f"{PUBLIC}/audio/tok-1.wav"
    record = answer.verb("Record").attrib
    action = record.pop("action")
    assert action.partition("#")[0] == f"{PUBLIC}/twilio/recording?consultation={CONSULTATION}&turn=2"
    assert record == {
        "method": "POST", "playBeep": "false", "timeout": "3", "maxLength": "60",
        "finishOnKey": "1234567890*#", "trim": "do-not-trim",
    }  # fmt: skip
    redirect = answer.verb("Redirect").text
    assert redirect.partition("#")[0] == f"{PUBLIC}/twilio/recording?consultation={CONSULTATION}&turn=2&silence=1"
    request = orchestrator.requests("AnswerCall")[0]
    assert (request.consultation_id, request.call_sid) == (CONSULTATION, CALL_SID)


async def test_the_greeting_waits_for_the_carrier(client: Client, orchestrator):
    answer = await client.webhook(f"{VOICE}&pause=5")
    assert answer.verbs == ["Pause", "Redirect"]
    assert answer.verb("Pause").attrib == {"length": "5"}
    assert answer.verb("Redirect").text.partition("#")[0] == PUBLIC + VOICE
    assert orchestrator.requests("AnswerCall") == []


async def test_fallback_url_is_an_answer_too(client: Client, orchestrator):
    orchestrator.on("AnswerCall", answered())
    answer = await client.webhook(VOICE + "&fallback=1", ErrorCode="11200")
    assert answer.verbs == ["Play", "Record", "Redirect"]


async def test_recording_is_handed_over(client: Client, orchestrator):
    orchestrator.on("TakeTurn", taken())
    answer = await client.webhook(RECORDING, **RECORDED)
    assert answer.verbs == ["Play", "Record", "Redirect"]
    request = orchestrator.requests("TakeTurn")[0]
    assert (request.consultation_id, request.call_sid, request.turn_number) == (CONSULTATION, CALL_SID, 2)
    assert request.recording.recording_sid == RE
    assert request.recording.duration.seconds == 4
    received = orchestrator.received["TakeTurn"][0]
    assert received.metadata["x-request-id"] == answer.headers["X-Request-Id"]
    assert received.seconds_left <= DEADLINES.turn + 0.1  # two clocks


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (RECORDED, pb.TakeTurnRequest(recording=FOUR_SECONDS)),
        (
            {"RecordingUrl": RECORDED["RecordingUrl"], "RecordingDuration": "300"},
            pb.TakeTurnRequest(recording=pb.Recording(recording_sid=RE, duration={"seconds": 300})),
        ),
        (RECORDED | {"Digits": "hangup"}, pb.TakeTurnRequest(recording=FOUR_SECONDS)),
        ({"Digits": "480312"}, pb.TakeTurnRequest(digits="480312")),
        (RECORDED | {"Digits": "#"}, pb.TakeTurnRequest(digits="#")),
        (RECORDED | {"RecordingDuration": "0"}, pb.TakeTurnRequest(silence=pb.Silence())),
        (RECORDED | {"RecordingDuration": "-1"}, pb.TakeTurnRequest(silence=pb.Silence())),
        ({"RecordingUrl": RECORDED["RecordingUrl"]}, pb.TakeTurnRequest(silence=pb.Silence())),
        ({}, pb.TakeTurnRequest(silence=pb.Silence())),
        (RECORDED | {"SomethingNew": "x"}, pb.TakeTurnRequest(recording=FOUR_SECONDS)),
    ],
)  # fmt: skip
async def test_what_the_callee_did(client: Client, orchestrator, fields, expected):
    orchestrator.on("TakeTurn", taken())
    await client.webhook(RECORDING, **fields)
    expected.consultation_id, expected.call_sid, expected.turn_number = CONSULTATION, CALL_SID, 2
    assert orchestrator.requests("TakeTurn") == [expected]


async def test_keys_that_follow_the_one_which_ended_a_recording_belong_to_it(client: Client, orchestrator):
    orchestrator.on("TakeTurn", taken())
    answer = await client.webhook(RECORDING, **(RECORDED | {"Digits": "1"}))
    assert answer.verbs == ["Gather", "Redirect"]
    assert orchestrator.requests("TakeTurn") == []
    await client.follow(answer.verb("Gather").attrib["action"], Digits="9480312", FinishedOnKey="#")
    await client.follow(answer.verb("Redirect").text)
    assert [request.digits for request in orchestrator.requests("TakeTurn")] == ["19480312", "1"]


async def test_silence_redirect(client: Client, orchestrator):
    orchestrator.on("AnswerCall", answered())
    orchestrator.on("TakeTurn", taken())
    first = await client.webhook(VOICE)
    await client.follow(first.verb("Redirect").text)
    assert orchestrator.requests("TakeTurn")[0].WhichOneof("input") == "silence"


async def test_hang_up_without_a_word_asks_nothing(client: Client, orchestrator):
    answer = await client.webhook(RECORDING, Digits="hangup", RecordingDuration="0", RecordingSid=RE)
    assert answer.verbs == ["Hangup"]
    assert orchestrator.requests("TakeTurn") == []


WAITING = pb.Reply(prompts=[pb.Prompt(text="네, 잠시만요.", audio_token="filler")], wait=pb.Wait(turn_number=2))


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (RECORDED, pb.TakeTurnRequest(recording=FOUR_SECONDS)),
        ({"Digits": "480312"}, pb.TakeTurnRequest(digits="480312")),
        ({}, pb.TakeTurnRequest(silence=pb.Silence())),
    ],
)
async def test_wait_plays_the_filler_and_says_again_what_is_to_be_answered(
    client: Client, orchestrator, form: dict[str, str], said: pb.TakeTurnRequest
):
    lost = Failure(grpc.StatusCode.DEADLINE_EXCEEDED)
    orchestrator.on("TakeTurn", pb.TakeTurnResponse(reply=WAITING), lost, taken())
    answer = await client.webhook(RECORDING, **form)
    assert answer.verbs == ["Play", "Redirect"]
    postponed = await client.follow(answer.verb("Redirect").text)
    again = await client.follow(postponed.verb("Redirect").text)
    assert again.verbs == ["Play", "Record", "Redirect"]
    for asked in orchestrator.requests("TakeTurn")[1:]:
        assert (asked.turn_number, asked.waited) == (2, True)
        assert asked.WhichOneof("input") == said.WhichOneof("input")
        assert getattr(asked, asked.WhichOneof("input")) == getattr(said, said.WhichOneof("input"))


async def test_after_a_wait_it_is_said_again_how_putting_through_ended(client: Client, orchestrator):
    orchestrator.on("TakeTurn", pb.TakeTurnResponse(reply=WAITING), taken())
    answer = await client.webhook(HANDOVER, DialCallStatus="no-answer")
    await client.follow(answer.verb("Redirect").text)
    asked = orchestrator.requests("TakeTurn")[1]
    assert (asked.turn_number, asked.waited, asked.hand_over_end.answered) == (2, True, False)


async def test_goodbye_is_proven_before_the_hang_up(client: Client, orchestrator):
    goodbye = pb.Reply(prompts=[pb.Prompt(text="안녕히 계세요.", audio_token="bye")], hang_up=pb.HangUp(turn_number=8))
    done = pb.Reply(hang_up=pb.HangUp())
    orchestrator.on("TakeTurn", pb.TakeTurnResponse(reply=goodbye), pb.TakeTurnResponse(reply=done))
    answer = await client.webhook(RECORDING, **RECORDED)
    assert answer.verbs == ["Play", "Redirect"]
    last = await client.follow(answer.verb("Redirect").text)
    assert last.verbs == ["Hangup"]
    assert orchestrator.requests("TakeTurn")[1].turn_number == 8


HANDOVER = f"/twilio/handover?consultation={CONSULTATION}&turn=8"


@pytest.mark.parametrize("prefix", ["", "/api"])
@pytest.mark.parametrize(("status", "answered"), [("completed", True), ("no-answer", False)])
async def test_putting_through_and_what_came_of_it(client: Client, orchestrator, prefix, status, answered):
    through = pb.Reply(
        prompts=[pb.Prompt(text="연결해 드릴게요.", audio_token="through", uninterruptible=True)],
        hand_over=pb.HandOver(phone="+8221234567", ring_timeout={"seconds": 24, "nanos": 1}, turn_number=8),
    )
    orchestrator.on("TakeTurn", pb.TakeTurnResponse(reply=through), taken())
    answer = await client.webhook(RECORDING, **RECORDED)
    assert answer.verbs == ["Play", "Dial"]
    dial = answer.verb("Dial")
    action = dial.attrib.pop("action").partition("#")[0]
    assert action == f"{PUBLIC}{HANDOVER}"
    assert dial.attrib == {"answerOnBridge": "true", "method": "POST", "timeout": "25"}
    assert [(noun.tag, noun.text) for noun in dial] == [("Number", "+8221234567")]
    again = await client.webhook(prefix + HANDOVER, DialCallStatus=status, DialCallSid="CA" + "b" * 32)
    assert again.verbs == ["Play", "Record", "Redirect"]
    request = orchestrator.requests("TakeTurn")[1]
    assert (request.turn_number, request.call_sid) == (8, CALL_SID)
    assert request.WhichOneof("input") == "hand_over_end"
    assert request.hand_over_end.answered is answered


async def test_hang_up_while_it_rings_asks_nothing(client: Client, orchestrator):
    answer = await client.webhook(HANDOVER, DialCallStatus="canceled", CallStatus="completed")
    assert answer.verbs == ["Hangup"]
    assert orchestrator.requests("TakeTurn") == []


async def test_what_came_of_it_survives_a_passing_failure(client: Client, orchestrator):
    orchestrator.on("TakeTurn", Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED"), taken())
    first = await client.webhook(HANDOVER, DialCallStatus="completed", DialBridged="true")
    assert first.verbs == ["Say", "Pause", "Redirect"]
    again = await client.follow(first.verb("Redirect").text)
    assert again.verbs == ["Play", "Record", "Redirect"]
    one, two = orchestrator.requests("TakeTurn")
    assert one == two
    assert two.hand_over_end.answered


async def test_prompt_without_audio_is_read_by_twilio(client: Client, orchestrator):
    reply = pb.Reply(prompts=[pb.Prompt(text="소리가 없습니다 <&>.")], hang_up=pb.HangUp())
    orchestrator.on("AnswerCall", pb.AnswerCallResponse(reply=reply))
    answer = await client.webhook(VOICE)
    assert answer.verbs == ["Say", "Hangup"]
    say = answer.verb("Say")
    assert say.text == "소리가 없습니다 <&>."
    assert say.attrib == {"language": "ko-KR", "voice": "Polly.Seoyeon"}


async def test_same_webhook_twice_is_the_same_turn_twice(client: Client, orchestrator):
    orchestrator.on("TakeTurn", taken())
    answers = [await client.webhook(RECORDING, **RECORDED) for _ in range(2)]
    assert answers[0].body == answers[1].body
    first, second = orchestrator.requests("TakeTurn")
    assert first == second


@pytest.mark.parametrize(
    "failure",
    [
        Failure(grpc.StatusCode.NOT_FOUND, "UNKNOWN_CALL"),
        Failure(grpc.StatusCode.NOT_FOUND, "CONSULTATION_NOT_FOUND"),
        Failure(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD", violations=(("call_sid", "is none"),)),
        Failure(grpc.StatusCode.FAILED_PRECONDITION, "WRONG_STATE"),
        Failure(grpc.StatusCode.ABORTED),
        Failure(grpc.StatusCode.INTERNAL, "INTERNAL"),
        Failure(grpc.StatusCode.UNIMPLEMENTED, "NOT_IMPLEMENTED"),
        Failure(grpc.StatusCode.UNKNOWN),
        Failure(grpc.StatusCode.DATA_LOSS),
        pb.TakeTurnResponse(),  # a reply that does not say what comes next
    ],
)
async def test_final_failure_is_an_apology_and_a_hang_up(client: Client, orchestrator, failure):
    orchestrator.on("TakeTurn", failure)
    answer = await client.webhook(RECORDING, **RECORDED)
    assert answer.verbs == ["Say", "Hangup"]
    assert answer.verb("Say").text == APOLOGY


@pytest.mark.parametrize(
    "failure",
    [
        Failure(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE", retry_seconds=1),
        Failure(grpc.StatusCode.UNAVAILABLE),
        Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED", retry_seconds=1),
        Failure(grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED"),
    ],
)
async def test_passing_failure_keeps_the_call_and_the_recording(client: Client, orchestrator, failure):
    await kept_alive(client, orchestrator, failure)


async def test_slow_turn_keeps_the_call_and_the_recording(impatient: Client, orchestrator):
    await kept_alive(impatient, orchestrator, Delay())


async def kept_alive(client: Client, orchestrator, failure) -> None:
    orchestrator.on("TakeTurn", failure)
    answer = await client.webhook(RECORDING, **RECORDED)
    assert answer.verbs == ["Say", "Pause", "Redirect"]
    assert answer.verb("Say").text == ONE_MOMENT
    assert answer.verb("Pause").attrib == {"length": "1"}
    orchestrator.on("TakeTurn", taken())
    before = len(orchestrator.requests("TakeTurn"))
    again = await client.follow(answer.verb("Redirect").text, Digits="")
    assert again.verbs == ["Play", "Record", "Redirect"]
    request = orchestrator.requests("TakeTurn")[before]
    assert request.turn_number == 2
    assert request.recording == FOUR_SECONDS


@pytest.mark.parametrize(
    ("path", "fields", "expected"),
    [
        (VOICE, {}, None),
        (VOICE + "&turn=6", {}, None),
        (RECORDING, {"Digits": "*"}, "digits"),
        (RECORDING + "&silence=1", {}, "silence"),
    ],
)
async def test_every_step_can_be_asked_again(client: Client, orchestrator, path, fields, expected):
    method = "AnswerCall" if path == VOICE else "TakeTurn"
    orchestrator.on(method, Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED"), taken())
    if method == "AnswerCall":
        orchestrator.on(method, Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED"), answered())
    first = await client.webhook(path, **fields)
    second = await client.follow(first.verb("Redirect").text)
    assert second.verbs == ["Play", "Record", "Redirect"]
    one, two = orchestrator.requests(method)
    assert one == two
    if expected:
        assert two.WhichOneof("input") == expected


async def test_patience_ends(client: Client, orchestrator):
    orchestrator.on("AnswerCall", Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED"))
    answer = await client.webhook(VOICE)
    spoken, tries = [], 0
    while "Redirect" in answer.verbs:
        spoken.append("Say" in answer.verbs)
        tries += 1
        assert parse_qs(urlsplit(answer.verb("Redirect").text).query)["retry"] == [str(tries)]
        answer = await client.follow(answer.verb("Redirect").text)
    assert spoken == [True, False] * 8
    assert answer.verb("Say").text == APOLOGY


async def test_a_long_try_is_silence_enough(orchestrator):
    async with served(orchestrator, replace(DEADLINES, turn=0.6)) as client:
        orchestrator.on("AnswerCall", Delay())
        answer = await client.webhook(VOICE)
        answer = await client.follow(answer.verb("Redirect").text)
        assert answer.verbs == ["Say", "Pause", "Redirect"]


async def test_url_that_names_no_step(client: Client, orchestrator):
    orchestrator.on("AnswerCall", answered())
    orchestrator.on("TakeTurn", taken())
    for path in (
        "/twilio/voice",
        "/twilio/voice?consultation=",
        VOICE + "&turn=x",
        VOICE + "&turn=0",
        VOICE + "&turn=-1",
        VOICE + "&turn=99999999999",
        f"/twilio/recording?consultation={CONSULTATION}",
        "/twilio/recording",
        f"/twilio/handover?consultation={CONSULTATION}",
        "/twilio/handover",
    ):
        answer = await client.webhook(path)
        assert answer.verb("Say").text == APOLOGY
    assert not orchestrator.requests("AnswerCall")
    assert not orchestrator.requests("TakeTurn")


async def test_form_without_call_sid(client: Client, orchestrator):
    answer = await client.webhook(VOICE, CallSid="")
    assert answer.verb("Say").text == APOLOGY
    assert not orchestrator.requests("AnswerCall")


async def test_bug_in_a_webhook_is_spoken_too(client: Client, monkeypatch):
    def broken(_webhook):
        raise RuntimeError("a bug")

    monkeypatch.setattr("gateway.call_step.CallStep.of", broken)
    answer = await client.webhook(VOICE)
    assert answer.verbs == ["Say", "Hangup"]


@pytest.mark.parametrize("reason", ["TURN_OUT_OF_ORDER", "CALL_TAKEN_OVER"])
async def test_lost_turn_goes_on_from_what_is_known(client: Client, orchestrator, reason: str):
    orchestrator.on("TakeTurn", Failure(grpc.StatusCode.ABORTED, reason))
    orchestrator.on("AnswerCall", answered())
    answer = await client.webhook(RECORDING, **RECORDED)
    assert answer.verbs == ["Redirect"]
    assert (await client.follow(answer.verb("Redirect").text)).verbs == ["Play", "Record", "Redirect"]
    assert len(orchestrator.requests("AnswerCall")) == 1


async def test_a_call_that_is_always_someone_elses_is_given_up(client: Client, orchestrator):
    orchestrator.on("AnswerCall", Failure(grpc.StatusCode.ABORTED, "CALL_TAKEN_OVER"))
    answer = await client.webhook(VOICE)
    asked = 1
    while answer.verbs == ["Redirect"]:
        answer = await client.follow(answer.verb("Redirect").text)
        asked += 1
    assert answer.verbs == ["Say", "Hangup"]
    assert asked == MAX_RETRIES + 1


async def test_orchestrator_restarts_in_mid_call(client: Client, orchestrator):
    """The gateway finds the orchestrator again by itself; the callee waits."""
    await client.gateway.stop()
    async with fake_orchestrator() as first:
        address = first.address
        first.on("AnswerCall", answered())
        client.gateway = await start(settings(address), DEADLINES)
        assert (await client.webhook(VOICE)).verbs == ["Play", "Record", "Redirect"]
    down = await client.webhook(RECORDING, **RECORDED)
    assert down.verbs == ["Say", "Pause", "Redirect"]
    async with fake_orchestrator(address) as second:
        second.on("TakeTurn", taken())
        answer = down
        for _ in range(8):
            answer = await client.follow(answer.verb("Redirect").text)
            if "Record" in answer.verbs:
                break
        assert answer.verbs == ["Play", "Record", "Redirect"]
        assert second.requests("TakeTurn")[0].recording.recording_sid == RE
