"""Making the environment: what is said on machines that lack something, and what half-made environments become."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.launcher import ROOT

BOOTSTRAP = ROOT / "tools" / "bootstrap.py"
AS_SCRIPT = f"sys.path.insert(0, {str(BOOTSTRAP.parent)!r}); runpy.run_path({str(BOOTSTRAP)!r}, run_name='__main__')"


def bootstrap(program: str, venv: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", f"import runpy, sys; {program}; {AS_SCRIPT}"]
    unset = ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PYTHONPATH")
    inherited = {name: value for name, value in os.environ.items() if name not in unset}
    return subprocess.run(
        command, env={**inherited, "LINLI_VENV": str(venv), **environment}, capture_output=True, text=True, check=False
    )


def test_an_old_python_says_which_one_is_needed(tmp_path: Path) -> None:
    tried = bootstrap("sys.version_info = (3, 9, 2, 'final', 0)", tmp_path / "venv")
    assert tried.returncode == 1
    assert tried.stderr.startswith("Linli needs Python 3.11 or newer;")
    assert "make run PYTHON=python3.12" in tried.stderr
    assert "Traceback" not in tried.stderr


def test_a_python_without_venv_says_the_remedy(tmp_path: Path) -> None:
    hide = (
        "import importlib.util as u; find = u.find_spec; "
        "u.find_spec = lambda name, *rest: None if name == 'ensurepip' else find(name, *rest)"
    )
    tried = bootstrap(hide, tmp_path / "venv")
    assert tried.returncode == 1
    assert "apt-get install python3-venv" in tried.stderr
    assert "Traceback" not in tried.stderr
    assert not (tmp_path / "venv").exists()


NOWHERE = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "https://127.0.0.1:9/simple", "PIP_NO_CACHE_DIR": "1"}
OURS = json.dumps({"project": str(ROOT)})
STAMP = "linli.stamp"
MARKER = "linli.making"


def folder_with(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def refused_by_the_index(venv: Path) -> str:
    """Make the environment where no package can be had; answers what was said of the folder before."""
    tried = bootstrap("pass", venv, **NOWHERE)
    assert tried.returncode == 1
    assert "The Python package index could not be reached" in tried.stderr
    assert "Traceback" not in tried.stderr
    assert (venv / "bin" / "python").exists()
    assert not (venv / STAMP).exists()
    return tried.stdout


def test_an_empty_folder_becomes_the_environment(tmp_path: Path) -> None:
    venv = folder_with(tmp_path / "venv", {})
    tried = bootstrap("sys.executable = '/bin/false'", venv)  # it was on the way to be made
    assert (tried.returncode, "Python could not make" in tried.stderr) == (1, True)
    assert "Making the environment venv" in tried.stdout
    assert (venv / MARKER).read_text() == OURS


@pytest.mark.slow
def test_what_is_ours_is_rebuilt_and_when_that_is_interrupted_still_known_to_be_ours(tmp_path: Path) -> None:
    venv = folder_with(tmp_path / "venv", {STAMP: OURS, "half": ""})
    for _ in range(2):  # known by its stamp, and without one, by its marker; an unreachable index is said
        assert "Rebuilding venv: it is incomplete" in refused_by_the_index(venv)
        assert not (venv / "half").exists()
        assert (venv / MARKER).read_text() == OURS
        (venv / "half").touch()


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"letter.txt": "dear"}, "not an environment"),
        ({"pyvenv.cfg": "home = /usr/bin"}, "a virtual environment that Linli did not make"),
        ({"pyvenv.cfg": "", STAMP: "not JSON"}, "a virtual environment that Linli did not make"),
        ({"pyvenv.cfg": "", STAMP: '{"project": "/srv/other"}'}, "of another project folder, /srv/other"),
        ({MARKER: '{"project": "/srv/other"}'}, "of another project folder, /srv/other"),
    ],
)
def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    venv = folder_with(tmp_path / "venv", files)
    tried = bootstrap("pass", venv, **NOWHERE)
    assert tried.returncode == 1
    assert reason in tried.stderr
    assert "Name another folder with LINLI_VENV" in tried.stderr
    assert {path.name: path.read_text() for path in venv.iterdir()} == files


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    tried = bootstrap("pass", tmp_path / "file" / "venv")
    assert tried.returncode == 1
    assert "Traceback" not in tried.stderr
