"""The passwords of the embedded servers: made at random once, kept in a file that only its owner reads."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.refusal import Refusal

PASSWORD_BYTES = 24


@dataclass(frozen=True, slots=True)
class Credentials:
    """One password each for the launcher's superuser, the two roles of the application, and Valkey."""

    superuser: str
    owner: str
    app: str
    valkey: str

    @classmethod
    def random(cls) -> "Credentials":
        return cls(*(secrets.token_urlsafe(PASSWORD_BYTES) for _ in range(4)))


def load_or_make(path: Path, *, data_exists: bool) -> Credentials:
    """Read the passwords, or make them before there is any data; refuses data whose passwords are lost."""
    try:
        return Credentials(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        if data_exists:
            raise Refusal(
                f"The passwords of the embedded database are gone ({path}). Put the file back, or remove "
                f"{path.parent} to start with an empty database."
            ) from None
    except (ValueError, TypeError):
        raise Refusal(f"The file of passwords {path} is damaged: put a good copy back.") from None
    made = Credentials.random()
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(made), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return made
