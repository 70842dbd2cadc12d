"""Prints the installed packages that calling-orchestrator does not need to run: those it is developed with."""

from __future__ import annotations

from importlib.metadata import distribution, distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = "calling-orchestrator"
EXTRAS = ("embeddings",)
_KEPT = "pip"  # does the removing


def development_packages() -> set[str]:
    """Returns their names."""
    installed = {canonicalize_name(each.metadata["Name"]) for each in distributions()}
    return installed - _needed(PROJECT, EXTRAS, installed) - {_KEPT}


def _needed(project: str, extras: tuple[str, ...], installed: set[str]) -> set[str]:
    """Returns a package and all that it requires here, directly or not."""
    found: set[str] = set()
    waiting = [(project, extras)]
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while waiting:
        place = name, wanted = waiting.pop()
        if place in seen or canonicalize_name(name) not in installed:
            continue
        seen.add(place)
        found.add(canonicalize_name(name))
        for line in distribution(name).requires or ():
            requirement = Requirement(line)
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *wanted)):
                waiting.append((requirement.name, tuple(sorted(requirement.extras))))
    return found


if __name__ == "__main__":
    print("\n".join(sorted(development_packages())))  # noqa: T201 - what it is for
