"""ConsultationService, as a backend uses it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from calling.v1 import consultation_pb2, outcome_pb2, transcript_pb2
from calling.v1 import consultation_service_pb2 as pb
from orchestrator.dialogue.ports.results import Receipt
from orchestrator.domain.alarm import Observer, noticed
from orchestrator.domain.codes import DeliveryFailure
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.event import AlarmChanged
from tests.fakes.consultations import next_change
from tests.fakes.result_receiver import ScriptedResultReceiver
from tests.integration.orchestrator.served import Served, refused, serving, until
from tests.unit.orchestrator.dialogue.scene import Scene
from tests.unit.orchestrator.rpc.orders import start_request

States = consultation_pb2.Consultation
WORDS = ("네", "네", "네", "이제 괜찮아요", "괜찮아요", "잘 먹어요", "따뜻해요", "없어요")


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    refusal = Receipt(400, accepted=False, final=True, failure=DeliveryFailure.REFUSED)
    receiver = ScriptedResultReceiver(refusal, Receipt(200, accepted=True))
    async with serving(Scene(receiver=receiver)) as served:
        yield served


async def concluded(served: Served) -> str:
    """A consultation that is over; the backend did not take its result."""
    consultation_id = await served.start(start_request())
    await served.scene.answer()
    for text in WORDS:
        await served.scene.say(text)
    await served.scene.finish()
    return consultation_id


async def watched(served: Served, consultation_id: str, cursor: str = "") -> list[pb.WatchConsultationResponse]:
    request = pb.WatchConsultationRequest(consultation_id=consultation_id, cursor=cursor)
    return [event async for event in served.consultations.WatchConsultation(request)]


async def test_starting(served: Served) -> None:
    response = await served.consultations.StartConsultation(start_request())
    started = response.consultation
    assert started.state == States.STATE_SCHEDULED
    assert (started.person_id, started.question_set_id, started.session_index) == ("v-17", "q-3", 2)
    assert (started.account_id, started.masked_phone) == ("operator-1", "+**********78")
    assert "홍길동" not in str(response)


async def test_the_same_request_again_is_the_same_consultation_as_it_stands_now(served: Served) -> None:
    first = await served.start(start_request("one"))
    again = (await served.consultations.StartConsultation(start_request("one"))).consultation
    assert (again.consultation_id, again.state) == (first, States.STATE_DIALLING)
    assert len(served.scene.telephone.orders) == 1


async def test_the_same_request_id_with_other_content(served: Served) -> None:
    first = await served.start(start_request("one"))
    other = start_request("one")
    other.person.name = "성춘향"
    refusal = await refused(served.consultations.StartConsultation(other))
    assert (refusal.code, refusal.reason) == ("ALREADY_EXISTS", "REQUEST_ID_REUSED")
    assert refusal.metadata == {"consultationId": first}


async def test_a_large_order(served: Served) -> None:
    """2 MB of stored questions."""
    request = start_request()
    for number in range(10_000 - 1):
        request.frequent_questions.add(question=f"물음 {number} {'가' * 20}", answer="나" * 41)
    assert request.ByteSize() > 2_000_000
    await served.consultations.StartConsultation(request)


async def test_an_order_with_more_wrong_than_a_header_holds(served: Served) -> None:
    request = start_request()
    del request.frequent_questions[:]
    for _ in range(10_000):
        request.frequent_questions.add()
    refusal = await refused(served.consultations.StartConsultation(request))
    assert (refusal.code, len(refusal.fields)) == ("INVALID_ARGUMENT", 20)


async def test_looking(served: Served) -> None:
    consultation_id = await concluded(served)
    found = (
        await served.consultations.GetConsultation(pb.GetConsultationRequest(consultation_id=consultation_id.upper()))
    ).consultation
    assert (found.state, found.delivery) == (States.STATE_COMPLETED, States.DELIVERY_DEAD)
    assert found.turn_count == 18
    assert found.HasField("answer_time")


async def test_lists_in_pages(served: Served) -> None:
    ids = []
    for _ in range(5):
        served.scene.clock.advance(1)
        ids.append(await served.start(start_request()))
    listed, token = [], ""
    for size in (2, 2, 1):
        page = await served.consultations.ListConsultations(pb.ListConsultationsRequest(page_size=2, page_token=token))
        assert len(page.consultations) == size
        listed += [consultation.consultation_id for consultation in page.consultations]
        token = page.next_page_token
    assert (listed, token) == (ids[::-1], "")


async def test_transcripts_in_pages(served: Served) -> None:
    consultation_id = await concluded(served)
    turns: list[transcript_pb2.Turn] = []
    token, pages = "", 0
    while token or not pages:
        page = await served.consultations.GetTranscript(
            pb.GetTranscriptRequest(consultation_id=consultation_id, page_size=7, page_token=token)
        )
        turns += page.turns
        token, pages = page.next_page_token, pages + 1
    assert ([turn.number for turn in turns], pages) == (list(range(1, 19)), 3)
    whole = await served.consultations.GetTranscript(pb.GetTranscriptRequest(consultation_id=consultation_id))
    assert (list(whole.turns), whole.next_page_token) == (turns, "")
    assert [turn.text for turn in turns if turn.speaker == transcript_pb2.Turn.SPEAKER_CALLEE] == list(WORDS)
    assert all(turn.heard == turn.text for turn in turns if turn.speaker == transcript_pb2.Turn.SPEAKER_AGENT)


async def test_a_transcript_before_the_first_turn(served: Served) -> None:
    consultation_id = await served.start(start_request())
    response = await served.consultations.GetTranscript(pb.GetTranscriptRequest(consultation_id=consultation_id))
    assert (len(response.turns), response.next_page_token) == (0, "")


async def test_watching_goes_on_from_every_cursor_and_ends(served: Served) -> None:
    consultation_id = await concluded(served)
    events = await watched(served, consultation_id)
    states = [event.state_changed.state for event in events if event.HasField("state_changed")]
    assert states == [
        States.STATE_SCHEDULED,
        States.STATE_DIALLING,
        States.STATE_IN_PROGRESS,
        States.STATE_SUMMARISING,
        States.STATE_COMPLETED,
    ]
    assert [event.turn_taken.number for event in events if event.HasField("turn_taken")] == list(range(1, 19))
    assert events[-1].delivery_attempted.delivery == States.DELIVERY_DEAD
    for place, event in enumerate(events):
        assert await watched(served, consultation_id, event.cursor) == events[place + 1 :]


async def test_watching_live(served: Served) -> None:
    consultation_id = await served.start(start_request())
    watch = served.consultations.WatchConsultation(pb.WatchConsultationRequest(consultation_id=consultation_id))
    seen = [(await watch.read()).WhichOneof("event") for _ in range(2)]
    await served.scene.answer()
    seen += [(await watch.read()).WhichOneof("event") for _ in range(3)]
    assert seen == ["state_changed"] * 3 + ["turn_taken"] * 2
    watch.cancel()


async def test_watches_that_are_left_leave_nothing_behind(served: Served) -> None:
    consultation_id = await served.start(start_request())
    request = pb.WatchConsultationRequest(consultation_id=consultation_id)
    watches = [served.consultations.WatchConsultation(request) for _ in range(20)]
    for watch in watches:
        await watch.read()
        await watch.read()
    waiters = served.scene.store._news._waiters
    await until(lambda: len(waiters) == 20)
    for watch in watches:
        watch.cancel()
    await until(lambda: not waiters)


async def test_the_summary_when_the_call_is_over(served: Served) -> None:
    consultation_id = await served.start(start_request())
    request = pb.SummaryRequest(consultation_id=consultation_id)
    refusal = await refused(served.consultations.Summary(request))
    assert (refusal.code, refusal.reason) == ("FAILED_PRECONDITION", "WRONG_STATE")
    assert refusal.metadata == {"consultationId": consultation_id, "state": "dialling"}
    await served.scene.answer()
    for text in WORDS:
        await served.scene.say(text)
    await served.scene.finish()
    response = await served.consultations.Summary(request)
    assert response.source == transcript_pb2.Turn.SOURCE_BUILT_IN
    assert response.outcome.result == outcome_pb2.Outcome.RESULT_FINE
    assert [finding.subject for finding in response.outcome.findings] == [
        "known_vulnerabilities.risks[0]",
        "known_vulnerabilities.desires[0]",
        "questions[0]",
        "questions[1]",
    ]
    assert [desire.content for desire in response.outcome.solved.desires] == ["말벗이 필요함"]


async def test_ending(served: Served) -> None:
    consultation_id = await served.start(start_request())
    await served.scene.answer()
    for _ in range(2):
        response = await served.consultations.EndConsultation(
            pb.EndConsultationRequest(consultation_id=consultation_id)
        )
        assert response.consultation.state == States.STATE_SUMMARISING
    assert served.scene.telephone.hung_up == [served.scene.call_sid]


async def test_deleting(served: Served) -> None:
    consultation_id = await served.start(start_request())
    delete = pb.DeleteConsultationRequest(consultation_id=consultation_id)
    assert (await refused(served.consultations.DeleteConsultation(delete))).reason == "WRONG_STATE"
    await served.consultations.EndConsultation(pb.EndConsultationRequest(consultation_id=consultation_id))
    await served.consultations.DeleteConsultation(delete)
    refusal = await refused(served.consultations.DeleteConsultation(delete))
    assert (refusal.code, refusal.reason) == ("NOT_FOUND", "CONSULTATION_NOT_FOUND")


async def test_results_that_were_given_up_can_be_seen_and_sent_again(served: Served) -> None:
    consultation_id = await concluded(served)
    (dead,) = (await served.consultations.ListUndeliveredResults(pb.ListUndeliveredResultsRequest())).results
    assert (dead.consultation.consultation_id, dead.attempt_count, dead.last_http_status) == (consultation_id, 1, 400)
    assert dead.failure == pb.DeliveryAttempt.FAILURE_REFUSED
    assert dead.first_attempt_time == dead.last_attempt_time == dead.give_up_time
    assert dead.HasField("give_up_time")
    deliver = pb.DeliverResultRequest(consultation_id=consultation_id)
    attempt = (await served.consultations.DeliverResult(deliver)).attempt
    assert (attempt.number, attempt.http_status, attempt.delivery) == (2, 200, States.DELIVERY_DELIVERED)
    assert len((await served.consultations.ListUndeliveredResults(pb.ListUndeliveredResultsRequest())).results) == 0


async def test_results_without_a_backend_or_a_result(served: Served) -> None:
    consultation_id = await served.start(start_request())
    deliver = pb.DeliverResultRequest(consultation_id=consultation_id)
    assert (await refused(served.consultations.DeliverResult(deliver))).reason == "WRONG_STATE"
    served.scene.receiver.wanted = False
    assert (await refused(served.consultations.DeliverResult(deliver))).reason == "NO_RESULT_URL"


async def test_an_alarm_is_seen_and_acknowledged(served: Served) -> None:
    consultation_id = await served.start(start_request())
    before = await served.scene.record()
    alarms, alarm = noticed((), DangerKind.SELF_HARM, 2, Observer.RULES, served.scene.clock.now())
    change = next_change(before, record={"alarms": alarms}, occurrences=(AlarmChanged(alarm),))
    assert await served.scene.store.commit(change)
    request = pb.AcknowledgeAlarmRequest(
        consultation_id=consultation_id, alarm_number=1, acknowledged_by=" operator-7 "
    )
    for _ in range(2):
        acknowledged = (await served.consultations.AcknowledgeAlarm(request)).alarm
        assert (acknowledged.number, acknowledged.acknowledged_by) == (1, "operator-7")
    get = pb.GetConsultationRequest(consultation_id=consultation_id)
    assert list((await served.consultations.GetConsultation(get)).consultation.alarms) == [acknowledged]
    await served.consultations.EndConsultation(pb.EndConsultationRequest(consultation_id=consultation_id))
    events = await watched(served, consultation_id)
    changed = [event.alarm_changed.acknowledged_by for event in events if event.HasField("alarm_changed")]
    assert changed == ["", "operator-7"]


@pytest.mark.parametrize(
    ("fields", "code", "reason"),
    [
        ({"alarm_number": 2}, "NOT_FOUND", "ALARM_NOT_FOUND"),
        ({"alarm_number": 0}, "INVALID_ARGUMENT", "INVALID_FIELD"),
        ({"acknowledged_by": ""}, "INVALID_ARGUMENT", "INVALID_FIELD"),
        ({"consultation_id": "x"}, "INVALID_ARGUMENT", "INVALID_FIELD"),
        ({"consultation_id": "0b9c8a52-8c55-4f63-9d24-b4f0a4d2f0a1"}, "NOT_FOUND", "CONSULTATION_NOT_FOUND"),
    ],
)
async def test_alarms_that_cannot_be_acknowledged(
    served: Served, fields: dict[str, object], code: str, reason: str
) -> None:
    right = {"consultation_id": await served.start(start_request()), "alarm_number": 1, "acknowledged_by": "operator-7"}
    refusal = await refused(served.consultations.AcknowledgeAlarm(pb.AcknowledgeAlarmRequest(**(right | fields))))
    assert (refusal.code, refusal.reason) == (code, reason)


@pytest.mark.parametrize(
    ("method", "request_", "reason", "field"),
    [
        ("ListConsultations", pb.ListConsultationsRequest(page_size=-1), "INVALID_FIELD", "page_size"),
        ("ListConsultations", pb.ListConsultationsRequest(page_token="x"), "INVALID_PAGE_TOKEN", "page_token"),
        ("ListUndeliveredResults", pb.ListUndeliveredResultsRequest(page_size=-1), "INVALID_FIELD", "page_size"),
        (
            "ListUndeliveredResults",
            pb.ListUndeliveredResultsRequest(page_token="x"),
            "INVALID_PAGE_TOKEN",
            "page_token",
        ),
        ("GetTranscript", pb.GetTranscriptRequest(page_size=-1), "INVALID_FIELD", "page_size"),
        ("GetTranscript", pb.GetTranscriptRequest(page_token="x"), "INVALID_PAGE_TOKEN", "page_token"),
        ("WatchConsultation", pb.WatchConsultationRequest(cursor="x"), "INVALID_CURSOR", "cursor"),
    ],
)
async def test_what_was_never_given_out(
    served: Served, method: str, request_: pb.GetTranscriptRequest, reason: str, field: str
) -> None:
    consultation_id = await served.start(start_request())
    if "consultation_id" in request_.DESCRIPTOR.fields_by_name:
        request_.consultation_id = consultation_id
    call = getattr(served.consultations, method)(request_)
    refusal = await refused(call.read() if hasattr(call, "read") else call)
    assert (refusal.code, refusal.reason, refusal.fields) == ("INVALID_ARGUMENT", reason, [field])
