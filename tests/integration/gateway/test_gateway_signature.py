"""Nothing but Twilio's own requests gets through to the Twilio paths."""

from urllib.parse import urlencode

import aiohttp
import pytest
from twilio.request_validator import RequestValidator

from calling.v1 import call_service_pb2 as pb
from gateway.app import start
from tests.integration.gateway.gateway_client import CONSULTATION, DEADLINES, FORM, PUBLIC, TOKEN, Client, settings

NAMES = ("voice", "recording", "status", "handover", "amd")
PATHS = [f"{prefix}/twilio/{name}" for prefix in ("", "/api") for name in NAMES]
QUERY = f"?consultation={CONSULTATION}&turn=2"
FORM_TYPE = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def _answers(orchestrator):
    reply = pb.Reply(hang_up=pb.HangUp())
    orchestrator.on("AnswerCall", pb.AnswerCallResponse(reply=reply))
    orchestrator.on("TakeTurn", pb.TakeTurnResponse(reply=reply))
    orchestrator.on("ReportCallStatus", pb.ReportCallStatusResponse())
    orchestrator.on("ReportAnsweredBy", pb.ReportAnsweredByResponse())


def signed(path: str, form: dict[str, str], token: str = TOKEN, base: str = PUBLIC) -> dict[str, str]:
    return {
        "X-Twilio-Signature": RequestValidator(token).compute_signature(base + path, form),
        "Content-Type": FORM_TYPE,
    }


def refused(orchestrator, answer) -> bool:
    return answer.status == 403 and b"INVALID_SIGNATURE" in answer.body and not orchestrator.received


@pytest.mark.parametrize("path", PATHS)
async def test_signed(client: Client, orchestrator, path):
    answer = await client.webhook(path + QUERY, AnsweredBy="human")
    assert answer.status in {200, 204}
    assert sum(map(len, orchestrator.received.values())) == 1


@pytest.mark.parametrize("path", PATHS)
async def test_unsigned(client: Client, orchestrator, path):
    for headers in (
        {},
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": "x"},
        {"X-Twilio-Signature": "ü"},
        {"X-Twilio-Signature": RequestValidator("other").compute_signature(PUBLIC, FORM)},
    ):
        answer = await client.post(path + QUERY, data=urlencode(FORM), headers={"Content-Type": FORM_TYPE} | headers)
        assert refused(orchestrator, answer)


async def test_other_token(client: Client, orchestrator):
    path = PATHS[0] + QUERY
    answer = await client.post(path, data=urlencode(FORM), headers=signed(path, FORM, token="54321"))
    assert refused(orchestrator, answer)


async def test_other_form_other_query_other_path(client: Client, orchestrator):
    path = PATHS[0] + QUERY
    headers = signed(path, FORM)
    for other, form in ((path, FORM | {"Digits": "1"}), (path + "&x=1", FORM), (PATHS[1] + QUERY, FORM)):
        assert refused(orchestrator, await client.post(other, data=urlencode(form), headers=headers))


async def test_host_header_is_not_believed(client: Client, orchestrator):
    path = PATHS[0] + QUERY
    headers = signed(path, FORM, base="https://evil.example") | {
        "Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https",
    }  # fmt: skip
    assert refused(orchestrator, await client.post(path, data=urlencode(FORM), headers=headers))


@pytest.mark.parametrize("path", ["/%74wilio/voice", "/twilio/%76oice", "/api/twilio/voice;x"])
async def test_no_spelling_slips_through(client: Client, orchestrator, path):
    answer = await client.post(path + QUERY, data=urlencode(FORM), headers={"Content-Type": FORM_TYPE})
    assert answer.status in {403, 404}
    assert not orchestrator.received


async def test_get_is_not_served(client: Client, orchestrator):
    for path in PATHS:
        answer = await client.get(path + QUERY)
        assert answer.status == 405
        assert answer.headers["Allow"] == "POST"
    assert not orchestrator.received


async def test_not_served_yet(client: Client):
    for path in ("/console", "/twilio/", "/api/twilio", "/twilio/media/", "/twilio/media/a/b", "/twilio/media/a.b"):
        assert (await client.webhook(path)).status == 404


