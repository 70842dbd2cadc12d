import asyncio
import json

import aiohttp
import pytest

from sandbox.backend import SandboxBackend
from sandbox.events import Events

NOTHING = {"risk_list": [], "desire_list": [], "risk_index_count": {}, "desire_index_count": {}}
GOOD = {
    "account_id": "a", "v_id": "V1", "q_id": "Q1", "s_index": 1, "overall_script": "", "summary": "전화미수신",
    "result": 0, "fail_code": 6, "need_human": 0, "result_vulnerabilities": NOTHING, "delete_vulnerabilities": NOTHING,
    "new_vulnerabilities": NOTHING, "time": "2026-11-22T14:05:00", "runtime": 0,
}  # fmt: skip


@pytest.fixture
async def backend():
    async with SandboxBackend(Events()) as backend:
        yield backend


@pytest.fixture
async def http():
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        yield session


async def post(http, backend, body=GOOD, **headers):
    async with http.post(backend.result_url, json=body, headers=headers) as response:
        return response.status, await response.text()


async def test_a_good_result_is_stored_and_answered_with_nothing(backend, http):
    assert await post(http, backend, **{"Idempotency-Key": "k1"}) == (200, "")
    delivery = await backend.delivered()
    assert delivery.body == GOOD
    assert delivery.headers["Idempotency-Key"] == "k1"
    assert (delivery.status, delivery.faults, delivery.repeats) == (200, (), None)


async def test_a_body_against_the_contract_is_refused_and_kept(backend, http):
    status, text = await post(http, backend, GOOD | {"extra": 1})
    assert (status, text) == (400, "extra: Extra inputs are not permitted")
    assert backend.deliveries[0].body["extra"] == 1
    async with http.post(backend.result_url, data=b"\xff{") as response:
        assert response.status == 400
    assert isinstance(backend.deliveries[1].body, str)


async def test_a_contradiction_is_taken_and_told(backend, http):
    assert (await post(http, backend, GOOD | {"summary": ""}))[0] == 200
    assert "전화미수신" in backend.deliveries[0].faults[0]


async def test_a_repeated_key_is_noticed(backend, http):
    for key in ("k1", "k2", "k1"):
        await post(http, backend, **{"Idempotency-Key": key})
    await post(http, backend)
    assert [delivery.repeats for delivery in backend.deliveries] == [None, None, 0, None]


async def test_it_can_fail_for_a_while(backend, http):
    backend.fail_next = 2
    assert [(await post(http, backend))[0] for _ in range(3)] == [500, 500, 200]


async def test_it_can_leave_a_delivery_without_an_answer(backend, http):
    backend.hang_next = 1
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await post(http, backend)
    assert (await post(http, backend))[0] == 200
    assert [delivery.status for delivery in backend.deliveries] == [None, 200]


async def test_it_can_go_down_and_come_up_at_the_same_address(backend, http):
    url = backend.result_url
    await backend.go_down()
    with pytest.raises(aiohttp.ClientConnectorError):
        await post(http, backend)
    await backend.come_up()
    assert backend.result_url == url
    assert (await post(http, backend))[0] == 200


async def test_waiting_for_a_delivery(backend, http):
    waiting = asyncio.create_task(backend.delivered(2))
    backend.fail_next = 1
    for _ in range(3):
        assert not waiting.done()
        await post(http, backend)
    assert (await waiting).body == json.loads(json.dumps(GOOD))


async def test_other_paths_are_not_found(backend, http):
    async with http.get(backend.result_url) as response:
        assert response.status == 405
    async with http.post(backend.result_url + "/x") as response:
        assert response.status == 404
