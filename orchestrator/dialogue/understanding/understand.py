"""One utterance in answer to one open step: what does the callee mean? Called by `dialogue.exchange`."""

from __future__ import annotations

from orchestrator.dialogue.understanding.matching import match_expected
from orchestrator.dialogue.understanding.rules import rule_intent
from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.dialogue.utterance import Intent, Understood, Utterance
from orchestrator.domain.plan import Step, StepKind
from orchestrator.domain.turn import Source

_YES_NO = {StepKind.GOOD_TIME, StepKind.IDENTITY, StepKind.PROBLEM, StepKind.HUMAN_WANTED}
_EXPLICIT = {Intent.WANT_HUMAN, Intent.REFUSE_CALL, Intent.REFUSE_QUESTION, Intent.REPEAT_PLEASE, Intent.QUESTION}
# An expected answer this alike is an answer, whatever form it has.
_SURE = 0.6


def understand(utterance: Utterance, step: Step) -> Understood:
    """Returns what the callee means by an utterance while `step` is open."""
    if utterance.source is Source.SILENCE:
        return Understood(Intent.NO_INPUT)
    if utterance.source is Source.KEYPAD:
        return _keys(utterance.text, step)
    if not compact(utterance.text):
        return Understood(Intent.NO_MATCH, utterance.text)
    return _words(utterance.text, step)


def _words(text: str, step: Step) -> Understood:
    intent = rule_intent(text, step.kind)
    if step.kind is StepKind.QUESTION:
        return _answer(text, step, intent)
    if intent is not None:
        return Understood(intent, text)
    if step.kind is StepKind.IDENTITY and step.text and compact(step.text) in compact(text):
        return Understood(Intent.YES, text)  # says the name
    if step.kind in _YES_NO:
        return Understood(Intent.NO_MATCH, text)
    return Understood(Intent.ANSWER, text)


def _answer(text: str, step: Step, intent: Intent | None) -> Understood:
    match = match_expected(text, step.expected_answers)
    if intent in _EXPLICIT and (match is None or match.score < _SURE):
        return Understood(intent, text)
    if match is not None:
        return Understood(Intent.ANSWER, text, match.index, round(match.score, 3))
    if intent is Intent.UNSURE:
        return Understood(Intent.UNSURE, text)
    return Understood(Intent.ANSWER, text)


def _keys(digits: str, step: Step) -> Understood:
    key = digits.strip()[:1]
    if key not in set("123456789"):
        return Understood(Intent.NO_MATCH, digits)
    number = int(key)
    if step.kind is StepKind.QUESTION and step.expected_answers:
        if number <= len(step.expected_answers):
            meant = step.expected_answers[number - 1].text
            return Understood(Intent.ANSWER, f"{number}번: {meant}", number - 1, 1.0)
        return Understood(Intent.NO_MATCH, digits)
    if number in {1, 2}:
        return Understood(Intent.YES if number == 1 else Intent.NO, digits)
    return Understood(Intent.NO_MATCH, digits)
