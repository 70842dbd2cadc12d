"""From what the telephone delivers to an utterance: fetches the recording and has it recognised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from orchestrator.dialogue.budget import Budget, Stopwatch
from orchestrator.dialogue.ports.speech import Activity, SpeechToText
from orchestrator.dialogue.ports.telephone import Telephone
from orchestrator.dialogue.utterance import Utterance
from orchestrator.domain.errors import InvalidAudio, Unavailable
from orchestrator.domain.turn import KeypadInput, RecordingInput, SilenceInput, Source, SpokenInput

UNINTELLIGIBLE = Utterance("", Source.UNINTELLIGIBLE)
SILENCE = Utterance("", Source.SILENCE)
# Less sound than this, in seconds, is a cough or a click and nobody speaking; "네" takes longer.
SHORTEST_UTTERANCE = 0.2


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance and what it cost to hear it, in milliseconds.

    Attributes:
        beep: a voicemail's beep was heard with it.
    """

    utterance: Utterance
    recording_ms: float | None = None
    speech_to_text_ms: float | None = None
    end_of_turn_ms: float | None = None
    beep: bool = False


@dataclass(frozen=True, slots=True)
class HearingLimits:
    """Seconds that fetching and recognising a recording may take."""

    recording: float = 5.0
    speech_to_text: float = 8.0


class Hearing:
    """Hears the callee. Never raises for a recording's sake: what cannot be heard is unintelligible."""

    def __init__(
        self,
        telephone: Telephone,
        speech_to_text: SpeechToText,
        activity: Activity,
        on_failure: Callable[[str], None] = lambda _: None,
        limits: HearingLimits | None = None,
    ) -> None:
        """Makes it.

        Args:
            telephone: has the recordings.
            speech_to_text: has words for them.
            activity: tells a silent recording from a mumbled one.
            on_failure: told the name of what went wrong, when the fault is ours and not the callee's.
            limits: how long things may take.
        """
        self._telephone = telephone
        self._speech_to_text = speech_to_text
        self._activity = activity
        self._on_failure = on_failure
        self._limits = limits or HearingLimits()

    async def hear(
        self, callee_input: RecordingInput | SpokenInput | KeypadInput | SilenceInput, budget: Budget
    ) -> Heard:
        """Returns what the callee said."""
        match callee_input:
            case SilenceInput(beep):
                return Heard(SILENCE, beep=beep)
            case KeypadInput(digits):
                return Heard(Utterance(digits, Source.KEYPAD, 1.0))
            case SpokenInput(text, confidence, end_of_turn_ms, beep):
                spoken = Utterance(text, Source.SPEECH, confidence) if text.strip() else UNINTELLIGIBLE
                return Heard(spoken, end_of_turn_ms=end_of_turn_ms, beep=beep)
            case RecordingInput(recording_sid):
                return await self._recording(recording_sid, budget)

    async def _recording(self, recording_sid: str, budget: Budget) -> Heard:
        watch = Stopwatch()
        try:
            audio = await self._telephone.fetch_recording(recording_sid, timeout=budget.share(self._limits.recording))
        except (Unavailable, InvalidAudio) as error:
            self._on_failure(type(error).__name__)
            return Heard(UNINTELLIGIBLE, watch.milliseconds())
        recording_ms = watch.milliseconds()
        beep = self._activity.has_beep(audio)
        watch = Stopwatch()
        try:
            recognition = await self._speech_to_text.recognize(audio, timeout=budget.share(self._limits.speech_to_text))
        except (Unavailable, InvalidAudio) as error:
            self._on_failure(type(error).__name__)
            return Heard(UNINTELLIGIBLE, recording_ms, watch.milliseconds(), beep=beep)
        speech_to_text_ms = watch.milliseconds()
        if text := recognition.text.strip():
            utterance = Utterance(text, Source.SPEECH, recognition.confidence)
        else:
            silent = self._activity.loud_seconds(audio) < SHORTEST_UTTERANCE
            utterance = SILENCE if silent else UNINTELLIGIBLE
        return Heard(utterance, recording_ms, speech_to_text_ms, beep=beep)
