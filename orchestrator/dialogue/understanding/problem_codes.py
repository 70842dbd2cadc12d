"""The backend's codes for a difficulty that somebody tells in their own words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from orchestrator.dialogue.ports.sentences import Vectors
from orchestrator.dialogue.understanding.sentences import Sentences
from orchestrator.dialogue.understanding.similarity import SentenceIndex
from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.domain.codes import DESIRE_LABELS, RISK_LABELS, ResponseType

# What fits no other code: the last of each table, 기타.
_OTHER = {ResponseType.RISK: max(RISK_LABELS), ResponseType.DESIRE: max(DESIRE_LABELS)}
_MOST_CODES = 2
# Without any of the words, a difficulty has the code of the example that is most alike, if it is this much more so than
# the examples are in the middle (in standard deviations), or shares this much of its letters.
_MORE_ALIKE = 2.5
_SHARED_LETTERS = 0.3
_TIMEOUT = 5.0  # seconds; nobody waits for it on the telephone


@dataclass(frozen=True, slots=True)
class _Example:
    code: int
    text: str


class _Table:
    """The words and examples of one table."""

    def __init__(self, table: Mapping[str, Mapping[str, str | list[str]]]) -> None:
        self.words = {int(code): re.compile(str(entry["words"])) for code, entry in table.items()}
        self.examples = [_Example(int(code), text) for code, entry in table.items() for text in entry["examples"]]
        self.letters = SentenceIndex([example.text for example in self.examples])

    def by_words(self, text: str) -> tuple[int, ...]:
        """Returns the codes whose words occur, those with the most words first."""
        short = compact(text)
        counts = {code: len(words.findall(short)) for code, words in self.words.items()}
        named = [code for code, count in counts.items() if count]
        return tuple(sorted(named, key=lambda code: (-counts[code], code))[:_MOST_CODES])


_FILE = tomllib.loads(files(__package__).joinpath("problem_codes.toml").read_text("utf-8"))
_TABLES = {ResponseType.RISK: _Table(_FILE["risk"]), ResponseType.DESIRE: _Table(_FILE["desire"])}


class ProblemCodes:
    """Finds the codes of a difficulty: by its words, else by likeness to examples, else 기타."""

    def __init__(self, sentences: Sentences | None) -> None:
        """Makes it.

        Args:
            sentences: None: likeness is that of letters.
        """
        self._sentences = sentences

    async def codes_for(self, text: str, table: ResponseType) -> tuple[int, ...]:
        """Returns the codes of a difficulty, at least one, the most fitting first.

        Args:
            text: what the person said.
            table: RISK or DESIRE.
        """
        known = _TABLES[table]
        if codes := known.by_words(text):
            return codes
        alike = await self._most_alike(text, known)
        return (_OTHER[table] if alike is None else alike,)

    async def _most_alike(self, text: str, known: _Table) -> int | None:
        likeness = await self._likeness(text, [example.text for example in known.examples])
        if likeness is not None:
            best = int(likeness.argmax())
            unusual = (likeness[best] - likeness.mean()) / max(float(likeness.std()), 1e-6)
            return known.examples[best].code if unusual >= _MORE_ALIKE else None
        match = known.letters.best(text)
        return known.examples[match.index].code if match is not None and match.score >= _SHARED_LETTERS else None

    async def _likeness(self, text: str, examples: Sequence[str]) -> Vectors | None:
        if self._sentences is None or not compact(text):
            return None
        vectors = await self._sentences.index(examples, timeout=_TIMEOUT)
        said = await self._sentences.vectors([text], timeout=_TIMEOUT)
        return None if vectors is None or said is None else vectors @ said[0]
