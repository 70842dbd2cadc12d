"""People in line who take alarms as they are told."""

from __future__ import annotations

from orchestrator.dialogue.ports.alarms import AlarmNotice, AlarmReceipt

TAKEN = AlarmReceipt(True)
AWAY = AlarmReceipt(False)


class ScriptedAlarmReceivers:
    """A line of people, all of whom take messages.

    Attributes:
        line: how many there are.
        answers: receipts of those at a place who answer otherwise, one each; the last one again and again.
        told: place and notice of every message, in order, taken or not.
    """

    def __init__(self, line: int = 2, answers: dict[int, list[AlarmReceipt]] | None = None) -> None:
        self.line = line
        self.answers = answers or {}
        self.told: list[tuple[int, AlarmNotice]] = []

    @property
    def places(self) -> list[int]:
        return [place for place, _ in self.told]

    async def tell(self, place: int, notice: AlarmNotice, *, timeout: float) -> AlarmReceipt:
        assert timeout > 0
        self.told.append((place, notice))
        receipts = self.answers.get(place, [TAKEN])
        return receipts.pop(0) if len(receipts) > 1 else receipts[0]
