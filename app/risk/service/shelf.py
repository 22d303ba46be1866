"""Rule sets as they are asked: those that come with Linli, and the book's versions, each read once in a process."""

import json
from collections import OrderedDict
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.risk import queries
from app.risk.rules.definitions import RuleSetDefinition, check_definition, read_definition

DEFAULTS = Path(__file__).parents[1] / "defaults.json"
KEPT = 256

_kept: OrderedDict[tuple[int, UUID], RuleSetDefinition] = OrderedDict()
_lock = Lock()


@lru_cache(maxsize=1)
def defaults_plain() -> dict[str, Any]:
    """The rules that come with Linli, as plain JSON values."""
    found: dict[str, Any] = json.loads(DEFAULTS.read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=1)
def defaults() -> RuleSetDefinition:
    """The rules that come with Linli: they decide until a book has published its own."""
    definition = read_definition(defaults_plain())
    check_definition(definition)
    return definition


def definition_of(session: Session, book_id: int, set_id: UUID) -> RuleSetDefinition:
    """The rules of a version, which never change. Raises what `read_definition` raises."""
    key = (book_id, set_id)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    definition = read_definition(queries.get_definition(session, book_id, set_id))
    with _lock:
        _kept[key] = definition
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return definition
