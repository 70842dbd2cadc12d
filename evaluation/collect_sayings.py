"""Collects `understanding.sayings`: `python -m evaluation.collect_sayings SAYINGS.txt FILE.jsonl...`.

From a file of meanings with what people say for each (`meaning | saying | saying ...`), and from labelled answers.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from orchestrator.adapters.nano_sentence_encoder import NanoSentenceEncoder
from orchestrator.dialogue import understanding
from orchestrator.dialogue.understanding.sayings import VECTORS, WORDS, in_bytes, meanings

_TIMEOUT = 1200.0  # seconds


def collect(sayings: Path, labelled: Sequence[Path]) -> list[tuple[str, str]]:
    """Returns what is said and what is meant by it, each pair once."""
    pairs = []
    for line in sayings.read_text("utf-8").splitlines():
        meaning, *said = (part.strip() for part in line.split("|"))
        pairs += [(text, meaning) for text in (*said, meaning)]
    for path in labelled:
        for line in path.read_text("utf-8").splitlines():
            entry = json.loads(line)
            pairs.append((entry["text"], "" if entry["label"] is None else entry["expected"][entry["label"]]))
    return list(dict.fromkeys(pairs))


async def main(sayings: Path, labelled: Sequence[Path]) -> None:
    """Writes words and vectors into the package."""
    pairs = collect(sayings, labelled)
    encoder = NanoSentenceEncoder()
    said = await encoder.encode([text for text, _ in pairs], timeout=_TIMEOUT)
    meant = await encoder.encode(meanings(pairs), timeout=_TIMEOUT)
    await encoder.close()
    folder = Path(understanding.__path__[0])
    (folder / WORDS).write_text("".join(f"{text}\t{meaning}\n" for text, meaning in pairs), "utf-8")
    np.savez_compressed(folder / VECTORS, encoder=encoder.name, said=in_bytes(said), meant=in_bytes(meant))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), [Path(argument) for argument in sys.argv[2:]]))
