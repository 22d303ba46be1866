"""Making the environment: what is said on machines that lack something, and what half-made environments become."""

import os
import subprocess
import sys
from pathlib import Path

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


def test_a_half_made_environment_is_rebuilt_and_an_unreachable_index_is_said(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    venv.mkdir()
    (venv / "half").touch()
    nowhere = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "https://127.0.0.1:9/simple", "PIP_NO_CACHE_DIR": "1"}
    tried = bootstrap("pass", venv, **nowhere)
    assert tried.returncode == 1
    assert "Rebuilding venv: it is incomplete" in tried.stdout
    assert not (venv / "half").exists()
    assert "The Python package index could not be reached" in tried.stderr
    assert "Traceback" not in tried.stderr
    assert not (venv / "linli.stamp").exists()


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    tried = bootstrap("pass", tmp_path / "file" / "venv")
    assert tried.returncode == 1
    assert "Traceback" not in tried.stderr
