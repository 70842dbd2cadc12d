"""The same thing twice is the same thing once: every request that changes something, again and at the same time.

Twilio repeats a webhook with the same `I-Twilio-Idempotency-Token`, the backend a start with the same key or names.
Gateway, orchestrator and Redis are real. No worker runs: what would be done later stands in Redis as due.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
import grpc
import pytest

from calling.v1 import consultation_service_pb2 as pb
from calling.v1 import consultation_service_pb2_grpc
from gateway.app import start
from orchestrator.adapters.redis.client import RedisClient, open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.adapters.redis.keys import DUE
from orchestrator.adapters.system_clock import SystemClock
from orchestrator.bootstrap import Orchestrator
from orchestrator.config import Role, Settings
from orchestrator.dialogue.ports.store import Change
from orchestrator.domain.alarm import Observer, noticed
from orchestrator.domain.consultation import Delivery, DeliveryState, State
from orchestrator.domain.danger import DangerKind
from tests.fakes.consultations import brief, consultation, next_change
from tests.fakes.receive_payloads import full_payload
from tests.fakes.results_server import ScriptedBackend
from tests.fakes.twilio_rest import ACCOUNT, TOKEN, ScriptedTwilio
from tests.integration.gateway.gateway_client import DEADLINES, Answer, Client, settings

pytestmark = pytest.mark.slow
ALWAYS = {"opens": "00:00", "closes": "24:00", "weekdays": ["monday"], "on_holidays": True}
KEY = {"Idempotency-Key": "key-1"}

Told = tuple[int, str]
Ask = Callable[[], Awaitable[Told]]


@dataclass
class System:
    """A gateway before an orchestrator without worker, what they stand on, and what they talk to."""

    client: Client
    consultations: consultation_service_pb2_grpc.ConsultationServiceAsyncStub
    store: RedisConsultationStore
    redis: RedisClient
    twilio: ScriptedTwilio
    backend: ScriptedBackend

    async def post(self, path: str, body: object = None, **headers: str) -> Told:
        return told(await self.client.post(path, json=body or {}, headers=headers))

    async def receive(self) -> str:
        """Starts a consultation."""
        _, text = await self.post("/api/receive", full_payload())
        return str(json.loads(text)["consultation_id"])

    async def answered(self) -> str:
        """Starts a consultation whose call was answered; the agent waits for the callee's second turn."""
        consultation_id = await self.receive()
        await self.webhook("voice", consultation_id)
        return consultation_id

    async def webhook(self, name: str, consultation_id: str, turn: int = 0, **fields: str) -> Told:
        query = f"consultation={consultation_id}" + (f"&turn={turn}" if turn else "")
        return told(await self.client.webhook(f"/twilio/{name}?{query}", **fields))

    async def campaign(self) -> str:
        _, text = await self.post("/api/campaigns", campaign_body(), **KEY)
        return str(json.loads(text)["campaign_id"])

    async def state(self) -> object:
        """All that can have been done twice."""
        page = await self.consultations.ListConsultations(pb.ListConsultationsRequest())
        transcripts = [
            await self.consultations.GetTranscript(pb.GetTranscriptRequest(consultation_id=each.consultation_id))
            for each in page.consultations
        ]
        events = {
            key: await self.redis.execute_command("XLEN", key) for key in sorted(await self.redis.keys("*:events*"))
        }
        due = [await self.redis.execute_command("ZRANGE", key, 0, -1) for key in DUE]
        rung = [asked.path for asked in self.twilio.asked if asked.path.endswith("Calls.json")]
        return page, transcripts, events, due, rung, len(self.backend.posted)


def told(answer: Answer) -> Told:
    return answer.status, answer.text


def campaign_body(**changes: Any) -> dict[str, Any]:
    people = [full_payload() | {"vulnerable_id": f"v-{number}"} for number in range(2)]
    return {"name": "봄 안부", "consultations": people, "calling_hours": ALWAYS, "start_paused": True} | changes


