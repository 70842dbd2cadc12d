"""What a thread wants of a processor: what it computes counts, what it sleeps does not."""

import time
from pathlib import Path

import pytest

from observability import processor_time
from observability.processor_time import wanted_by_thread


def computed(seconds: float) -> float:
    before, began = wanted_by_thread(), time.thread_time()
    while time.thread_time() < began + seconds:
        pass
    return wanted_by_thread() - before


def test_what_is_computed_is_wanted() -> None:
    assert computed(0.05) >= 0.04


def test_what_is_slept_is_not() -> None:
    before = wanted_by_thread()
    time.sleep(0.1)
    assert wanted_by_thread() - before < 0.09


@pytest.mark.parametrize("content", [None, "", "one two three"])
def test_without_the_kernels_figures_the_time_on_the_cpu_has_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None
) -> None:
    figures = tmp_path / "schedstat"
    if content is not None:
        figures.write_text(content)
    monkeypatch.setattr(processor_time, "_SCHEDULED", figures)
    assert computed(0.02) >= 0.02


def test_waiting_for_a_processor_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    figures = tmp_path / "schedstat"
    figures.write_text("1500000000 250000000 42\n")
    monkeypatch.setattr(processor_time, "_SCHEDULED", figures)
    assert wanted_by_thread() == 1.75
