"""The project's virtual environment: made when missing, renewed when the lock changes, rebuilt when half-made.

Standard library only. A stamp inside the environment records what it was made from and is written last; a marker is
written first. So a marker without a stamp is an environment whose making was interrupted, and a folder with neither is
somebody else's: it is never removed.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from refusal import Refusal

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements" / "lock.txt"
PROGRESS_SECONDS = 5.0
UNREACHABLE_SIGNS = (
    "NewConnectionError",
    "ConnectTimeoutError",
    "Failed to establish a new connection",
    "Failed to resolve",
    "Name or service not known",
    "Temporary failure in name resolution",
    "Connection refused",
    "Network is unreachable",
    "Cannot connect to proxy",
    "ProxyError",
    "Read timed out",
    "ReadTimeoutError",
    "SSLError",
    "(from versions: none)",
)


def main() -> int:
    """Make the environment ready; the status for the shell."""
    folder = environment_folder()
    try:
        with _one_at_a_time(folder):
            _make_ready(folder)
    except Refusal as refusal:
        print(f"linli: {refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nlinli: stopped; the environment is rebuilt at the next start.", file=sys.stderr)
        return 130
    return 0


def environment_folder() -> Path:
    """`.venv` in the project, or the folder named by LINLI_VENV (one checkout, several Pythons)."""
    return ROOT / (os.environ.get("LINLI_VENV") or ".venv")


def _make_ready(folder: Path) -> None:
    wanted = _description()
    found = _read(_stamp(folder))
    if found == wanted and _runs(folder):
        return
    _require_ours(folder, found or _read(_marker(folder)))
    _require_venv_module()
    if found is None or {**found, "lock": wanted["lock"]} != wanted or not _runs(folder):
        _create(folder)
    else:
        _mark(folder)
        _stamp(folder).unlink()
    _install(folder)
    _stamp(folder).write_text(json.dumps(wanted), encoding="utf-8")
    _marker(folder).unlink()


def _require_ours(folder: Path, maker: dict[str, str] | None) -> None:
    """Refuse a folder that this project did not make: making the environment would remove what is in it."""
    if not folder.exists() or _is_empty(folder):
        return
    remedy = "Nothing was changed. Name another folder with LINLI_VENV, or remove this one yourself if nobody needs it."
    if maker is None:
        what = "a virtual environment that Linli did not make" if _is_environment(folder) else "not an environment"
        raise Refusal(f"{folder} exists and is {what}. {remedy}")
    # a project that was moved takes its environment along, with the old place in the stamp
    if maker.get("project") != str(ROOT) and ROOT.resolve() not in folder.resolve().parents:
        raise Refusal(f"{folder} is the environment of another project folder, {maker.get('project')}. {remedy}")


def _is_environment(folder: Path) -> bool:
    return (folder / "pyvenv.cfg").is_file()


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


def _description() -> dict[str, str]:
    """What an environment is made from. Scripts inside hold absolute paths, so a moved project is another one."""
    return {
        "lock": hashlib.sha256(LOCK.read_bytes()).hexdigest(),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "project": str(ROOT),
    }


def _stamp(folder: Path) -> Path:
    return folder / "linli.stamp"


def _marker(folder: Path) -> Path:
    return folder / "linli.making"


def _mark(folder: Path) -> None:
    """Say that what comes into this folder is ours, before anything does."""
    _marker(folder).write_text(json.dumps({"project": str(ROOT)}), encoding="utf-8")


def _read(note: Path) -> dict[str, str] | None:
    try:
        found = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _runs(folder: Path) -> bool:
    """Whether the environment's interpreter is still there (the system's Python may have been upgraded away)."""
    try:
        return (
            subprocess.run([_python(folder), "-c", ""], env=_environment(), capture_output=True, check=False).returncode
            == 0
        )
    except OSError:
        return False


def _python(folder: Path) -> str:
    return str(folder / "bin" / "python")


def _environment() -> dict[str, str]:
    """The caller's environment without what would make Python or pip look elsewhere."""
    unwanted = {"PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_HASHES"}
    return {name: value for name, value in os.environ.items() if name not in unwanted} | {"PIP_USER": "0"}


