"""What `make run` shows when everything is up: where to look, how to log in, how to go on, how to stop."""

import json
from pathlib import Path

# A book of the demo neighbourhood, and what each role is there for.
BOOK = "meilihua"
ROLES = {
    "resident": "has a passbook, earns and spends points, reports problems",
    "coordinator": "awards points for volunteering",
    "clerk": "accepts or rejects reported problems",
    "cashier": "takes points at a shop's till",
    "treasurer": "keeps the book: funding, budgets, settlements, corrections",
    "auditor": "sees every account and entry, changes nothing",
}


def welcome(*, base_url: str, mode: str, logs: Path, seconds: float) -> str:
    """The whole screen, plain text."""
    where = [
        f"Linli is running ({mode}), ready after {seconds:.1f} s.",
        "",
        f"  API             {base_url}/v1",
        f"  Documentation   {base_url}/docs   (machine-readable: {base_url}/openapi.json)",
        f"  Health          {base_url}/readyz   {base_url}/metrics",
        f"  Logs            {logs}",
    ]
    then = [
        "Play a week of the neighbourhood, in another terminal:  make demo",
        "Stop, keeping everything:  Ctrl-C here, or in another terminal:  make stop",
    ]
    tokens = _logging_in(base_url) if mode == "demo" else ["Development tokens are refused: this is not the demo mode."]
    return "\n".join(["", *where, "", *tokens, "", *then, ""])


def _logging_in(base_url: str) -> list[str]:
    lines = ["Log in as a role: each line answers with a token, to be sent as  Authorization: Bearer <token>"]
    for role, meaning in ROLES.items():
        body = json.dumps({"role": role, "name": role.capitalize(), "book": BOOK})
        lines.append(f"  # {meaning}")
        lines.append(f"  curl -s {base_url}/v1/dev/tokens -H 'Content-Type: application/json' -d '{body}'")
    return lines
