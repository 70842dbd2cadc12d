"""The Twilio adapter against a real server that misbehaves as Twilio may."""

import asyncio
import socket
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from orchestrator.adapters.twilio.telephone import TwilioTelephone
from orchestrator.dialogue.ports.telephone import CallOrder, CallReport, CallStatus
from orchestrator.domain.codes import DialFailure
from orchestrator.domain.errors import DialRefused, TelephoneUnavailable
from tests.fakes.consultations import NOON
from tests.fakes.twilio_rest import ACCOUNT, TOKEN, Failure, Recording, ScriptedTwilio, body, cut, error, hang
from tests.fakes.waiting import until
from tests.fakes.wav import tiny_wav

ORDER = CallOrder("5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1", "+821012345678", 40, 1800)


@asynccontextmanager
async def calling(
    server_url: str,
    *,
    token: str = TOKEN,
    timeout: float = 5.0,
    backoff: float = 0.001,
    fallback: str = "",
    carrier_notice: int = 0,
) -> AsyncIterator[TwilioTelephone]:
    telephone = TwilioTelephone(
        account_sid=ACCOUNT,
        auth_token=token,
        from_phone="+15005550006",
        public_base_url="https://gateway.example/",
        fallback_base_url=fallback,
        carrier_notice=carrier_notice,
        api_base_url=server_url,
        timeout=timeout,
        backoff=backoff,
    )
    yield telephone
    await telephone.close()


@pytest.fixture
async def server() -> AsyncIterator[ScriptedTwilio]:
    async with ScriptedTwilio() as scripted:
        yield scripted


@pytest.fixture
async def telephone(server: ScriptedTwilio) -> AsyncIterator[TwilioTelephone]:
    async with calling(server.url) as connected:
        yield connected


async def test_a_carrier_that_speaks_first_is_waited_for_once(server: ScriptedTwilio) -> None:
    async with calling(server.url, carrier_notice=5) as telephone:
        await telephone.dial(ORDER)
    fields = dict(server.asked[0].fields)
    assert "&pause=5#" in fields["Url"]
    assert "pause" not in fields["FallbackUrl"]


async def test_the_fallback_may_have_a_host_name_of_its_own(server: ScriptedTwilio) -> None:
    async with calling(server.url, fallback="https://other.example") as telephone:
        await telephone.dial(ORDER)
    fields = dict(server.asked[0].fields)
    assert fields["Url"].startswith("https://gateway.example/twilio/voice?")
    assert fields["FallbackUrl"].startswith("https://other.example/twilio/voice?")


async def test_how_a_call_is_ordered(server: ScriptedTwilio, telephone: TwilioTelephone) -> None:
    await telephone.dial(ORDER)
    (asked,) = server.asked
    base = "https://gateway.example/twilio"
    query = "consultation=5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1"
    voice, status = "#rc=2&rp=ct,rt,5xx&ct=2000&rt=10000", "#rc=3&rp=all&ct=2000&rt=5000"
    assert (asked.method, asked.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json")
    assert sorted(asked.fields) == sorted(
        [
            ("To", "+821012345678"),
            ("From", "+15005550006"),
            ("Url", f"{base}/voice?{query}{voice}"),
            ("Method", "POST"),
            ("FallbackUrl", f"{base}/voice?{query}&fallback=1{voice}"),
            ("FallbackMethod", "POST"),
            ("StatusCallback", f"{base}/status?{query}{status}"),
            ("StatusCallbackMethod", "POST"),
            ("StatusCallbackEvent", "initiated"),
            ("StatusCallbackEvent", "ringing"),
            ("StatusCallbackEvent", "answered"),
            ("StatusCallbackEvent", "completed"),
            ("Timeout", "40"),
            ("TimeLimit", "1800"),
            ("MachineDetection", "Enable"),
            ("MachineDetectionSpeechThreshold", "5000"),
            ("AsyncAmd", "true"),
            ("AsyncAmdStatusCallback", f"{base}/amd?{query}{status}"),
            ("AsyncAmdStatusCallbackMethod", "POST"),
        ]
    )


async def test_wrong_credentials(server: ScriptedTwilio) -> None:
    async with calling(server.url, token="wrong") as telephone:
        with pytest.raises(DialRefused) as refused:
            await telephone.dial(ORDER)
    assert (refused.value.failure, refused.value.provider_code) == (DialFailure.UNAUTHORISED, 20003)


async def test_a_refusal_does_not_tell_the_number(server: ScriptedTwilio, telephone: TwilioTelephone) -> None:
    server.failures = [error(400, 21215)]
    with pytest.raises(DialRefused) as refused:
        await telephone.dial(ORDER)
    assert "+82" not in "".join(traceback.format_exception(refused.value))


async def test_settings_of_the_environment_do_not_count(
    server: ScriptedTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"EDGE": "sydney", "REGION": "au1", "ACCOUNT_SID": "AC9", "AUTH_TOKEN": "9"}.items():
        monkeypatch.setenv(f"TWILIO_{name}", value)
    async with calling(server.url + "/") as telephone:
        assert await telephone.dial(ORDER)


async def test_what_came_too_fast_is_repeated(server: ScriptedTwilio, telephone: TwilioTelephone) -> None:
    server.failures = [error(429, 20429), body(429, "slow down")]
    assert await telephone.dial(ORDER) == server.calls[0]["sid"]
    assert len(server.asked) == 3
    assert len(server.calls) == 1


async def test_but_not_for_ever(server: ScriptedTwilio, telephone: TwilioTelephone) -> None:
    server.failures = [error(429, 20429)] * 50
    with pytest.raises(TelephoneUnavailable) as unavailable:
        await telephone.dial(ORDER)
    assert (unavailable.value.happened, unavailable.value.provider_code) == (False, 20429)
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    "failure", [error(500, 20500), error(503, 20503), body(502, "<html>Bad Gateway</html>"), body(201, "<html>"),
                body(201, "{}", "application/json"), body(201, "[]", "application/json"), cut, hang]
)  # fmt: skip
async def test_a_call_that_may_have_been_placed_is_not_placed_again(server: ScriptedTwilio, failure: Failure) -> None:
    server.failures = [failure]
    async with calling(server.url, timeout=0.3) as telephone:
        with pytest.raises(TelephoneUnavailable) as unavailable:
            await telephone.dial(ORDER)
    assert unavailable.value.happened is None
    assert len(server.asked) == 1
    assert "+82" not in "".join(traceback.format_exception(unavailable.value))