def _require_venv_module() -> None:
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return
    raise Refusal(
        f"{sys.executable} cannot make virtual environments: its venv module is not installed. "
        "On Debian and Ubuntu: apt-get install python3-venv (elsewhere: the package that holds Python's ensurepip); "
        "then run the same command again."
    )


def _create(folder: Path) -> None:
    if folder.exists() and not _is_empty(folder):
        print(f"Rebuilding {folder.name}: it is incomplete or was made for another Python or place.", flush=True)
    else:
        print(f"Making the environment {folder.name} with Python {sys.version.split()[0]}.", flush=True)
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        _mark(folder)
        command = [sys.executable, "-m", "venv", str(folder)]
        made = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)
    except OSError as failure:
        raise Refusal(
            f"{folder} cannot be written ({failure.strerror}): whose is it? Remove it and start again."
        ) from None
    if made.returncode != 0:
        words = (made.stdout + made.stderr).strip().splitlines()
        raise Refusal(f"Python could not make {folder}: {' '.join(words[-3:])}")


def _install(folder: Path) -> None:
    total = sum(1 for line in LOCK.read_text(encoding="utf-8").splitlines() if "==" in line and line[0].isalnum())
    print(f"Installing {total} packages pinned in {LOCK.relative_to(ROOT)}.", flush=True)
    log = folder / "install.log"
    command = [_python(folder), "-m", "pip", "install", "--require-hashes", "--requirement", str(LOCK)]
    command += [
        "--no-input",
        "--disable-pip-version-check",
        "--progress-bar",
        "off",
        "--retries",
        "2",
        "--timeout",
        "20",
    ]
    with log.open("w", encoding="utf-8") as record:
        process = subprocess.Popen(
            command, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        _follow(process.stdout or (), record, total)
    if process.wait() != 0:
        raise Refusal(_why_not_installed(log))


def _follow(lines: Iterable[str], record: TextIO, total: int) -> None:
    """Copy pip's talk to the log and show a line of progress now and then."""
    fetched, shown = 0, time.monotonic()
    for line in lines:
        record.write(line)
        fetched += line.startswith(("Collecting ", "Processing "))
        if line.startswith("Installing collected packages"):
            print("  all fetched, unpacking", flush=True)
            shown = float("inf")
        elif time.monotonic() - shown > PROGRESS_SECONDS:
            shown = time.monotonic()
            print(f"  {min(fetched, total)} of {total} fetched", flush=True)


def _why_not_installed(log: Path) -> str:
    text = log.read_text(encoding="utf-8", errors="replace")
    if "DO NOT MATCH THE HASHES" in text:
        return f"A package differs from the one that was locked; nothing of it was installed. Details: {log}"
    if "No space left on device" in text:
        return f"The disk is full: the environment needs about 400 MB. Details: {log}"
    if any(sign in text for sign in UNREACHABLE_SIGNS):
        return (
            "The Python package index could not be reached, or has nothing. Check the network, or name a mirror with "
            f"PIP_INDEX_URL or a proxy with HTTPS_PROXY; then run the same command again. Details: {log}"
        )
    errors = [line for line in text.splitlines() if line.startswith("ERROR: ")] or text.splitlines()[-1:]
    return f"pip could not install the packages: {' '.join(errors[:2])} Details: {log}"


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Two commands started together share one environment; the second waits for the first to have made it."""
    path = folder.with_name(f"{folder.name}.lock")
    try:
        lock = path.open("w", encoding="utf-8")
    except OSError:
        # A read-only checkout with a ready environment needs no lock, and one that is not ready says so later.
        yield
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another command that is making the environment.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
