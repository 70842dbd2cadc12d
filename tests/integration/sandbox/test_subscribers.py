"""Who has a number takes the calls to it, in their own manner, however many calls there are at once."""

import asyncio
import time

from sandbox.script import Script
from sandbox.twilio.call_request import CallRequest
from sandbox.twilio.settings import FROM_NUMBER, Quirks
from sandbox.twilio.subscriber import Subscriber
from tests.integration.sandbox.test_official_twilio_client import client_of

BUSY, ANSWERING = "+821011111111", "+821022222222"


def placed(sandbox, app, number):
    request = CallRequest(
        to=number, sender=FROM_NUMBER, url=app.url + "/voice", status_callback=app.url + f"/status{number}"
    )
    return sandbox.world.twilio.place(request)


async def test_calls_at_once_find_their_own_callees(sandbox, app):
    app.twiml("/voice", "<Pause/>")
    sandbox.world.twilio.subscribers |= {
        BUSY: Subscriber(Script(answers="busy")),
        ANSWERING: Subscriber(Script(), quirks=Quirks(status_copies=3)),
    }
    calls = [placed(sandbox, app, number) for number in (ANSWERING, BUSY, ANSWERING)]
    await asyncio.gather(*(call.settled.wait() for call in calls))
    assert [call.status for call in calls] == ["completed", "busy", "completed"]
    assert len(app.at(f"/status{ANSWERING}")) == 6
    assert len(app.at(f"/status{BUSY}")) == 1


async def test_a_subscriber_has_a_speed_of_their_own(sandbox, app):
    app.twiml("/voice", '<Pause length="10"/>')
    sandbox.world.twilio.subscribers[ANSWERING] = Subscriber(Script(), speed=100.0)
    began = time.monotonic()
    await placed(sandbox, app, ANSWERING).settled.wait()
    assert time.monotonic() - began >= 0.1


async def test_other_numbers_are_taken_by_who_is_expected(sandbox, app):
    app.twiml("/voice", "<Pause/>")
    sandbox.world.twilio.subscribers[ANSWERING] = Subscriber(Script(answers="busy"))
    assert (await sandbox.call()).status == "completed"


async def test_answers_to_accepted_calls_are_lost_as_often_as_told(sandbox, app):
    app.twiml("/voice", "<Pause/>")
    sandbox.world.twilio.lose_create_answers(1)
    client = client_of(sandbox)
    statuses = [await asyncio.to_thread(_created, client, app.url) for _ in range(2)]
    assert statuses == [503, 201]
    assert len(sandbox.world.twilio.newest_first()) == 2


def _created(client, url):
    response = client.request(
        "POST",
        f"{client.api.base_url}/2010-04-01/Accounts/{client.account_sid}/Calls.json",
        data={"To": ANSWERING, "From": FROM_NUMBER, "Url": url + "/voice"},
        auth=(client.username, client.password),
    )
    return response.status_code
