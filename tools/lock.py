"""`make lock`: resolve requirements/*.in again and write both locks, for every Python and platform, with hashes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOWEST_PYTHON = "3.11"
EVERYTHING = ("requirements/runtime.in", "requirements/embedded.in", "requirements/dev.in")


def compile_lock(uv: str, sources: list[str], output: str) -> None:
    """Write `output` from `sources`; whatever an existing lock pins is kept unless `make lock ARGS=--upgrade` is given.

    No index address is written: a lock must not say where its maker downloads from.
    """
    command = [uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-emit-index-url"]
    command += ["--python-version", LOWEST_PYTHON, "--custom-compile-command", "make lock"]
    subprocess.run([*command, *sources, "--output-file", output, *sys.argv[1:]], cwd=ROOT, check=True)


def main() -> int:
    """Write both locks; the status for the shell."""
    uv = os.environ.get("LINLI_UV") or shutil.which("uv")
    if uv is None:
        print("The locks are made by uv, which was not found: install it (pip install uv) or name it with LINLI_UV.")
        return 1
    try:
        compile_lock(uv, list(EVERYTHING), "requirements/lock.txt")
        # What an image needs that has its own PostgreSQL and Redis: the same versions, fewer packages.
        runtime = ["requirements/runtime.in", "--constraint", "requirements/lock.txt"]
        compile_lock(uv, runtime, "requirements/runtime.lock.txt")
    except subprocess.CalledProcessError as failure:
        print(f"uv could not resolve the requirements (status {failure.returncode}); its own words are above.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