async def test_a_connection_that_died_while_idle_does_not_place_a_call_twice(
    server: ScriptedTwilio, telephone: TwilioTelephone
) -> None:
    await telephone.call_report("CA1")
    server.failures = [cut]
    with pytest.raises(TelephoneUnavailable):
        await telephone.dial(ORDER)
    assert [asked.method for asked in server.asked] == ["GET", "POST"]


async def test_nobody_there_is_certainly_no_call() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        async with calling(f"http://127.0.0.1:{nobody.getsockname()[1]}") as telephone:
            with pytest.raises(TelephoneUnavailable) as unavailable:
                await telephone.dial(ORDER)
    assert unavailable.value.happened is False


async def test_a_name_that_does_not_exist_is_certainly_no_call() -> None:
    async with calling("http://twilio.invalid") as telephone:
        with pytest.raises(TelephoneUnavailable) as unavailable:
            await telephone.dial(ORDER)
    assert unavailable.value.happened is False


async def test_requests_of_many_tasks(server: ScriptedTwilio, telephone: TwilioTelephone) -> None:
    sids = await asyncio.gather(*(telephone.dial(replace(ORDER, phone=f"+8210000000{n:02}")) for n in range(30)))
    assert len(set(sids)) == 30
    assert {server.call(sid)["to"] for sid in sids} == {f"+8210000000{n:02}" for n in range(30)}


async def test_hanging_up_asks_for_completion(server: ScriptedTwilio, telephone: TwilioTelephone) -> None:
    sid = server.add_call(ORDER.phone, "ringing")
    await telephone.hang_up(sid)
    assert server.asked[-1].fields == [("Status", "completed")]


async def test_a_report_has_the_times(server: ScriptedTwilio, telephone: TwilioTelephone) -> None:
    sid = server.add_call(ORDER.phone, "completed")
    server.call(sid).update(
        start_time="Sun, 22 Nov 2026 05:00:10 +0000", end_time="Sun, 22 Nov 2026 05:02:13 +0000", duration="123"
    )
    ended_at = datetime(2026, 11, 22, 5, 2, 13, tzinfo=UTC)
    assert await telephone.call_report(sid) == CallReport(
        sid, CallStatus.COMPLETED, happened_at=ended_at, duration=123.0
    )


async def test_a_status_nobody_knows(server: ScriptedTwilio, telephone: TwilioTelephone) -> None:
    sid = server.add_call(ORDER.phone, "teleported")
    with pytest.raises(TelephoneUnavailable):
        await telephone.call_report(sid)


@pytest.mark.parametrize(
    ("made_at", "status", "found"),
    [
        (None, "queued", True),
        (None, "completed", False),
        (NOON, "in-progress", True),
        (NOON - timedelta(seconds=5), "completed", True),
        (NOON - timedelta(minutes=5), "completed", False),
    ],
)
async def test_which_calls_are_found(
    server: ScriptedTwilio, telephone: TwilioTelephone, made_at: datetime | None, status: str, found: bool
) -> None:
    sid = server.add_call(ORDER.phone, status, made_at=made_at)
    server.add_call("+821099999999", "in-progress", made_at=NOON)
    report = await telephone.find_call(ORDER.phone, NOON)
    assert (report.call_sid if report else None) == (sid if found else None)


async def test_all_recordings_of_a_call_are_erased_and_no_other(
    server: ScriptedTwilio, telephone: TwilioTelephone
) -> None:
    server.page_size = 10
    server.recordings = {f"RE{n}": Recording(tiny_wav(), call_sid="CA1") for n in range(25)}
    server.recordings["RE99"] = Recording(tiny_wav(), call_sid="CA2")
    server.failures = []
    await telephone.delete_recordings("CA1")
    assert list(server.recordings) == ["RE99"]


async def test_a_recording_that_is_gone_meanwhile_is_no_error(
    server: ScriptedTwilio, telephone: TwilioTelephone
) -> None:
    server.recordings = {"RE1": Recording(tiny_wav(), call_sid="CA1"), "RE2": Recording(tiny_wav(), call_sid="CA1")}

    async def list_and_lose(_: web.Request) -> web.StreamResponse:
        del server.recordings["RE1"]
        return web.json_response({"recordings": [{"sid": "RE1"}, {"sid": "RE2"}], "next_page_uri": None})

    server.failures = [list_and_lose]
    await telephone.delete_recordings("CA1")
    assert server.recordings == {}


async def test_cancelling_a_dial_ends_its_request(server: ScriptedTwilio, telephone: TwilioTelephone) -> None:
    server.failures = [hang]
    dialling = asyncio.create_task(telephone.dial(ORDER))
    await until(lambda: len(server.asked) == 1)
    dialling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dialling
