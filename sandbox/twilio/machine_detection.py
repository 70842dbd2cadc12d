"""Answering machine detection: parameters, and what it finds (Twilio docs, "Answering Machine Detection").

The sandbox knows who answered, and errs only where Twilio must: what the carrier says at the answer is no person. The
time it takes is that of the parameters. A callee may be taken for something else (`Script.detected_as`).
"""

from dataclasses import dataclass
from typing import Final, Literal

from multidict import MultiMapping

from sandbox.twilio.api_error import ApiError
from sandbox.twilio.form_fields import read_method, read_url
from sandbox.twilio.verbs import Method

Mode = Literal["Enable", "DetectMessageEnd"]
AnsweredBy = Literal["human", "machine_start", "machine_end_beep", "machine_end_silence", "unknown"]

_RANGES: Final = {
    "MachineDetectionTimeout": (3, 59),
    "MachineDetectionSpeechThreshold": (1000, 6000),
    "MachineDetectionSpeechEndThreshold": (500, 5000),
    "MachineDetectionSilenceTimeout": (2000, 10_000),
}
_WORD_S: Final = 1.0
_SPEECH_THRESHOLD_S: Final = 2.4
_SPEECH_END_S: Final = 1.2


@dataclass(frozen=True, slots=True)
class MachineDetection:
    """Says how to detect machines.

    Attributes:
        mode: whether to wait for the end of the machine's greeting.
        asynchronous: whether the call goes on meanwhile; otherwise it waits for the decision.
        callback: where an asynchronous decision is reported; may be empty.
        callback_method: GET or POST.
        speech_threshold_s: speech longer than this is a machine's.
        speech_end_s: silence after which speech is over.
    """

    mode: Mode
    asynchronous: bool = False
    callback: str = ""
    callback_method: Method = "POST"
    speech_threshold_s: float = _SPEECH_THRESHOLD_S
    speech_end_s: float = _SPEECH_END_S

    def of_human(self, notice_s: float = 0.0) -> tuple[AnsweredBy, float]:
        """Returns what is found when a person answers, and the phone seconds it takes: a word and a pause.

        Args:
            notice_s: how long the carrier speaks first: that is heard as well, and too much of it is a machine.
        """
        if notice_s <= self.speech_threshold_s:
            return "human", (notice_s or _WORD_S) + self.speech_end_s
        if self.mode == "DetectMessageEnd":
            return "machine_end_silence", notice_s + self.speech_end_s
        return "machine_start", self.speech_threshold_s

    def of_machine(self, greeting_s: float) -> tuple[AnsweredBy, float]:
        """Returns what is found when a machine answers, and the phone seconds it takes.

        Args:
            greeting_s: when the machine's greeting, beep included, is over.
        """
        if self.mode == "DetectMessageEnd":
            return "machine_end_beep", greeting_s
        return "machine_start", min(self.speech_threshold_s, greeting_s)


def read_machine_detection(form: MultiMapping[str], warnings: list[tuple[int, str]]) -> MachineDetection | None:
    """Reads the parameters of a call.

    Args:
        form: as sent.
        warnings: takes what Twilio would warn of: code and message.

    Returns:
        None if no detection is wanted.

    Raises:
        ApiError: 21234: there is no such kind of detection; 21609, 21209: of the callback, as of every other.
    """
    mode = form.get("MachineDetection")
    if not mode:
        return None
    if mode not in {"Enable", "DetectMessageEnd"}:
        raise ApiError(21234, mode)
    numbers: dict[str, int] = {}
    for name, (least, most) in _RANGES.items():
        given = form.get(name)
        if given is not None and given.isascii() and given.isdigit() and least <= int(given) <= most:
            numbers[name] = int(given)
        elif given is not None:
            warnings.append((21263, f"{name} must be from {least} to {most}"))
    asynchronous = form.get("AsyncAmd") == "true"
    if form.get("AsyncAmd", "true") not in {"true", "false"}:
        warnings.append((21263, "AsyncAmd must be true or false"))
    callback = read_url(form, "AsyncAmdStatusCallback", 21609)
    if asynchronous and not callback:
        warnings.append((21262, "AsyncAmd without AsyncAmdStatusCallback"))
    return MachineDetection(
        mode="DetectMessageEnd" if mode == "DetectMessageEnd" else "Enable",
        asynchronous=asynchronous,
        callback=callback,
        callback_method=read_method(form, "AsyncAmdStatusCallbackMethod"),
        speech_threshold_s=numbers.get("MachineDetectionSpeechThreshold", 1000 * _SPEECH_THRESHOLD_S) / 1000,
        speech_end_s=numbers.get("MachineDetectionSpeechEndThreshold", 1000 * _SPEECH_END_S) / 1000,
    )
