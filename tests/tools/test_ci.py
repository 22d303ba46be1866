"""`.ci/run` on a machine that cannot bring the independent auditor."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.tools.launcher import ROOT


@pytest.mark.parametrize(
    ("ci", "status", "words"),
    [("true", 1, "would go unaudited"), ("", 0, "are skipped here")],
)
def test_a_missing_hledger_fails_the_build_machine_and_warns_elsewhere(
    tmp_path: Path, ci: str, status: int, words: str
) -> None:
    for program in ("bash", "id", "dirname", "env"):
        (tmp_path / program).symlink_to(shutil.which(program) or program)
    make = tmp_path / "make"
    make.write_text("#!/bin/bash\necho make $*\n")
    make.chmod(0o755)
    environment = {"PATH": str(tmp_path), "CI": ci}
    run = subprocess.run([ROOT / ".ci" / "run"], env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == status
    assert words in run.stderr
    assert run.stdout == ("make test\n" if status == 0 else "")
