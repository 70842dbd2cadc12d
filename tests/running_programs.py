"""Which of our programs run on this machine."""

from pathlib import Path

PROGRAMS = {"redis": "-server unixsocket:", **{name: f"-m {name}" for name in ("speech", "orchestrator", "gateway")}}


def programs_in(folder: Path) -> dict[str, int]:
    """The programs that run in a folder, by name."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_text().replace("\0", " ")
            runs_here = (process / "cwd").readlink().is_relative_to(folder)
        except OSError:
            continue  # it has just ended
        found |= {name: int(process.name) for name, mark in PROGRAMS.items() if runs_here and mark in arguments}
    return found
