"""What every receiver of results does: the scripted one, and the backend over HTTP."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from orchestrator.adapters.backend.results import BackendResults
from orchestrator.dialogue.ports.results import Receipt, Report, ResultReceiver
from orchestrator.domain.codes import DeliveryFailure, ExceptionCode, NeedHuman, Result
from orchestrator.domain.outcome import Outcome
from tests.fakes.consultations import brief, consultation
from tests.fakes.result_receiver import ScriptedResultReceiver
from tests.fakes.results_server import ScriptedBackend

OUTCOME = Outcome(Result.FINE, ExceptionCode.NONE, NeedHuman.NO, (), (), (), ())


@dataclass
class Backend:
    """A receiver, what it received, and how to make it refuse."""

    port: ResultReceiver
    received: Callable[[], list[tuple[str, bytes]]]
    refuse: Callable[[int, bool], None]


@pytest.fixture(params=["scripted", "http"])
async def backend(request: pytest.FixtureRequest) -> AsyncIterator[Backend]:
    if request.param == "scripted":
        fake = ScriptedResultReceiver()

        def refuse(status: int, final: bool) -> None:
            failure = DeliveryFailure.REFUSED if final else DeliveryFailure.BACKEND_FAILED
            fake.receipts = [Receipt(status, accepted=False, final=final, failure=failure)]

        yield Backend(fake, lambda: fake.delivered, refuse)
        return
    async with ScriptedBackend() as server:
        adapter = BackendResults(server.result_url)

        def answer(status: int, _final: bool) -> None:
            server.status = status

        def received() -> list[tuple[str, bytes]]:
            return [(posted.headers["Idempotency-Key"], posted.body) for posted in server.posted]

        yield Backend(adapter, received, answer)
        await adapter.close()


async def test_a_result_arrives_as_it_was_encoded(backend: Backend) -> None:
    report = Report(brief(), consultation(), OUTCOME, "요약입니다.", ())
    body = backend.port.encode(report)
    assert body == backend.port.encode(report)
    assert await backend.port.deliver(body, key="result:1") == Receipt(200, accepted=True)
    assert backend.received() == [("result:1", body)]


@pytest.mark.parametrize(
    ("status", "final", "failure"),
    [(400, True, DeliveryFailure.REFUSED), (503, False, DeliveryFailure.BACKEND_FAILED)],
)
async def test_a_refusal_is_no_error(backend: Backend, status: int, final: bool, failure: DeliveryFailure) -> None:
    backend.refuse(status, final)
    receipt = await backend.port.deliver(b"{}", key="result:1")
    assert receipt == Receipt(status, accepted=False, final=final, failure=failure)


async def test_a_backend_that_nobody_guards_is_always_worth_a_try(backend: Backend) -> None:
    backend.refuse(503, False)
    for _ in range(10):
        assert backend.port.admits()
        await backend.port.deliver(b"{}", key="result:1")


async def test_whether_anybody_wants_results(backend: Backend) -> None:
    assert backend.port.wanted
    assert not ScriptedResultReceiver(wanted=False).wanted
    nobody = BackendResults(None)
    assert not nobody.wanted
    await nobody.close()