@pytest.fixture
async def system(redis_url: str) -> AsyncIterator[System]:
    async with AsyncExitStack() as stack:
        twilio = await stack.enter_async_context(ScriptedTwilio())
        backend = await stack.enter_async_context(ScriptedBackend())
        orchestrator = await stack.enter_async_context(
            Orchestrator(
                Settings(
                    _env_file=None,
                    role=Role.API,
                    grpc_port=0,
                    redis_url=redis_url,
                    drain_seconds=0.1,
                    grpc_tts_url="127.0.0.1:9",
                    grpc_stt_url="127.0.0.1:9",
                    twilio_account_sid=ACCOUNT,
                    twilio_auth_token=TOKEN,
                    twilio_from_phone="+15005550006",
                    twilio_api_base_url=twilio.url,
                    spring_boot_url=backend.result_url,
                )
            )
        )
        address = f"127.0.0.1:{orchestrator.port}"
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(address))
        consultations = consultation_service_pb2_grpc.ConsultationServiceStub(channel)
        await consultations.ListConsultations(pb.ListConsultationsRequest(), wait_for_ready=True)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = Client(session, await start(settings(address), DEADLINES))
        stack.push_async_callback(client.gateway.stop)
        async with asyncio.timeout(20):
            while (await client.get("/readyz")).status != 200:  # noqa: ASYNC110 - it warms up first
                await asyncio.sleep(0.05)
        redis = open_client(redis_url)
        stack.push_async_callback(redis.aclose)
        store = RedisConsultationStore(redis, SystemClock())
        stack.push_async_callback(store.close)
        yield System(client, consultations, store, redis, twilio, backend)


# Each prepares what a request needs, and returns the request.


async def receive_by_key(system: System) -> Ask:
    return lambda: system.post("/api/receive", full_payload(), **KEY)


async def receive_by_names(system: System) -> Ask:
    return lambda: system.post("/api/receive", full_payload())


async def start_campaign_by_key(system: System) -> Ask:
    return lambda: system.post("/api/campaigns", campaign_body(), **KEY)


async def start_campaign_by_content(system: System) -> Ask:
    return lambda: system.post("/api/campaigns", campaign_body())


async def add_people(system: System) -> Ask:
    path = f"/api/campaigns/{await system.campaign()}/consultations"
    more = {"consultations": [full_payload() | {"vulnerable_id": "v-3"}]}
    return lambda: system.post(path, more)


async def pause(system: System) -> Ask:
    path = f"/api/campaigns/{await system.campaign()}"
    await system.post(f"{path}/resume")
    return lambda: system.post(f"{path}/pause")


async def resume(system: System) -> Ask:
    path = f"/api/campaigns/{await system.campaign()}/resume"
    return lambda: system.post(path)


async def cancel(system: System) -> Ask:
    path = f"/api/campaigns/{await system.campaign()}/cancel"
    return lambda: system.post(path)


async def answer(system: System) -> Ask:
    consultation_id = await system.receive()
    return lambda: system.webhook("voice", consultation_id)


async def silence(system: System) -> Ask:
    consultation_id = await system.answered()
    return lambda: system.webhook("recording", consultation_id, 2, RecordingDuration="0")


async def keys(system: System) -> Ask:
    consultation_id = await system.answered()
    return lambda: system.webhook("recording", consultation_id, 2, Digits="1")


async def recording(system: System) -> Ask:
    consultation_id = await system.answered()
    fields = {"RecordingSid": f"RE{1:032x}", "RecordingDuration": "2"}
    return lambda: system.webhook("recording", consultation_id, 2, **fields)


async def call_ends(system: System) -> Ask:
    consultation_id = await system.answered()
    fields = {"CallStatus": "completed", "SequenceNumber": "3", "CallDuration": "20"}
    return lambda: system.webhook("status", consultation_id, **fields)


async def machine_answers(system: System) -> Ask:
    consultation_id = await system.answered()
    return lambda: system.webhook("amd", consultation_id, AnsweredBy="machine_start")


async def person_answers(system: System) -> Ask:
    consultation_id = await system.answered()
    return lambda: system.webhook("amd", consultation_id, AnsweredBy="human")


async def acknowledge(system: System) -> Ask:
    consultation_id = await system.receive()
    before = await system.store.get(consultation_id)
    alarms, _ = noticed((), DangerKind.FIRE, 2, Observer.RULES, before.created_at)
    assert await system.store.commit(next_change(before, record={"alarms": alarms}))
    path = f"/api/consultations/{consultation_id}/alarms/1/acknowledge"
    return lambda: system.post(path, {"acknowledged_by": "operator-7"})


async def end_before_the_call(system: System) -> Ask:
    return _end(system, await system.receive())


async def end_in_the_call(system: System) -> Ask:
    return _end(system, await system.answered())


