"""CallService, as the gateway uses it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from calling.v1 import audio_pb2
from calling.v1 import call_service_pb2 as pb
from orchestrator.domain.consultation import State
from orchestrator.domain.errors import StoreUnavailable, TelephoneUnavailable
from tests.integration.orchestrator.served import Served, refused, serving, until
from tests.unit.orchestrator.dialogue.scene import Scene
from tests.unit.orchestrator.rpc.orders import start_request

Status = pb.ReportCallStatusRequest
Found = pb.ReportAnsweredByRequest
OTHER_CALL = "CA" + "f" * 32


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with serving(Scene()) as served:
        await served.start(start_request())
        yield served


async def answer(served: Served) -> pb.Reply:
    request = pb.AnswerCallRequest(consultation_id=served.scene.id, call_sid=served.scene.call_sid)
    return (await served.calls.AnswerCall(request)).reply


def report(served: Served, status: int, **fields: object) -> pb.ReportCallStatusRequest:
    return pb.ReportCallStatusRequest(
        consultation_id=served.scene.id,
        call_sid=served.scene.call_sid,
        call_status=status,
        **fields,  # type: ignore[arg-type]
    )


def found(served: Served, answered_by: int) -> pb.ReportAnsweredByRequest:
    return Found(consultation_id=served.scene.id, call_sid=served.scene.call_sid, answered_by=answered_by)


async def test_a_call_turn_by_turn(served: Served) -> None:
    for number, status in enumerate((Status.CALL_STATUS_INITIATED, Status.CALL_STATUS_RINGING)):
        await served.calls.ReportCallStatus(report(served, status, sequence_number=number))
    reply = await answer(served)
    assert ["인공지능" in prompt.text for prompt in reply.prompts] == [True, False]
    assert (reply.listen.turn_number, reply.listen.silence_timeout.seconds) == (3, 6)

    said = served.scene.recording("네")
    reply = await served.turn(3, recording={"recording_sid": said.recording_sid})
    assert "홍길동" in reply.prompts[0].text
    reply = await served.turn(5, silence={})
    assert reply.listen.turn_number == 7
    reply = await served.turn(7, digits="2")
    assert reply.WhichOneof("next") == "hang_up"
    assert reply.hang_up.turn_number == 9
    assert await served.turn(9) == pb.Reply(hang_up={"turn_number": 0})

    await served.calls.ReportCallStatus(report(served, Status.CALL_STATUS_COMPLETED, sip_response_code=200))
    assert (await served.scene.record()).state is State.SUMMARISING


async def test_every_webhook_may_come_twice(served: Served) -> None:
    assert await answer(served) == await answer(served)
    first, second = await asyncio.gather(served.turn(3, digits="1"), served.turn(3, digits="1"))
    assert first == second == await served.turn(3, silence={}) == await served.turn(3)
    assert len(await served.scene.turns()) == 4


async def test_audio_is_fetched_by_its_token(served: Served) -> None:
    token = (await answer(served)).prompts[0].audio_token
    response = await served.calls.GetAudio(pb.GetAudioRequest(audio_token=token))
    assert response.audio.startswith(b"RIFF")
    assert response.format == audio_pb2.AudioFormat(encoding=audio_pb2.AudioFormat.ENCODING_WAV, sample_rate_hertz=8000)
    assert response.etag


@pytest.mark.parametrize(("token", "code", "reason"), [
    ("unknown", "NOT_FOUND", "AUDIO_NOT_FOUND"),
    ("", "INVALID_ARGUMENT", "INVALID_FIELD"),
    ("x" * 201, "INVALID_ARGUMENT", "INVALID_FIELD"),
])  # fmt: skip
async def test_audio_that_is_not_there(served: Served, token: str, code: str, reason: str) -> None:
    refusal_ = await refused(served.calls.GetAudio(pb.GetAudioRequest(audio_token=token)))
    assert (refusal_.code, refusal_.reason) == (code, reason)


async def test_a_turn_out_of_order(served: Served) -> None:
    await answer(served)
    refusal_ = await refused(served.turn(5, silence={}))
    assert (refusal_.code, refusal_.reason) == ("ABORTED", "TURN_OUT_OF_ORDER")
    assert refusal_.metadata == {"expectedTurnNumber": "3"}


async def test_another_call(served: Served) -> None:
    await answer(served)
    served.scene.call_sid = OTHER_CALL
    for call in (
        answer(served),
        served.turn(3, silence={}),
        served.calls.ReportCallStatus(report(served, Status.CALL_STATUS_COMPLETED)),
        served.calls.ReportAnsweredBy(found(served, Found.ANSWERED_BY_HUMAN)),
    ):
        refusal_ = await refused(call)
        assert (refusal_.code, refusal_.reason) == ("NOT_FOUND", "UNKNOWN_CALL")


async def test_a_call_that_is_over(served: Served) -> None:
    await served.calls.ReportCallStatus(report(served, Status.CALL_STATUS_BUSY))
    refusal_ = await refused(answer(served))
    assert (refusal_.code, refusal_.reason) == ("FAILED_PRECONDITION", "WRONG_STATE")
    assert refusal_.metadata["state"] == "summarising"


WRONG_TURNS = {
    "call_sid": {"call_sid": "CA1"},
    "turn_number": {"turn_number": 0},
    "digits": {"digits": "hangup"},
    "recording.recording_sid": {"recording": {"recording_sid": "../secret"}},
    "recording.duration": {"recording": {"recording_sid": "RE" + "0" * 32, "duration": {"seconds": 10**15}}},
}


@pytest.mark.parametrize("field", WRONG_TURNS)
async def test_wrong_turns(served: Served, field: str) -> None:
    right = {"consultation_id": served.scene.id, "call_sid": served.scene.call_sid, "turn_number": 3}
    refusal_ = await refused(served.calls.TakeTurn(pb.TakeTurnRequest(**(right | WRONG_TURNS[field]))))
    assert (refusal_.reason, refusal_.fields) == ("INVALID_FIELD", [field])


WRONG_REPORTS = {
    "call_sid": {"call_sid": ""},
    "call_status": {"call_status": 0},
    "event_time": {"event_time": {"seconds": 10**15}},
    "call_duration": {"call_duration": {"seconds": -1}},
}


@pytest.mark.parametrize("field", WRONG_REPORTS)
async def test_wrong_reports(served: Served, field: str) -> None:
    right = {"consultation_id": served.scene.id, "call_sid": served.scene.call_sid, "call_status": 3}
    request = pb.ReportCallStatusRequest(**(right | WRONG_REPORTS[field]))
    refusal_ = await refused(served.calls.ReportCallStatus(request))
    assert (refusal_.reason, refusal_.fields) == ("INVALID_FIELD", [field])


async def test_a_status_that_this_version_does_not_know(served: Served) -> None:
    refusal_ = await refused(served.calls.ReportCallStatus(report(served, 99)))
    assert (refusal_.reason, refusal_.fields) == ("INVALID_FIELD", ["call_status"])


async def says_that_it_is_a_machine(served: Served) -> None:
    await answer(served)
    notice = served.scene.recording("삐 소리 후 메시지를 남겨 주세요")
    await served.turn(3, recording={"recording_sid": notice.recording_sid})


@pytest.mark.parametrize(("answered_by", "hung_up"), [("HUMAN", False), ("UNKNOWN", False), ("MACHINE", True)])
async def test_only_machines_are_hung_up_on(served: Served, answered_by: str, hung_up: bool) -> None:
    await says_that_it_is_a_machine(served)
    for _ in range(2):
        await served.calls.ReportAnsweredBy(found(served, Found.AnsweredBy.Value(f"ANSWERED_BY_{answered_by}")))
    assert bool(served.scene.telephone.hung_up) is hung_up
    assert (await served.scene.record()).progress.over is hung_up


async def test_a_machine_while_its_words_are_worked_on(served: Served) -> None:
    await says_that_it_is_a_machine(served)
    served.scene.hears.delay = 0.1
    turn = asyncio.create_task(served.turn(5, recording={"recording_sid": served.scene.recording("네").recording_sid}))
    await until(lambda: len(served.scene.hears.heard) == 2)
    await served.calls.ReportAnsweredBy(found(served, Found.ANSWERED_BY_MACHINE))
    assert await turn == pb.Reply(hang_up={})
    assert served.scene.speaks.spoken[3:] == []


async def test_a_machine_that_could_not_be_hung_up_on(served: Served) -> None:
    await says_that_it_is_a_machine(served)
    served.scene.telephone.error = TelephoneUnavailable()
    refusal_ = await refused(served.calls.ReportAnsweredBy(found(served, Found.ANSWERED_BY_MACHINE)))
    assert (refusal_.code, refusal_.reason, refusal_.retry) == ("UNAVAILABLE", "TELEPHONE_UNAVAILABLE", True)
    served.scene.telephone.error = None
    await served.calls.ReportAnsweredBy(found(served, Found.ANSWERED_BY_MACHINE))
    assert served.scene.telephone.hung_up == [served.scene.call_sid]


@pytest.mark.parametrize("field", ["call_sid", "answered_by"])
@pytest.mark.parametrize("answered_by", [0, 99])
async def test_wrong_findings(served: Served, field: str, answered_by: int) -> None:
    wrong = {"call_sid": {"call_sid": "CA1"}, "answered_by": {"answered_by": answered_by}}[field]
    right = {"consultation_id": served.scene.id, "call_sid": served.scene.call_sid, "answered_by": 2}
    refusal_ = await refused(served.calls.ReportAnsweredBy(Found(**(right | wrong))))
    assert (refusal_.reason, refusal_.fields) == ("INVALID_FIELD", [field])


async def test_the_store_goes_away_in_the_middle_of_a_call_and_comes_back(served: Served) -> None:
    await answer(served)
    served.scene.store.error = StoreUnavailable()
    refusal_ = await refused(served.turn(3, digits="1"))
    assert (refusal_.code, refusal_.reason, refusal_.retry) == ("UNAVAILABLE", "STORE_UNAVAILABLE", True)
    served.scene.store.error = None
    assert "홍길동" in (await served.turn(3, digits="1")).prompts[0].text


async def test_a_gateway_that_gives_up_does_not_stop_the_turn(served: Served) -> None:
    await answer(served)
    served.scene.speaks.delay = 0.3
    request = pb.TakeTurnRequest(
        consultation_id=served.scene.id, call_sid=served.scene.call_sid, turn_number=3, digits="1"
    )
    call = served.calls.TakeTurn(request)
    await asyncio.sleep(0.1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await served.scene.background.drain(5)
    assert len(await served.scene.turns()) == 4
    assert "홍길동" in (await served.turn(3)).prompts[0].text
