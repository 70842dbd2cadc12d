"""What every telephone network does: the scripted one, and Twilio behind a REST API like the real one."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from orchestrator.adapters.twilio.telephone import TwilioTelephone
from orchestrator.dialogue.ports.telephone import CallOrder, CallStatus, Telephone
from orchestrator.domain.codes import DialFailure
from orchestrator.domain.errors import DialRefused, InvalidAudio, RecordingNotReady, TelephoneUnavailable
from tests.fakes.consultations import NOON
from tests.fakes.telephone import ScriptedTelephone
from tests.fakes.twilio_rest import ACCOUNT, TOKEN, Recording, ScriptedTwilio, body, error
from tests.fakes.wav import tiny_wav

ORDER = CallOrder("5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1", "+821012345678", 40, 1800)
UNKNOWN = "CA" + "f" * 32


@dataclass
class Network:
    """A telephone, and how to change what is behind it."""

    telephone: Telephone
    refuse: Callable[[], None]
    fail: Callable[[], None]
    move: Callable[[str, CallStatus], None]
    record: Callable[[str, bytes | None], None]


def scripted() -> Network:
    fake = ScriptedTelephone()

    def move(sid: str, status: CallStatus) -> None:
        fake.calls[sid] = replace(fake.calls[sid], status=status)

    return Network(
        fake,
        refuse=lambda: fake.dial_errors.append(DialRefused(DialFailure.INVALID_NUMBER, 21211)),
        fail=lambda: setattr(fake, "error", TelephoneUnavailable()),
        move=move,
        record=lambda sid, content: fake.recordings.update(
            {sid: InvalidAudio("must be a WAV file") if content is None else content}
        ),
    )


def twilio(server: ScriptedTwilio, telephone: Telephone) -> Network:
    return Network(
        telephone,
        refuse=lambda: server.failures.append(error(400, 21211)),
        fail=lambda: server.failures.extend([body(500, "oops")] * 9),
        move=lambda sid, status: server.call(sid).update(status=str(status)),
        record=lambda sid, content: server.recordings.update({sid: Recording(content or b"<html>")}),
    )


@pytest.fixture(params=["scripted", "twilio"])
async def network(request: pytest.FixtureRequest) -> AsyncIterator[Network]:
    if request.param == "scripted":
        yield scripted()
        return
    async with ScriptedTwilio() as server:
        telephone = TwilioTelephone(
            account_sid=ACCOUNT,
            auth_token=TOKEN,
            from_phone="+15005550006",
            public_base_url="https://gateway.example",
            api_base_url=server.url,
            backoff=0.001,
        )
        yield twilio(server, telephone)
        await telephone.close()


async def test_a_call_is_placed_and_found_again(network: Network) -> None:
    sid = await network.telephone.dial(ORDER)
    report = await network.telephone.call_report(sid)
    assert report is not None
    assert (report.call_sid, report.status) == (sid, CallStatus.QUEUED)
    assert await network.telephone.find_call(ORDER.phone, NOON) == report


async def test_the_newest_call_to_the_number_is_found(network: Network) -> None:
    await network.telephone.dial(ORDER)
    newest = await network.telephone.dial(ORDER)
    await network.telephone.dial(replace(ORDER, phone="+821099999999"))
    found = await network.telephone.find_call(ORDER.phone, NOON)
    assert found is not None
    assert found.call_sid == newest


async def test_no_call_to_be_found(network: Network) -> None:
    assert await network.telephone.find_call(ORDER.phone, NOON + timedelta(1)) is None
    assert await network.telephone.call_report(UNKNOWN) is None


async def test_a_refusal_says_why(network: Network) -> None:
    network.refuse()
    with pytest.raises(DialRefused) as refused:
        await network.telephone.dial(ORDER)
    assert (refused.value.failure, refused.value.provider_code) == (DialFailure.INVALID_NUMBER, 21211)


@pytest.mark.parametrize("status", list(CallStatus))
async def test_every_status_is_reported(network: Network, status: CallStatus) -> None:
    sid = await network.telephone.dial(ORDER)
    network.move(sid, status)
    report = await network.telephone.call_report(sid)
    assert report is not None
    assert report.status is status


async def test_hanging_up_ends_a_call_and_hurts_none_that_is_over_or_unknown(network: Network) -> None:
    sid = await network.telephone.dial(ORDER)
    for _ in range(2):
        await network.telephone.hang_up(sid)
        report = await network.telephone.call_report(sid)
        assert report is not None
        assert report.status is CallStatus.COMPLETED
    await network.telephone.hang_up(UNKNOWN)


async def test_recordings(network: Network) -> None:
    network.record("RE1", tiny_wav("hello"))
    network.record("RE2", None)
    assert await network.telephone.fetch_recording("RE1", timeout=5) == tiny_wav("hello")
    with pytest.raises(InvalidAudio):
        await network.telephone.fetch_recording("RE2", timeout=5)


async def test_a_recording_that_does_not_appear() -> None:
    fake = ScriptedTelephone(delay=30)
    with pytest.raises(RecordingNotReady):
        await fake.fetch_recording("RE1", timeout=0.01)


async def test_one_recording_is_erased_and_no_other(network: Network) -> None:
    for sid in ("RE1", "RE2"):
        network.record(sid, tiny_wav(sid))
    for _ in range(2):
        await network.telephone.delete_recording("RE1")
    with pytest.raises(RecordingNotReady):
        await network.telephone.fetch_recording("RE1", timeout=0.05)
    assert await network.telephone.fetch_recording("RE2", timeout=5) == tiny_wav("RE2")


async def test_erasing_nothing_is_no_error(network: Network) -> None:
    await network.telephone.delete_recordings(UNKNOWN)
    await network.telephone.delete_recording("RE" + "f" * 32)


async def test_a_network_that_fails(network: Network) -> None:
    sid = await network.telephone.dial(ORDER)
    network.fail()
    calls = [
        network.telephone.dial(ORDER),
        network.telephone.hang_up(sid),
        network.telephone.find_call(ORDER.phone, NOON),
        network.telephone.call_report(sid),
        network.telephone.delete_recording("RE1"),
        network.telephone.delete_recordings(sid),
        network.telephone.fetch_recording("RE1", timeout=0.2),
    ]
    for call in calls:
        with pytest.raises(TelephoneUnavailable):
            await call
