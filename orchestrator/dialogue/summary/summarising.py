"""Writes the summary of a consultation: what a language model claims and the call bears out, and the built-in rest.

Whoever writes it, how the call ended, dangers and what it amounts to are the service's own words, nothing that was
found is left out, and the labels that the backend looks for are in it (backend contract, section 2).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from itertools import chain

from orchestrator.dialogue.language_model.prompts import summary_prompt
from orchestrator.dialogue.language_model.signed_words import stands_among, words
from orchestrator.dialogue.ports.language_model import Completion, LanguageModel, Schema
from orchestrator.dialogue.summary.built_in_summary import BuiltInSummary, built_in_summary
from orchestrator.dialogue.summary.claims import standing
from orchestrator.dialogue.summary.evidence import Evidence
from orchestrator.dialogue.summary.lines import Line
from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import EXCEPTION_LABELS, NEED_HUMAN_LABELS, ExceptionCode, NeedHuman
from orchestrator.domain.errors import LanguageModelUnavailable
from orchestrator.domain.outcome import Claim, Outcome, Summary
from orchestrator.domain.turn import Source, Turn

_MOST_TOKENS = 1500
# Of what was said in detail; the rest stands in the findings.
_MOST_CHARACTERS = 2000

_CLAIM = {
    "type": "object",
    "properties": {"text": {"type": "string"}, "turns": {"type": "array", "items": {"type": "integer"}}},
    "required": ["text", "turns"],
    "additionalProperties": False,
}
SCHEMA = Schema(
    "summary",
    {
        "type": "object",
        "properties": {"claims": {"type": "array", "items": _CLAIM}},
        "required": ["claims"],
        "additionalProperties": False,
    },
)


class Summarising:
    """Writes summaries."""

    def __init__(self, language_model: LanguageModel | None, *, longest: float = 20.0) -> None:
        """Makes it.

        Args:
            language_model: None: the built-in rules write.
            longest: seconds the language model may take.
        """
        self._language_model = language_model
        self._longest = longest

    async def summarise(self, brief: Brief, outcome: Outcome, turns: Sequence[Turn]) -> Summary:
        """Returns the summary. Never fails: what the model does not tell, the built-in rules do."""
        built_in = built_in_summary(outcome, turns)
        claims = await self._by_model(brief, outcome, turns)
        details = [*claims, *(line.claim for line in built_in.details if not _covered(line, claims))]
        source = Source.LANGUAGE_MODEL if claims else Source.BUILT_IN
        return _summary(built_in, details, outcome, source)

    async def _by_model(self, brief: Brief, outcome: Outcome, turns: Sequence[Turn]) -> tuple[Claim, ...]:
        if self._language_model is None or not any(turn.source is Source.SPEECH for turn in turns):
            return ()
        messages = summary_prompt(turns, outcome.findings, person=brief.person)
        try:
            completion = await self._language_model.complete(
                messages, SCHEMA, max_tokens=_MOST_TOKENS, timeout=self._longest
            )
        except LanguageModelUnavailable:
            return ()
        return await asyncio.to_thread(_standing, completion, brief, outcome, turns)  # of a long call it takes a while


def _standing(completion: Completion, brief: Brief, outcome: Outcome, turns: Sequence[Turn]) -> tuple[Claim, ...]:
    return standing(completion.content, Evidence(brief, outcome.findings, turns))


def with_labels(text: str, outcome: Outcome) -> str:
    """Returns a summary with the Korean labels of its exception and of its need for a human at its end."""
    labels = []
    if outcome.exception is not ExceptionCode.NONE:
        labels.append(f"상담 불가 사유: {EXCEPTION_LABELS[outcome.exception]}.")
    if outcome.need_human is not NeedHuman.NO:
        labels.append(f"심층상담: {NEED_HUMAN_LABELS[outcome.need_human]}.")
    return " ".join([text, *(label for label in labels if label not in text)])


def _covered(line: Line, claims: Iterable[Claim]) -> bool:
    """Whether a claim rests on the same turn as a line, and tells of the same."""
    about = words(line.about)
    return any(
        line.claim.turn_numbers
        and set(line.claim.turn_numbers) <= set(claim.turn_numbers)
        and any(stands_among(word, about) for word in words(claim.text) if not word.frame)
        for claim in claims
    )


def _summary(built_in: BuiltInSummary, details: Sequence[Claim], outcome: Outcome, source: Source) -> Summary:
    kept, length = [], 0
    for claim in details:
        length += len(_cited(claim)) + 1
        if length <= _MOST_CHARACTERS:
            kept.append(claim)
    if left := len(details) - len(kept):
        kept.append(Claim(f"그 밖의 {left}건은 항목별 결과에 있습니다."))
    frame = (line.claim for line in built_in.opening), kept, (line.claim for line in built_in.closing)
    claims = tuple(chain.from_iterable(frame))
    return Summary(with_labels(" ".join(map(_cited, claims)), outcome), source, claims)


def _cited(claim: Claim) -> str:
    """Returns a claim with the turns it cites."""
    return f"{claim.text} [{', '.join(map(str, claim.turn_numbers))}]" if claim.turn_numbers else claim.text
