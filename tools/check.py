"""`make check`: ruff, mypy and the import contracts at once; what each says is shown whole, one after the other."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
CHECKS: Mapping[str, Sequence[str]] = {
    "ruff check": (PYTHON, "-m", "ruff", "check", "."),
    "ruff format": (PYTHON, "-m", "ruff", "format", "--check", "."),
    "lint-imports": (str(Path(PYTHON).parent / "lint-imports"),),
    "mypy": (PYTHON, "-m", "mypy"),
}


def main(checks: Mapping[str, Sequence[str]] = CHECKS) -> int:
    """Run all of them to their ends; 0 when each is content, else 1 with the names of those that are not."""
    running = {name: _start(command) for name, command in checks.items()}
    unhappy = []
    for name, process in running.items():
        said, _ = process.communicate()
        print(f"{name}: {said.strip()}", flush=True)
        if process.returncode != 0:
            unhappy.append(name)
    if unhappy:
        print(f"linli: not content: {', '.join(unhappy)}", file=sys.stderr)
    return 1 if unhappy else 0


def _start(command: Sequence[str]) -> subprocess.Popen[str]:
    # A pipe has no colours and no width; import-linter asks the terminal for the latter.
    environment = {**os.environ, "COLUMNS": "120"}
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


if __name__ == "__main__":
    sys.exit(main())
