"""Records for the store's contract."""

from orchestrator.dialogue.ports.store import Change, ConsultationStore
from orchestrator.domain.consultation import Consultation
from tests.fakes.consultations import brief, consultation

UNKNOWN = "5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1"


async def put(store: ConsultationStore, **fields: object) -> Consultation:
    record = consultation(**fields)  # type: ignore[arg-type]
    assert await store.create(brief(), Change(record)) is None
    return record


async def commit(store: ConsultationStore, change: Change) -> Consultation:
    assert await store.commit(change)
    return change.consultation
