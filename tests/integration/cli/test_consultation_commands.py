"""`call`, `watch`, `transcript` and `summary` as processes of their own, against a real gRPC server."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest

from calling.v1 import consultation_pb2, consultation_service_pb2, outcome_pb2, transcript_pb2
from tests.fakes.orchestrator_servicers import Delay, Failure, FakeOrchestrator, fake_orchestrator
from tests.fakes.receive_payloads import full_payload

State = consultation_pb2.Consultation.State
WatchResponse = consultation_service_pb2.WatchConsultationResponse


@pytest.fixture
async def orchestrator() -> AsyncIterator[FakeOrchestrator]:
    async with fake_orchestrator() as fake:
        yield fake


async def command(orchestrator: FakeOrchestrator, *words: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from cli.main import main; main()", *words, "--address", orchestrator.address),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


def state_event(cursor: str, state: int) -> WatchResponse:
    consultation = consultation_pb2.Consultation(consultation_id="c-1", state=state, masked_phone="+82**********78")
    return WatchResponse(cursor=cursor, state_changed=consultation)


def turn(number: int, speaker: int, text: str, **milliseconds: int) -> transcript_pb2.Turn:
    turn = transcript_pb2.Turn(number=number, speaker=speaker, text=text, source=transcript_pb2.Turn.SOURCE_INTERVIEW)
    for part, value in milliseconds.items():
        getattr(turn.timings, part).FromMilliseconds(value)
    return turn


GREETING = turn(1, transcript_pb2.Turn.SPEAKER_AGENT, "안녕하세요?", text_to_speech=40, total=55)
ANSWER = turn(2, transcript_pb2.Turn.SPEAKER_CALLEE, "여보세요", speech_to_text=85, matching=1, total=190)

ANSWER.understanding.intent, ANSWER.understanding.layer = "danger", transcript_pb2.Understanding.LAYER_RULES
ANSWER.understanding.danger_kind = outcome_pb2.DANGER_KIND_FIRE


def whole_call(last: int) -> list[WatchResponse]:
    delivered = consultation_service_pb2.DeliveryAttempt(
        number=1, http_status=200, delivery=consultation_pb2.Consultation.DELIVERY_DELIVERED
    )
    return [
        state_event("1", State.STATE_DIALLING),
        state_event("2", State.STATE_IN_PROGRESS),
        WatchResponse(cursor="3", turn_taken=GREETING),
        WatchResponse(cursor="4", turn_taken=ANSWER),
        state_event("5", last),
        WatchResponse(cursor="6", delivery_attempted=delivered),
    ]


@pytest.mark.parametrize(("last", "status"), [(State.STATE_COMPLETED, 0), (State.STATE_FAILED, 1)])
async def test_call_starts_a_consultation_and_shows_it_to_its_end(
    orchestrator: FakeOrchestrator, tmp_path: Path, last: int, status: int
) -> None:
    accepted = consultation_pb2.Consultation(consultation_id="c-1", state=State.STATE_SCHEDULED)
    orchestrator.on("StartConsultation", consultation_service_pb2.StartConsultationResponse(consultation=accepted))
    orchestrator.on("WatchConsultation", whole_call(last))
    payload = tmp_path / "receive.json"
    payload.write_text(json.dumps(full_payload()))

    exit_status, out, err = await command(orchestrator, "call", str(payload))

    assert (exit_status, err) == (status, "")
    [request] = orchestrator.requests("StartConsultation")
    assert request.person.name == "홍길동"
    assert request.request_id
    for words in (
        "c-1",
        "dialling +82**********78",
        "안녕하세요?",
        "TTS 40 · all 55 ms",
        "→ danger fire (rules)  STT 85 · match 1 · all 190 ms",
    ):
        assert words in out
    assert "delivery 1: the backend answered 200: delivered" in out


@pytest.mark.slow
async def test_watch_goes_on_where_it_broke(orchestrator: FakeOrchestrator) -> None:
    events = whole_call(State.STATE_COMPLETED)
    orchestrator.on("WatchConsultation", [*events[:3], Failure(grpc.StatusCode.UNAVAILABLE)], events[3:])

    exit_status, out, err = await command(orchestrator, "watch", "c-1", "--json")

    assert (exit_status, err) == (0, "")
    assert [json.loads(line)["cursor"] for line in out.splitlines()] == list("123456")
    assert [request.cursor for request in orchestrator.requests("WatchConsultation")] == ["", "3"]


@pytest.mark.slow
async def test_watch_from_a_cursor(orchestrator: FakeOrchestrator) -> None:
    orchestrator.on("WatchConsultation", whole_call(State.STATE_COMPLETED)[4:])
    _, out, _ = await command(orchestrator, "watch", "c-1", "--cursor", "4", "--json")
    assert len(out.splitlines()) == 2
    assert orchestrator.requests("WatchConsultation")[0].cursor == "4"


@pytest.mark.slow
async def test_a_danger_is_shown_until_somebody_has_taken_over(orchestrator: FakeOrchestrator) -> None:
    noticed = consultation_pb2.Alarm(
        number=1,
        danger_kind=outcome_pb2.DANGER_KIND_SELF_HARM,
        turn_number=8,
        noticed_by=[consultation_pb2.Alarm.OBSERVER_RULES, consultation_pb2.Alarm.OBSERVER_LANGUAGE_MODEL],
    )
    told, passed_on, taken = (consultation_pb2.Alarm() for _ in range(3))
    told.MergeFrom(noticed)
    told.notification_count = 1
    passed_on.MergeFrom(noticed)
    passed_on.notification_count = 3
    passed_on.escalate_time.GetCurrentTime()
    taken.MergeFrom(passed_on)
    taken.acknowledged_by = "operator-7"
    alarms = (noticed, told, passed_on, taken)
    events = [WatchResponse(cursor=str(place), alarm_changed=alarm) for place, alarm in enumerate(alarms)]
    orchestrator.on("WatchConsultation", events)
    _, out, _ = await command(orchestrator, "watch", "c-1")
    danger = "▲ DANGER 1: self harm (turn 8, noticed by rules and language model): "
    assert " ".join(out.split()).replace("▲", "\n▲").split("\n")[1:] == [
        f"{danger}nobody was told yet ",
        f"{danger}told 1 time, taken over by nobody ",
        f"{danger}told 3 times, and passed on, taken over by nobody ",
        f"{danger}taken over by operator-7",
    ]


@pytest.mark.slow
async def test_acknowledging(orchestrator: FakeOrchestrator) -> None:
    alarm = consultation_pb2.Alarm(number=2, turn_number=8, acknowledged_by="operator-7")
    orchestrator.on("AcknowledgeAlarm", consultation_service_pb2.AcknowledgeAlarmResponse(alarm=alarm))
    exit_status, out, _ = await command(orchestrator, "acknowledge", "c-1", "2", "--by", "operator-7")
    assert (exit_status, "taken over by operator-7" in " ".join(out.split())) == (0, True)
    [request] = orchestrator.requests("AcknowledgeAlarm")
    assert (request.consultation_id, request.alarm_number, request.acknowledged_by) == ("c-1", 2, "operator-7")
    _, out, _ = await command(orchestrator, "acknowledge", "c-1", "2", "--by", "operator-7", "--json")
    assert json.loads(out)["acknowledged_by"] == "operator-7"


@pytest.mark.slow
async def test_watching_what_does_not_exist_is_one_line(orchestrator: FakeOrchestrator) -> None:
    missing = Failure(grpc.StatusCode.NOT_FOUND, "CONSULTATION_NOT_FOUND", "There is no consultation with this id.")
    orchestrator.on("WatchConsultation", missing)
    exit_status, out, err = await command(orchestrator, "watch", "c-9")
    assert (exit_status, out) == (1, "")
    assert err == f"calling-orchestrator: {orchestrator.address}: There is no consultation with this id.\n"


@pytest.mark.slow
async def test_a_signal_ends_a_watch_quietly(orchestrator: FakeOrchestrator) -> None:
    orchestrator.on("WatchConsultation", [*whole_call(State.STATE_COMPLETED)[:2], Delay()])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from cli.main import main; main()", "watch", "c-1", "--json"),
        *("--address", orchestrator.address),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    await process.stdout.readline()
    process.terminate()
    _, err = await process.communicate()
    assert (process.returncode, err) == (128 + 15, b"")
    async with asyncio.timeout(5):
        await orchestrator.cancelled.wait()


async def test_transcript_reads_all_pages(orchestrator: FakeOrchestrator) -> None:
    pages = [
        consultation_service_pb2.GetTranscriptResponse(turns=[GREETING], next_page_token="more"),
        consultation_service_pb2.GetTranscriptResponse(turns=[ANSWER]),
    ]
    orchestrator.on("GetTranscript", *pages)
    _, out, _ = await command(orchestrator, "transcript", "c-1", "--json")
    turns = json.loads(out)["turns"]
    assert [(turn["turn"], turn["speaker"], turn["text"]) for turn in turns] == [
        (1, "agent", "안녕하세요?"),
        (2, "callee", "여보세요"),
    ]
    assert turns[1]["timings_ms"] == {"speech_to_text": 85.0, "matching": 1.0, "total": 190.0}


async def test_summary_shows_what_came_of_it(orchestrator: FakeOrchestrator) -> None:
    outcome = outcome_pb2.Outcome(result=outcome_pb2.Outcome.RESULT_IN_DEPTH_NEEDED)
    outcome.need_human = outcome_pb2.IN_DEPTH_CODE_REQUESTED
    finding = outcome.findings.add(
        subject="questions[0]", text="식사는 잘 하세요?", quote="거의 못 먹어요", turn_number=8
    )
    finding.state = outcome_pb2.Finding.STATE_ANSWERED
    finding.responses.add(risk=outcome_pb2.RISK_CODE_HEALTH)
    outcome.identified = True
    outcome.recording_consent = outcome_pb2.RECORDING_CONSENT_REFUSED
    outcome.call_back.quote = "내일 오전에요"
    outcome.new_problems.add(content="무릎이 아파요", urgency=3, daily_life=0, grave=True)
    summary = consultation_service_pb2.SummaryResponse(
        summary="식사를 거의 못 하십니다.", source=transcript_pb2.Turn.SOURCE_BUILT_IN, outcome=outcome
    )
    orchestrator.on("Summary", summary)
    exit_status, out, _ = await command(orchestrator, "summary", "c-1")
    assert exit_status == 0
    for words in ("식사를 거의 못 하십니다.", "식사는 잘 하세요?", "거의 못 먹어요", "answered", "8", "built in"):
        assert words in out
    assert "new problem: 무릎이 아파요 (urgency 3, daily life 0), grave" in out
    facts = dict(line.split(maxsplit=1) for line in out.splitlines() if line.startswith(("identified", "recording")))
    assert {name: value.strip() for name, value in facts.items()} == {"identified": "yes", "recording": "refused"}
    assert "내일 오전에요" in out


async def test_results_that_were_given_up_are_listed_with_why_and_delivered_again(
    orchestrator: FakeOrchestrator,
) -> None:
    pb = consultation_service_pb2
    given_up = pb.UndeliveredResult(
        consultation=consultation_pb2.Consultation(consultation_id="c-1"),
        attempt_count=3,
        last_http_status=401,
        failure=pb.DeliveryAttempt.FAILURE_UNAUTHORISED,
    )
    orchestrator.on("ListUndeliveredResults", pb.ListUndeliveredResultsResponse(results=[given_up]))
    attempts = [
        pb.DeliveryAttempt(number=4, failure=pb.DeliveryAttempt.FAILURE_TIMEOUT),
        pb.DeliveryAttempt(number=5, http_status=200, delivery=consultation_pb2.Consultation.DELIVERY_DELIVERED),
    ]
    orchestrator.on("DeliverResult", *(pb.DeliverResultResponse(attempt=attempt) for attempt in attempts))
    (status, out, _), (failed, told, _), (delivered, _, _) = [
        await command(orchestrator, *words) for words in (["undelivered"], ["deliver", "c-1"], ["deliver", "c-1"])
    ]
    assert (status, failed, delivered) == (0, 1, 0)
    assert out.split()[-4:] == ["c-1", "unauthorised", "401", "3"]
    assert "did not answer (timeout)" in told