async def test_a_stream_is_no_webhook(client: Client):
    answer = await client.webhook("/twilio/media/x")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET")


async def test_json_webhook_is_not_taken(client: Client, orchestrator):
    headers = {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(PUBLIC + PATHS[0], {})}
    answer = await client.post(PATHS[0], json={"CallSid": "CA1"}, headers=headers)
    assert answer.status == 415
    assert not orchestrator.received


@pytest.mark.parametrize(
    ("body", "status"), [(b"a=" + b"x" * 70_000, 413), (b"a=\xff", 400), (b"&".join([b"a=1"] * 1001), 400)]
)
async def test_odd_forms(client: Client, orchestrator, body, status):
    headers = {"X-Twilio-Signature": "x", "Content-Type": FORM_TYPE}
    assert (await client.post(PATHS[0], data=body, headers=headers)).status == status
    assert not orchestrator.received


async def test_without_a_token_the_paths_are_closed(orchestrator):
    gateway = await start(settings(orchestrator.address, twilio_auth_token=None), DEADLINES)
    async with aiohttp.ClientSession() as session:
        client = Client(session, gateway)
        for path in PATHS:
            assert refused(orchestrator, await client.webhook(path + QUERY))
            empty_key = signed(path + QUERY, FORM, token="")
            assert refused(orchestrator, await client.post(path + QUERY, data=urlencode(FORM), headers=empty_key))
    await gateway.stop()


@pytest.mark.parametrize(
    ("base", "signing_base"),
    [
        ("https://calls.example.org:8443", "https://calls.example.org"),
        ("https://calls.example.org:8443", "https://calls.example.org:8443"),
        ("https://calls.example.org", "https://calls.example.org:443"),
        ("http://10.0.0.5:8000", "http://10.0.0.5:8000"),
        ("https://example.org/calling", "https://example.org/calling"),
        ("https://example.org/calling/", "https://example.org/calling"),
    ],
)
async def test_ports_and_prefixes_of_the_public_url(orchestrator, base, signing_base):
    """Twilio docs: over HTTPS the port is left out of the signature for voice, over HTTP it stays."""
    gateway = await start(settings(orchestrator.address, public_base_url=base), DEADLINES)
    async with aiohttp.ClientSession() as session:
        path = PATHS[0] + QUERY
        headers = signed(path, FORM, base=signing_base)
        answer = await Client(session, gateway).post(path, data=urlencode(FORM), headers=headers)
        assert answer.status == 200
    await gateway.stop()


async def test_encoded_query_and_odd_values(client: Client, orchestrator):
    path = "/twilio/voice?consultation=a%20b%2Bc&note=%ED%95%9C%EA%B8%80%26"
    answer = await client.webhook(path, Empty="", Korean="한글 값", Spaces="  x  ", Plus="+82 10")
    assert answer.status == 200
    assert orchestrator.requests("AnswerCall")[0].consultation_id == "a b+c"


async def test_who_comes_by_the_other_host_name_stays_with_it(orchestrator):
    """Twilio asks the fallback URL when it cannot reach the first host name, so that must not follow."""
    other = "https://other.example.org"
    orchestrator.on("AnswerCall", pb.AnswerCallResponse(reply=pb.Reply(wait=pb.Wait(turn_number=2))))
    gateway = await start(settings(orchestrator.address, fallback_base_url=other), DEADLINES)
    async with aiohttp.ClientSession() as session:
        client, path = Client(session, gateway), PATHS[0] + f"?consultation={CONSULTATION}"
        answer = await client.post(path, data=urlencode(FORM), headers=signed(path, FORM, base=other))
        assert answer.verb("Redirect").text.startswith(f"{other}/twilio/voice?")
        answer = await client.webhook(path)
        assert answer.verb("Redirect").text.startswith(f"{PUBLIC}/twilio/voice?")
        answer = await client.post(path, data=urlencode(FORM), headers=signed(path, FORM, base="https://third.example"))
        assert answer.status == 403
    await gateway.stop()
