"""How far a consultation has come in its plan."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from orchestrator.domain.codes import ExceptionCode, NeedHuman
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.machine import MachineSign, is_machine
from orchestrator.domain.outcome import CallBackWish, Finding, RecordingConsent


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a consultation has come.

    Attributes:
        position: index of the open step; the number of steps when all are done.
        ask_count: how often the open step was asked.
        digressions: how often the callee asked or had something repeated since the step was opened.
        silences: silent turns in a row.
        misunderstandings: turns in a row in which nothing was understood.
        findings: what became of the steps that are done.
        over: the goodbye was said.
        improper: insults so far.
        dangers: what the callee was told the right words for.
        untold: a danger that was noticed too late for the reply: the right words come with the next one.
        consent: whether the call may be kept as audio.
        identified: whether the person has proved who they are; None: not yet.
        spoken_for: somebody else came to the phone after that, or answers in the person's place.
        call_back: when to call again.
        silence_timeout: seconds of silence that end this callee's turns, once the usual was seen to be too short.
        machine_signs: what speaks for an answering machine since somebody was understood last.
    """

    position: int = 0
    ask_count: int = 0
    digressions: int = 0
    silences: int = 0
    misunderstandings: int = 0
    findings: tuple[Finding, ...] = field(default=())
    exception: ExceptionCode = ExceptionCode.NONE
    need_human: NeedHuman = NeedHuman.NO
    over: bool = False
    improper: int = 0
    dangers: tuple[DangerKind, ...] = ()
    untold: DangerKind | None = None
    consent: RecordingConsent = RecordingConsent.UNKNOWN
    identified: bool | None = None
    spoken_for: bool = False
    call_back: CallBackWish | None = None
    silence_timeout: float | None = None
    machine_signs: tuple[MachineSign, ...] = ()

    def with_sign(self, sign: MachineSign) -> Progress:
        """Returns the progress with one more sign of a machine."""
        if sign in self.machine_signs and sign is not MachineSign.NOTICE:
            return self
        return replace(self, machine_signs=(*self.machine_signs, sign))

    def judged(self) -> Progress:
        """Returns the progress after a look at the signs: where no doubt is left, nobody was reached."""
        if not is_machine(self.machine_signs):
            return self
        return replace(self, exception=ExceptionCode.NOT_ANSWERED, over=True)

    def finding(self, subject: str) -> Finding | None:
        """Returns what became of a step, or None if it is not done."""
        return next((finding for finding in self.findings if finding.subject == subject), None)
