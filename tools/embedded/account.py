"""Under which account the servers run, and where that account can read and write.

PostgreSQL refuses to run as root, so a root launcher starts both servers as an unprivileged account that every Unix
has. No account is added and no permission of an existing folder is changed; folders out of reach are avoided instead.
"""

import hashlib
import os
import pwd
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools.refusal import Refusal

UNPRIVILEGED = "nobody"
CHECK_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a server process runs as; `switch` is False when that is simply whoever started the launcher."""

    name: str
    uid: int
    gid: int
    switch: bool

    def identity(self) -> dict[str, object]:
        """Arguments for subprocess that make the child this account, with no group left over from root."""
        if not self.switch:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a file or folder of ours to the account."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def run(self, *command: str | Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a short command as the account, in a folder it can stand in, with nothing of our environment."""
        try:
            done: subprocess.CompletedProcess[str] = subprocess.run(
                [str(part) for part in command],
                input=text,
                stdin=subprocess.DEVNULL if text is None else None,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                cwd="/",
                env=plain_environment(),
                timeout=CHECK_SECONDS * 6,
                **self.identity(),  # type: ignore[call-overload] # a mapping of keyword arguments
            )
        except (OSError, subprocess.SubprocessError) as failure:
            done = subprocess.CompletedProcess([str(part) for part in command], 126, "", str(failure))
        return done

    def can_enter(self, folder: Path) -> bool:
        """Whether the account reaches the folder; asked by trying, so that access lists count too."""
        if not self.switch:
            return os.access(folder, os.X_OK)
        return self.run("/bin/sh", "-c", 'test -x "$1"', "sh", folder).returncode == 0


def plain_environment() -> dict[str, str]:
    """What a server process sees of our environment: where programs are, and English words for the logs."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def account_for(data: Path) -> Account:
    """The caller's own account; for root the account that owns the data already there, else the unprivileged one."""
    if os.geteuid() != 0:
        return Account(_name_of(os.geteuid()), os.geteuid(), os.getegid(), switch=False)
    if data.exists() and (owner := data.stat()).st_uid != 0:
        account = Account(_name_of(owner.st_uid), owner.st_uid, owner.st_gid, switch=True)
    else:
        entry = pwd.getpwnam(UNPRIVILEGED)
        account = Account(UNPRIVILEGED, entry.pw_uid, entry.pw_gid, switch=True)
    tried = account.run("/bin/sh", "-c", "exit 0")
    if tried.returncode != 0:
        raise Refusal(
            f"PostgreSQL does not run as root, and this root may not become '{account.name}' "
            f"({tried.stderr.strip()}). Start as a normal user, or set DATABASE_URL and REDIS_URL to servers of yours."
        )
    return account


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def reachable_home(account: Account, preferred: Path) -> Path:
    """The folder that holds the servers' data: `preferred`, or one the account can reach, remembered in `preferred`.

    Refuses when `preferred` already holds a database that the account can no longer reach: an empty one elsewhere
    would look like lost data.
    """
    note = preferred / "servers-are-in"
    if note.exists() and (noted := Path(note.read_text(encoding="utf-8").strip())).is_dir():
        return noted
    if account.can_enter(preferred):
        return preferred
    if (preferred / "postgres").exists():
        raise Refusal(
            f"The account '{account.name}' that runs PostgreSQL cannot enter {preferred}, where the data is. "
            "Allow it to pass (chmod o+x on the folders above it), or start as the account that owns them."
        )
    key = hashlib.sha256(str(preferred).encode()).hexdigest()[:12]
    for parent in (Path("/var/lib"), Path("/var/tmp"), Path(tempfile.gettempdir())):  # noqa: S108 - owner checked below
        home = parent / f"linli-{key}"
        if _claim(home) and account.can_enter(home):
            note.write_text(f"{home}\n", encoding="utf-8")
            return home
    raise Refusal(f"No folder was found that '{account.name}' can enter. Name one with LINLI_DATA_DIR.")


def make_folder(folder: Path, mode: int) -> None:
    """Make a folder of this mode whatever the umask; one that is there already keeps its own."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir()
    except FileExistsError:
        return
    folder.chmod(mode)


def _claim(folder: Path) -> bool:
    """Make the folder, or accept one that is ours; one that somebody else put there first is not trusted."""
    try:
        make_folder(folder, 0o711)
        state = folder.lstat()
    except OSError:
        return False
    if state.st_uid != os.geteuid() or folder.is_symlink() or not folder.is_dir():
        return False
    folder.chmod(0o711)  # ours; a start that was killed may have left it closed
    return True
