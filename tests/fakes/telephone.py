"""A telephone network that does as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from orchestrator.dialogue.ports.telephone import CallOrder, CallReport, CallStatus
from orchestrator.domain.errors import RecordingNotReady
from tests.fakes.wav import tiny_wav


class ScriptedTelephone:
    """Places every call at once.

    Attributes:
        dial_errors: raised by the next calls of `dial`, one each.
        recordings: content or error by sid; any other recording is a `tiny_wav` that holds its sid.
        delay: seconds a recording takes.
        error: raised by every method.
        orders: all calls that were placed.
        calls: where they stand, by sid; the test moves them on.
        hung_up: sids that were hung up, in order.
        erased: sids of the calls whose recordings were erased, in order.
        erased_recordings: sids of the recordings that were erased one by one, in order; they are not there any more.
    """

    def __init__(self, recordings: Mapping[str, bytes | Exception] | None = None, *, delay: float = 0.0) -> None:
        self.dial_errors: list[Exception] = []
        self.recordings: dict[str, bytes | Exception] = dict(recordings or {})
        self.delay = delay
        self.error: Exception | None = None
        self.orders: list[CallOrder] = []
        self.calls: dict[str, CallReport] = {}
        self.hung_up: list[str] = []
        self.erased: list[str] = []
        self.erased_recordings: list[str] = []
        self._phones: dict[str, str] = {}

    async def dial(self, order: CallOrder) -> str:
        self._fail()
        if self.dial_errors:
            raise self.dial_errors.pop(0)
        call_sid = f"CA{len(self.orders) + 1:032x}"
        self.orders.append(order)
        self.calls[call_sid] = CallReport(call_sid, CallStatus.QUEUED)
        self._phones[call_sid] = order.phone
        return call_sid

    async def hang_up(self, call_sid: str) -> None:
        self._fail()
        self.hung_up.append(call_sid)
        call = self.calls.get(call_sid)
        if call is not None and not call.status.final:
            self.calls[call_sid] = replace(call, status=CallStatus.COMPLETED)

    async def find_call(self, phone: str, since: datetime) -> CallReport | None:
        self._fail()
        found = (call for sid, call in reversed(self.calls.items()) if self._phones.get(sid) == phone)
        return next(found, None)

    async def call_report(self, call_sid: str) -> CallReport | None:
        self._fail()
        return self.calls.get(call_sid)

    async def fetch_recording(self, recording_sid: str, *, timeout: float) -> bytes:
        self._fail()
        await asyncio.sleep(min(self.delay, timeout))
        if self.delay >= timeout or recording_sid in self.erased_recordings:
            raise RecordingNotReady
        recording = self.recordings.get(recording_sid, tiny_wav(recording_sid))
        if isinstance(recording, Exception):
            raise recording
        return recording

    async def delete_recording(self, recording_sid: str) -> None:
        self._fail()
        self.erased_recordings.append(recording_sid)

    async def delete_recordings(self, call_sid: str) -> None:
        self._fail()
        self.erased.append(call_sid)

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error
