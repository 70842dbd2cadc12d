"""Which of a language model's claims about a call may stand in its summary. Deterministic; each claim by itself.

A claim is dropped that cites no turn of the callee, or one that does not exist; that has a word or a figure which the
cited turns do not bear out; that puts together what was said of different things; or that says the opposite of them, or
of what the interview made of them. Strictness costs little: the built-in words stand in for what is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.dialogue.language_model.figures import figures_supported
from orchestrator.dialogue.language_model.signed_words import LIGHT, Word, contradicts, stands_among, words
from orchestrator.dialogue.language_model.stems import same
from orchestrator.dialogue.summary.evidence import Evidence, Ground
from orchestrator.domain.outcome import Claim

_MOST_CHARACTERS = 150
_MOST_CITED = 5
_PLAIN = re.compile(r"[가-힣0-9\s.,'\"“”‘’()%~·/-]+")
_STATEMENT = re.compile(r"다\.?$")
# "... and so said": what stands before it is what is claimed to be said.
_REPORTED = re.compile(
    r"(?<=[다라자냐])고 ?(?:말|답|대답|이야기|얘기|호소|설명|언급|밝|했|하였|합니다|한다|전했|응답|표현)[^.]*\.?$"
)


def standing(content: Mapping[str, Any], evidence: Evidence) -> tuple[Claim, ...]:
    """Returns the claims of a model's answer that may stand, in their order.

    Args:
        content: `{"claims": [{"text": "...", "turns": [7]}]}`; what has another form is dropped.
        evidence: the call.
    """
    entries = content.get("claims")
    found = [claim for entry in entries if (claim := _claim(entry, evidence))] if isinstance(entries, list) else []
    return tuple(dict.fromkeys(found))


def _claim(entry: object, evidence: Evidence) -> Claim | None:
    if not isinstance(entry, Mapping):
        return None
    text, turns = entry.get("text"), entry.get("turns")
    if not isinstance(text, str) or not isinstance(turns, list) or not all(type(number) is int for number in turns):
        return None
    text, cited = " ".join(text.split()), evidence.cited(turns)
    if not cited or len(cited) > _MOST_CITED or not _readable(text):
        return None
    return Claim(f"{text.rstrip('.')}.", cited) if _borne_out(text, evidence.ground(cited)) else None


def _readable(text: str) -> bool:
    return len(text) <= _MOST_CHARACTERS and bool(_PLAIN.fullmatch(text)) and bool(_STATEMENT.search(text))


def _borne_out(text: str, ground: Ground) -> bool:
    claimed = words(_REPORTED.sub("", text))
    content = [word for word in claimed if not word.frame]
    if not content or not figures_supported(text, ground.text):
        return False
    if not all(stands_among(word, (*ground.theirs, *ground.context)) for word in content):
        return False
    if not _predicate_stands(claimed, ground) or contradicts(claimed, ground.theirs):
        return False
    return not _pieced_together(claimed, ground) and not _another_answer(claimed, ground)


def _predicate_stands(claimed: Sequence[Word], ground: Ground) -> bool:
    """Whether what a claim says of its words was said: its last word is more than a word of the question."""
    said = [word for word in claimed if not word.frame or word.stem in LIGHT]
    return bool(said) and stands_among(said[-1], ground.theirs)


def _pieced_together(claimed: Sequence[Word], ground: Ground) -> bool:
    """Whether a claim says of one thing what was said of another: words up to a predicate come from its own clause."""
    together: list[set[int]] = []
    for word in claimed:
        places = {place for place, clause in enumerate(ground.clauses) if _stands_in(word, clause)}
        predicate = any(stands_among(word, ground.clauses[place][-1:]) for place in places)
        if places and (predicate or not word.frame):
            together.append(places)
        if predicate and not set.intersection(*together):
            return True
        if predicate:
            together = []
    return bool(together) and not set.intersection(*together)


def _stands_in(word: Word, clause: Sequence[Word]) -> bool:
    """Whether a word stands in a clause; if it is what the clause says, it says the same, affirmed or denied."""
    return any(
        same(word.stem, other.stem) and (other is not clause[-1] or other.denied == word.denied) for other in clause
    )


def _another_answer(claimed: Sequence[Word], ground: Ground) -> bool:
    """Whether a claim is nearer to an expected answer that was not matched than to the one that was.

    What the callee said in so many words is nearer to neither.
    """
    read = [word for word in claimed if not stands_among(word, ground.said) or contradicts((word,), ground.said)]
    return any(_likeness(read, other) > _likeness(read, matched) for matched, other in ground.alternatives)


def _likeness(claimed: Sequence[Word], answer: str) -> int:
    known = words(answer)
    return sum(stands_among(word, known) and not contradicts((word,), known) for word in claimed)
