import io
import json
import os
import signal

import pytest

from audio import espeak, espeak_library, espeak_process


def _answers(*requests: object) -> io.BytesIO:
    answers = io.BytesIO()
    espeak_process.serve(io.BytesIO(b"".join(json.dumps(request).encode() + b"\n" for request in requests)), answers)
    answers.seek(0)
    return answers


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(espeak_library.espeakng_loader, "get_library_path", lambda: "/nowhere/lib.so")
    assert "cannot be loaded" in json.loads(_answers(["네", 50, 160]).readline())["error"]


def test_a_crash_costs_nothing_but_a_new_process():
    espeak.synthesize("네", 50, 160)
    crashing = espeak._process()._process
    assert crashing is not None
    os.kill(crashing.pid, signal.SIGSEGV)
    assert espeak.synthesize("네", 50, 160).samples.size > 0
    assert espeak._process()._process is not crashing


def test_a_library_that_always_crashes_is_a_typed_error(monkeypatch: pytest.MonkeyPatch):
    process = espeak._EspeakProcess()
    monkeypatch.setattr(espeak.sys, "executable", "/bin/false")
    with pytest.raises(espeak.EspeakError, match="crashed"):
        process.synthesize("네", 50, 160)


def test_closing_ends_the_process():
    process = espeak._EspeakProcess()
    process.synthesize("네", 50, 160)
    running = process._process
    assert running is not None
    process.close()
    assert running.returncode is not None