def _end(system: System, consultation_id: str) -> Ask:
    async def end() -> Told:
        request = pb.EndConsultationRequest(consultation_id=consultation_id)
        return 0, str((await system.consultations.EndConsultation(request)).consultation)

    return end


EVERY = [
    receive_by_key,
    receive_by_names,
    start_campaign_by_key,
    start_campaign_by_content,
    add_people,
    pause,
    resume,
    cancel,
    answer,
    silence,
    keys,
    recording,
    call_ends,
    machine_answers,
    person_answers,
    acknowledge,
    end_before_the_call,
    end_in_the_call,
]


@pytest.mark.parametrize("prepare", EVERY)
async def test_again_and_at_the_same_time(system: System, prepare: Callable[[System], Awaitable[Ask]]) -> None:
    ask = await prepare(system)
    at_once = await asyncio.gather(*(ask() for _ in range(4)))
    after = await system.state()
    again = [await ask() for _ in range(2)]
    assert at_once[0][0] < 300
    assert {*at_once, *again} == {at_once[0]}
    assert await system.state() == after


# The same key, and other content.


@pytest.mark.parametrize(
    ("path", "body", "other", "headers"),
    [
        ("/api/receive", full_payload(), full_payload() | {"name": "성춘향"}, KEY),
        ("/api/receive", full_payload(), full_payload() | {"name": "성춘향"}, {}),
        ("/api/campaigns", campaign_body(), campaign_body(name="가을 안부"), KEY),
    ],
)
async def test_other_content_under_the_same_key_is_refused_and_says_so(
    system: System, path: str, body: object, other: object, headers: dict[str, str]
) -> None:
    await system.post(path, body, **headers)
    before = await system.state()
    status, text = await system.post(path, other, **headers)
    assert (status, json.loads(text)["error"]["reason"]) == (409, "REQUEST_ID_REUSED")
    assert await system.state() == before


async def test_the_same_person_in_a_campaign_with_other_content_is_refused_and_named(system: System) -> None:
    path = f"/api/campaigns/{await system.campaign()}/consultations"
    other = {"consultations": [full_payload() | {"vulnerable_id": "v-1", "name": "성춘향"}]}
    status, text = await system.post(path, other)
    assert (status, json.loads(text)["error"]["field"]) == (400, "consultations[0].vulnerable_id")


async def test_other_words_in_a_turn_that_was_taken_change_nothing(system: System) -> None:
    """The turn's number is the key; who is on the line hears the reply of those who came first, and no error."""
    consultation_id = await system.answered()
    first = await system.webhook("recording", consultation_id, 2, Digits="1")
    before = await system.state()
    assert await system.webhook("recording", consultation_id, 2, Digits="2") == first
    assert await system.state() == before


async def test_who_acknowledges_an_alarm_second_is_told_who_was_first(system: System) -> None:
    ask = await acknowledge(system)
    first = await ask()
    before = await system.state()
    (record,) = (await system.store.newest(limit=1, token="")).items
    path = f"/api/consultations/{record.consultation_id}/alarms/1/acknowledge"
    assert await system.post(path, {"acknowledged_by": "operator-8"}) == first
    assert await system.state() == before


# What is done again because somebody asks for it again.


async def test_a_result_that_is_delivered_again_has_the_same_key_and_bytes(system: System) -> None:
    record = consultation(state=State.COMPLETED, delivery=Delivery(DeliveryState.DEAD))
    await system.store.create(brief(), Change(record, result=b"{}"))
    for _ in range(2):
        status, _ = await system.post("/api/send_llm_result", {"consultation_id": record.consultation_id})
        assert status == 200
    posted = {(each.headers["Idempotency-Key"], each.body) for each in system.backend.posted}
    assert posted == {(f"result:{record.consultation_id}", b"{}")}


async def test_what_is_erased_is_gone_also_for_who_erases_it_again(system: System) -> None:
    record = consultation(state=State.COMPLETED)
    await system.store.create(brief(), Change(record))
    erase = pb.DeleteConsultationRequest(consultation_id=record.consultation_id)

    async def erased() -> str:
        try:
            await system.consultations.DeleteConsultation(erase)
        except grpc.aio.AioRpcError as error:
            return error.code().name
        return "OK"

    assert sorted(await asyncio.gather(erased(), erased(), erased())) == ["NOT_FOUND", "NOT_FOUND", "OK"]
