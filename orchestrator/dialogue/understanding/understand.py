"""One utterance in answer to one open step: what does the callee mean? The layers, in order.

Danger wins over everything; then what fixed rules are certain of; then the expected answer that is meant, against what
the learned layer makes of the words. Called by `dialogue.interview.comprehension`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from orchestrator.dialogue.understanding.asked import asked_by
from orchestrator.dialogue.understanding.danger import on_screen
from orchestrator.dialogue.understanding.dates import read_date
from orchestrator.dialogue.understanding.intents import IntentReader, Reading
from orchestrator.dialogue.understanding.matching import Match, Matching, OtherStep
from orchestrator.dialogue.understanding.moments import names_moment
from orchestrator.dialogue.understanding.numbers import read_key, read_number
from orchestrator.dialogue.understanding.rules import says_more
from orchestrator.dialogue.understanding.sentences import Sentences
from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.dialogue.utterance import Intent, Understood, Utterance
from orchestrator.domain.plan import Plan, Step, StepKind
from orchestrator.domain.turn import Layer, Source

# What is about the call, not about the question.
_ABOUT_THE_CALL = {
    Intent.WANT_HUMAN,
    Intent.REFUSE_CALL,
    Intent.REFUSE_QUESTION,
    Intent.REPEAT_PLEASE,
    Intent.QUESTION,
    Intent.CALL_BACK_LATER,
    Intent.WRONG_PERSON,
    Intent.PHONE_HANDED_ON,
    Intent.ABUSE,
    Intent.MACHINE,
    Intent.CARRIER_NOTICE,
}
# An expected answer this probable outweighs a wish that only the learned layer sees.
_SURE = 0.9
# Where yes and no have consequences, the learned layer must be surer than elsewhere; otherwise it is asked again.
_MUST_BE_SURE = {StepKind.CONSENT, StepKind.GOOD_TIME, StepKind.IDENTITY, StepKind.PROBLEM, StepKind.HUMAN_WANTED}
_SURE_ENOUGH, _LIKELY = 0.8, 0.3
# A yes or no to a question that is less likely than this would be noted as a fact, and be none one time in three.
_NO_GUESS = 0.45
_WITH_NUMBERS = {Intent.YES, Intent.NO, Intent.ANSWER}
_YES_KEY, _NO_KEY = 1, 2
# Key 0 asks for a person where the institution's wording offers it in these words.
_HUMAN_KEY = "상담원은 영 번"


class Understanding:
    """Understands callees, with an encoder or without."""

    def __init__(self, matching: Matching, sentences: Sentences | None = None) -> None:
        """Makes it.

        Args:
            matching: finds the expected answer that is meant.
            sentences: None: there is no encoder.
        """
        self._matching = matching
        self._reader = IntentReader(sentences)

    async def prepare(self, plan: Plan) -> None:
        """Encodes what a plan asks and expects, so that no callee waits for it."""
        await self._matching.prepare(plan)

    async def understand(self, utterance: Utterance, step: Step, others: Sequence[OtherStep] = ()) -> Understood:
        """Returns what the callee means by an utterance while `step` is open.

        Args:
            utterance: what was heard.
            step: what was asked.
            others: the other steps of the plan, which the utterance may answer in passing.
        """
        if utterance.source is Source.SILENCE:
            return Understood(Intent.NO_INPUT)
        if utterance.source is Source.KEYPAD:
            return _keys(utterance.text, step)
        if not compact(utterance.text):
            return Understood(Intent.NO_MATCH, utterance.text)
        return await self._words(utterance.text, step, others)

    async def _words(self, text: str, step: Step, others: Sequence[OtherStep]) -> Understood:
        reading = await self._reader.read(text, asked_by(step))
        if reading.certain and (reading.intent is Intent.DANGER or reading.intent in _ABOUT_THE_CALL):
            return _understood(text, reading)
        noise = reading.certain and reading.intent is Intent.NO_MATCH
        match = None
        if step.expected_answers and not noise:
            match = await self._matching.match(text, step.text, step.expected_answers)
        if reading.intent is Intent.DANGER and not _a_degree(step, match):
            return _understood(text, reading)
        if await self._beside_the_question(text, step, others, reading, match):
            understood = Understood(Intent.ANSWER, text, layer=Layer.LIKENESS)
        else:
            understood = _answer(text, step, reading, match)
        return replace(understood, asides=await self._matching.asides(text, step, others)) if others else understood

    async def _beside_the_question(
        self, text: str, step: Step, others: Sequence[OtherStep], reading: Reading, match: Match | None
    ) -> bool:
        """Whether somebody answers what was asked before, or tells what is on: "집은 따뜻하다니까요" is no meal."""
        if not step.expected_answers or reading.certain or reading.intent in _ABOUT_THE_CALL:
            return False
        likeness = match.score if match is not None else 0.0
        if on_screen(text) and likeness < _SURE:
            return True
        return await self._matching.fits_elsewhere(text, step, others, above=likeness)


def _a_degree(step: Step, match: Match | None) -> bool:
    """Whether a degree that was offered was named: how bad something is was just asked, and is no alarm by itself."""
    return bool(step.levels) and match is not None and match.score >= _SURE


def _answer(text: str, step: Step, reading: Reading, match: Match | None) -> Understood:
    wish = reading.intent in _ABOUT_THE_CALL
    if match is not None and (not wish or match.score >= _SURE):
        confidence, number = round(match.score, 3), read_number(text)
        return Understood(Intent.ANSWER, text, match.index, confidence, Layer.LIKENESS, number=number)
    said = _by_kind(text, step)
    if said is not None and (not wish or reading.intent is Intent.CALL_BACK_LATER):
        return Understood(said, text)
    needed = _SURE_ENOUGH if reading.intent in {Intent.YES, Intent.NO} else _LIKELY
    if step.kind in _MUST_BE_SURE and reading.confidence < needed:
        return Understood(Intent.NO_MATCH, text, layer=reading.layer)
    if step.expected_answers and reading.intent in {Intent.YES, Intent.NO} and reading.confidence < _NO_GUESS:
        return Understood(Intent.ANSWER, text, layer=reading.layer)  # matched to nothing: it is asked again
    guessed = reading.intent in {Intent.YES, Intent.NO} or (not reading.certain and reading.confidence < _LIKELY)
    if step.kind is StepKind.ANYTHING_ELSE and guessed and says_more(text):
        return Understood(Intent.ANSWER, text, layer=reading.layer)
    understood = _understood(text, reading)
    if understood.intent in {Intent.UNSURE, Intent.NO_MATCH} and not reading.certain:
        number = read_number(text)
        return understood if number is None else replace(understood, intent=Intent.ANSWER, number=number)
    return understood


def _by_kind(text: str, step: Step) -> Intent | None:
    """What is an answer to one kind of step in whatever form: the name, a date, a time."""
    match step.kind:
        case StepKind.IDENTITY if _says(step.text, text):
            return Intent.YES
        case StepKind.BIRTH_DATE if read_date(text) is not None:
            return Intent.ANSWER
        case StepKind.CALL_BACK if names_moment(text):
            return Intent.ANSWER
    return None


def _says(name: str, text: str) -> bool:
    short = compact(text)
    return bool(name) and compact(name) in short and not any(word in short for word in ("아니", "아닌", "아닙", "없"))


def _understood(text: str, reading: Reading) -> Understood:
    return Understood(
        reading.intent,
        text,
        confidence=None if reading.certain else round(reading.confidence, 3),
        layer=reading.layer,
        danger=reading.danger,
        number=read_number(text) if reading.intent in _WITH_NUMBERS else None,
    )


def _keys(digits: str, step: Step) -> Understood:
    key = read_key(digits)
    if digits.startswith("*"):
        return Understood(Intent.REPEAT_PLEASE, digits)
    if step.kind is StepKind.BIRTH_DATE:
        return Understood(Intent.ANSWER if read_date(digits) else Intent.NO_MATCH, digits)
    if key == 0 and any(_HUMAN_KEY in ask for ask in step.asks):
        return Understood(Intent.WANT_HUMAN, digits)
    if step.expected_answers:
        if key is None or not 1 <= key <= len(step.expected_answers):
            return Understood(Intent.NO_MATCH, digits)
        meant = step.expected_answers[key - 1].text
        return Understood(Intent.ANSWER, f"{key}번: {meant}", key - 1, 1.0, number=key)
    if key in {_YES_KEY, _NO_KEY}:
        return Understood(Intent.YES if key == _YES_KEY else Intent.NO, digits)
    return Understood(Intent.NO_MATCH, digits)
