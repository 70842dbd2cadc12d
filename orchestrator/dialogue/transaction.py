"""Changes a consultation: read, decide, write if nobody else did meanwhile, else again."""

from __future__ import annotations

from collections.abc import Callable

from orchestrator.dialogue.ports.store import Change, ConsultationStore
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.errors import StoreUnavailable

Decision = Callable[[Brief, Consultation], Change | None]

# Two writers a call are usual (a webhook and a status report), three are rare.
MOST_TRIES = 8


async def transact(
    store: ConsultationStore, consultation_id: str, decide: Decision, *, known: tuple[Brief, Consultation] | None = None
) -> Consultation:
    """Applies a decision to the newest state of a consultation and returns the state after it.

    Args:
        store: where it is kept.
        consultation_id: which one.
        decide: returns the change to make, or None for none; pure, and called again after a conflict. The change's
            consultation counts up its version.
        known: what was read before, to be tried first: saves a reading where a conflict is rare.

    Raises:
        ConsultationNotFound, StoreUnavailable, and whatever `decide` raises.
    """
    for _ in range(MOST_TRIES):
        brief, consultation = known or await store.load(consultation_id)
        known = None
        change = decide(brief, consultation)
        if change is None:
            return consultation
        if await store.commit(change):
            return change.consultation
    raise StoreUnavailable
