"""A backend that takes results as it is told."""

from __future__ import annotations

import json

from orchestrator.dialogue.ports.results import Receipt, Report


class ScriptedResultReceiver:
    """Accepts everything, unless receipts are given.

    Attributes:
        receipts: answers to the next deliveries; the last one again and again.
        wanted: whether a backend is configured.
        worth_a_try: whether it is not left alone at the moment.
        delivered: key and body of every delivery, in order.
        reports: everything that was encoded, in order.
    """

    def __init__(self, *receipts: Receipt, wanted: bool = True) -> None:
        self.receipts = list(receipts or (Receipt(200, accepted=True),))
        self.wanted = wanted
        self.worth_a_try = True
        self.delivered: list[tuple[str, bytes]] = []
        self.reports: list[Report] = []

    def admits(self) -> bool:
        return self.worth_a_try

    def encode(self, report: Report) -> bytes:
        self.reports.append(report)
        return json.dumps({"v_id": report.brief.person.person_id, "summary": report.summary}).encode()

    async def deliver(self, body: bytes, *, key: str) -> Receipt:
        self.delivered.append((key, body))
        return self.receipts.pop(0) if len(self.receipts) > 1 else self.receipts[0]
