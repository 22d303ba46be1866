"""Auditors: the ledger's own audit, and bookkeeping programs that are not ours, each as a process of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.neighbourhood.places import BOOK

ROOT = Path(__file__).resolve().parents[2]
LINES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one auditor said; `text` is what it printed."""

    name: str
    clean: bool
    text: str

    @property
    def shown(self) -> str:
        """Its last words."""
        return "\n".join(f"    {line}" for line in self.text.strip().splitlines()[-LINES_SHOWN:])


def environment_for(running: Mapping[str, str | None]) -> dict[str, str]:
    """This process's environment, with the servers of the running system where it names them."""
    names = {"LINLI_MODE": "mode", "DATABASE_URL": "database_url", "REDIS_URL": "redis_url"}
    known = {name: value for name, key in names.items() if (value := running.get(key))}
    return {**os.environ, **known}


def audit(environment: Mapping[str, str]) -> Verdict:
    """The ledger's own audit, which derives everything again from the entries."""
    ended = _flask(environment, "points", "audit", "--book", BOOK)
    return Verdict("账簿审计 points audit", ended.returncode == 0, ended.stdout + ended.stderr)


def outside_audits(environment: Mapping[str, str]) -> list[Verdict]:
    """Ask hledger where it is installed, and beancount, each on an export in its own format."""
    verdicts = []
    with tempfile.TemporaryDirectory(prefix="linli-export-") as folder:
        hledger = shutil.which("hledger")
        if hledger:
            path = Path(folder) / "book.journal"
            verdicts.append(_outside(environment, "hledger", path, [hledger, "check", "-f", str(path)]))
        bean_check = shutil.which("bean-check", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}")
        if bean_check:
            path = Path(folder) / "book.beancount"
            verdicts.append(_outside(environment, "beancount", path, [bean_check, str(path)]))
    if not verdicts:
        missing = "hledger 与 bean-check 均未安装 neither is installed here"
        verdicts.append(Verdict("外部审计 outside auditor", clean=False, text=missing))
    return verdicts


def flask(environment: Mapping[str, str], *arguments: str) -> str:
    """Run a command of the server; what it printed, also when it could not do it."""
    ended = _flask(environment, *arguments)
    return ended.stdout + ended.stderr


def _outside(environment: Mapping[str, str], kind: str, path: Path, command: list[str]) -> Verdict:
    with path.open("w", encoding="utf-8") as file:
        export = _flask(environment, "points", "export", "--book", BOOK, "--format", kind, output=file.fileno())
    name = f"外部审计 {Path(command[0]).name}"
    if export.returncode:
        return Verdict(name, clean=False, text=f"导出失败 the export failed: {export.stderr}")
    with path.open(encoding="utf-8") as file:
        lines = sum(1 for _ in file)
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - found on the path
    said = (ended.stdout + ended.stderr).strip()
    return Verdict(f"{name} ({lines:,} 行 lines)", ended.returncode == 0, said)


def _flask(
    environment: Mapping[str, str], *arguments: str, output: int = subprocess.PIPE
) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    return subprocess.run(  # noqa: S603 - our own command line
        command,
        cwd=ROOT,
        env={**environment, "PYTHONUTF8": "1"},
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
