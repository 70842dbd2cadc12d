"""scripts/setup.py and scripts/environment.py: what `make run` does first on a fresh clone."""

import errno
import importlib.util
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).parents[3] / "scripts"
BACKEND = '''
"""A build backend in the tree, so that setting up a project needs no package registry."""
import zipfile

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(f"{wheel_directory}/{name}", "w") as wheel:
        wheel.writestr("tiny.py", "")
        wheel.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n")
        wheel.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("tiny-1.0.dist-info/RECORD", "")
    return name
'''
PYPROJECT = (
    '[project]\nname="tiny"\nversion="1.0"\n[build-system]\nrequires=[]\nbuild-backend="backend"\nbackend-path=["."]\n'
)


def old_pythons() -> list[Path]:
    """Pythons before 3.11 that a version manager put on this machine."""
    found = Path.home().glob(".pyenv/versions/*/bin/python")
    return sorted(python for python in found if re.match(r"2\.|3\.\d\.|3\.10\.", python.parents[1].name))


needs_an_old_python = pytest.mark.skipif(not old_pythons(), reason="no Python before 3.11 in ~/.pyenv/versions")


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """environment.py for a project in `tmp_path` whose stages are recorded and not run."""
    (tmp_path / "requirements.lock").write_text("aiohttp==3.14.5\n")
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPTS / "environment.py", tmp_path / "scripts")
    spec = importlib.util.spec_from_file_location("environment_under_test", tmp_path / "scripts" / "environment.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.stages = []
    monkeypatch.setattr(module, "_run", lambda title, *_: module.stages.append(title))
    monkeypatch.setattr(module, "_is_usable", module.VENV.exists)
    monkeypatch.setattr(module.signal, "signal", lambda *_: None)
    return module


ALL = ["Python environment", "packages", "this project"]


def test_a_fresh_clone_gets_everything_and_the_second_run_nothing(environment: ModuleType) -> None:
    assert environment.main() == 0
    assert environment.stages == ALL
    assert environment.main() == 0
    assert environment.stages == ALL


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_a_changed_file_installs_again_into_the_same_environment(environment: ModuleType, changed: str) -> None:
    environment.main()
    with (environment.ROOT / changed).open("a") as file:
        file.write("# changed\n")
    assert environment.main() == 0
    assert environment.stages == ALL + ALL[1:]


@pytest.mark.parametrize("interrupted_stage", ALL)
def test_an_interrupted_run_is_repaired_from_the_ground_up_by_the_next(
    environment: ModuleType,
    interrupted_stage: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(title: str, *_: object) -> None:
        if title == interrupted_stage:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(environment, "_run", interrupted)
        assert environment.main() == 130
    assert capsys.readouterr().err == "setup: stopped; the next run repairs what is half done\n"
    assert environment.main() == 0
    assert environment.stages == ALL


def test_another_python_means_another_environment(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    environment.main()
    monkeypatch.setattr(environment, "_python_version", lambda: "3.99")
    monkeypatch.setattr(environment, "_is_usable", lambda: False)
    assert environment.main() == 0
    assert environment.stages == ALL + ALL


def test_too_little_disk_is_one_line_before_anything_is_made(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = shutil.disk_usage(environment.ROOT)._replace(free=200_000_000)
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda _path: usage)
    assert environment.main() == 1
    root = environment.ROOT
    assert capsys.readouterr().err == f"setup: needs 1000 MB of free disk at {root}, there are 200 MB\n"
    assert not environment.VENV.exists()


def test_a_disk_that_fills_up_on_the_way_is_one_line(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(environment, "_run", full)
    assert environment.main() == 1
    assert capsys.readouterr().err == "setup: the disk is full\n"


def test_a_python_without_venv_is_one_line_that_names_the_package(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda _name: None)
    assert environment.main() == 1
    assert capsys.readouterr().err.endswith(f"apt install python3.{sys.version_info.minor}-venv\n")


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (["Collecting a", "ERROR: Could not install packages: [Errno 28] No space left on device"], "the disk is full"),
        (
            [
                "WARNING: Retrying (Retry(total=0)) after connection broken by 'X': /a/",
                "ERROR: No matching distribution",
            ],
            "the package registry cannot be reached",
        ),
        (
            ["Collecting a", "ERROR: No matching distribution found for a==1", ""],
            "No matching distribution found for a==1",
        ),
        (["Error: Command '['python', '-m', 'ensurepip']' returned non-zero exit status 1.", ""], "Error: Command"),
        ([], "it said nothing"),
    ],
)
def test_of_a_failed_command_the_line_that_matters_is_told(
    environment: ModuleType, output: list[str], told: str
) -> None:
    assert environment.failure_of(output).startswith(told)


@pytest.mark.slow
def test_it_sets_up_a_real_project_and_then_costs_nothing(tmp_path: Path) -> None:
    shutil.copytree(SCRIPTS, tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "requirements.lock").write_text("# none\n")
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "backend.py").write_text(BACKEND)
    setup = [sys.executable, "-ES", str(tmp_path / "scripts" / "setup.py")]

    first = subprocess.run(setup, capture_output=True, text=True, check=False)
    assert (first.returncode, first.stderr) == (0, "")
    assert [line.split(" s ")[0][:-4].strip() for line in first.stdout.splitlines()] == [f"setup: {s}" for s in ALL]
    assert all(line.endswith("done") for line in first.stdout.splitlines())
    subprocess.run([tmp_path / ".venv" / "bin" / "python", "-c", "import tiny"], check=True)

    started = time.monotonic()
    second = subprocess.run(setup, capture_output=True, text=True, check=False)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert time.monotonic() - started < 2  # 30 ms where nothing else runs

    (tmp_path / "pyproject.toml").write_text(PYPROJECT.replace('"backend"', '"no_such_backend"'))
    third = subprocess.run(setup, capture_output=True, text=True, check=False)
    assert third.returncode == 1
    assert "Traceback" not in third.stderr
    assert third.stderr.count("\n") == 1


@needs_an_old_python
@pytest.mark.parametrize("python", old_pythons(), ids=lambda path: path.parents[1].name)
def test_an_old_python_alone_says_so_in_one_line(python: Path) -> None:
    answer = subprocess.run(
        [python, "-ES", SCRIPTS / "setup.py"], capture_output=True, text=True, env={"PATH": "/nonexistent"}, check=False
    )
    assert answer.returncode == 1
    version = python.parents[1].name
    assert answer.stderr == f"needs Python 3.11 or newer, this is {version}\n"


@needs_an_old_python
def test_an_old_python_finds_a_new_enough_one_on_the_path(tmp_path: Path) -> None:
    shutil.copytree(SCRIPTS, tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "scripts" / "environment.py").write_text(
        "import sys\ndef main(): print(sys.version_info[:2]); return 7"
    )
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3.11").symlink_to(sys.executable)
    answer = subprocess.run(
        [old_pythons()[0], "-ES", tmp_path / "scripts" / "setup.py"],
        capture_output=True,
        text=True,
        env={"PATH": str(tmp_path / "bin")},
        check=False,
    )
    assert (answer.returncode, answer.stdout) == (7, f"{sys.version_info[:2]}\n")
