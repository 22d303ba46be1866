"""What `make run` shows when everything is up: where to look, how to log in, how to go on, how to stop."""

import json
from pathlib import Path

from sandbox.neighbourhood import places
from sandbox.neighbourhood.people import Person, roster

# What each role is there for.
ROLES = {
    "resident": "has a passbook, earns and spends points, reports problems",
    "coordinator": "awards points for volunteering",
    "clerk": "accepts or rejects reported problems",
    "cashier": "takes points at a shop's till",
    "treasurer": "keeps the book: funding, budgets, settlements, corrections",
    "auditor": "sees every account and entry, changes nothing",
}


def welcome(*, base_url: str, mode: str, logs: Path, seconds: float, wechat_url: str | None = None) -> str:
    """The whole screen, plain text."""
    where = [
        f"Linli is running ({mode}), ready after {seconds:.1f} s.",
        "",
        f"  API             {base_url}/v1",
        f"  Documentation   {base_url}/docs   (machine-readable: {base_url}/openapi.json)",
        f"  Health          {base_url}/readyz   {base_url}/metrics",
        *([f"  WeChat          {wechat_url}   (a stand-in: login codes, sent messages)"] if wechat_url else []),
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
    for role, person in _people().items():
        wanted = {"role": role, "name": person.name, "book": places.BOOK}
        if person.shop:
            wanted["shop_id"] = str(person.shop.id)
        body = json.dumps(wanted, ensure_ascii=False)
        lines.append(f"  # {ROLES[role]}")
        lines.append(f"  curl -s {base_url}/v1/dev/tokens -H 'Content-Type: application/json' -d '{body}'")
    return lines


def _people() -> dict[str, Person]:
    """One person of the demo neighbourhood for each role."""
    everybody = roster()
    return {
        "resident": everybody.volunteers[0].person,
        "coordinator": everybody.coordinators[0],
        "clerk": everybody.clerks[0],
        "cashier": everybody.cashiers[0],
        "treasurer": everybody.treasurer,
        "auditor": everybody.auditor,
    }
