"""`python -m audio.espeak_process`: speaks what it reads on its input, until that is closed.

A request is a line of JSON, `[text, pitch, words_per_minute]`. An answer is a line of JSON, `{"rate_hz", "anchors",
"bytes"}`, and that many bytes of `int16` samples; or `{"error"}`.
"""

from __future__ import annotations

import json
import signal
import sys
from typing import IO

from audio.espeak_library import EspeakError, Library


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answers requests until there are no more."""
    library: Library | None = None
    for line in requests:
        try:
            library = library or Library()
            spoken = library.synthesize(*json.loads(line))
        except EspeakError as error:
            _answer(answers, {"error": str(error)}, b"")
            continue
        sound = spoken.samples.tobytes()
        anchors = [(anchor.position, anchor.sample) for anchor in spoken.anchors]
        _answer(answers, {"rate_hz": spoken.rate_hz, "anchors": anchors, "bytes": len(sound)}, sound)


def _answer(answers: IO[bytes], header: dict[str, object], sound: bytes) -> None:
    answers.write(json.dumps(header).encode() + b"\n" + sound)
    answers.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asked
    serve(sys.stdin.buffer, sys.stdout.buffer)
