"""By night: the dealings of ninety days are added up page by page, and what stands out becomes features and cases."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import insert

from app.infra import metrics
from app.infra.unit_of_work import UnitOfWork
from app.points import queries as points
from app.risk import queries
from app.risk.models import Case, Finding
from app.risk.rules.graph import Dealings, Found, find
from app.risk.terms import FINDING_KEPT, CaseState

log = structlog.get_logger(__name__)

DAYS = 90
PAGE = 5000
PAGES_MAX = 100
"""Half a million facts of a book, the newest: older ones are not looked at that night, which is logged and counted."""
WRITTEN_AT_ONCE = 500


@dataclass(slots=True)
class Round:
    """How far the adding up has come, and what is still to be written."""

    since: datetime
    before: tuple[datetime, UUID] | None = None
    pages: int = 0
    dealings: Dealings = field(default_factory=Dealings)
    added: tuple[datetime, UUID] | None = None
    left: list[Found] | None = None


def find_rings_step(uow: UnitOfWork, book: str, where: Round | None) -> Round | None:
    """One page of facts, or one batch of what was found. Begun anew after a crash without harm."""
    book_id = points.get_book(uow.session, book).id
    state = where or Round(since=uow.now - timedelta(days=DAYS))
    if state.left is None:
        return _read(uow, book_id, state)
    _write(uow, book_id, state.left[:WRITTEN_AT_ONCE])
    rest = state.left[WRITTEN_AT_ONCE:]
    return replace(state, left=rest) if rest else None


def _read(uow: UnitOfWork, book_id: int, state: Round) -> Round | None:
    """A transaction that is run again reads the same page again: what was added once is not added twice."""
    page = queries.list_facts(uow.session, book_id, since=state.since, before=state.before, limit=PAGE)
    for fact in page:
        if state.added is not None and (fact.decided_at, fact.subject_id) >= state.added:
            continue
        state.added = fact.decided_at, fact.subject_id
        state.dealings.add(
            fact.kind,
            points=fact.points,
            resident_id=fact.resident_id,
            person_id=fact.person_id,
            device_id=fact.device_id,
            household_id=fact.household_id,
            shop_id=fact.shop_id,
            coordinator_id=fact.coordinator_id,
        )
    if len(page) == PAGE:
        if state.pages + 1 < PAGES_MAX:
            return replace(state, before=state.added, pages=state.pages + 1)
        metrics.risk_graphs_partial_total.inc()
        log.warning("risk_graph_partial", book_id=book_id, covered_from=page[-1].decided_at.isoformat())
    found = find(state.dealings)
    return replace(state, left=found) if found else None


def _write(uow: UnitOfWork, book_id: int, batch: Sequence[Found]) -> None:
    """Write what was found, and open a case for what has none: once, however often it is found again.

    A case that was closed is no answer to what came back after it had gone, or grew by a quarter since.
    """
    values = {
        "book_id": book_id,
        "ids": [each.about_id for each in batch],
        "kinds": [str(each.kind) for each in batch],
    }
    before = {(row.about_id, row.kind): row for row in uow.session.execute(_CASES, values)}
    rows = [_row(uow, book_id, each) for each in batch]
    fresh = insert(Finding).values(rows)
    uow.session.execute(
        fresh.on_conflict_do_update(
            index_elements=["book_id", "about_id", "kind"],
            set_={name: fresh.excluded[name] for name in ("value", "evidence", "last_at")},
        )
    )
    opening = [each for each in batch if each.opens and _is_due(uow, each, before.get((each.about_id, str(each.kind))))]
    if opening:
        _open_cases(uow, book_id, opening)
    uow.session.execute(_NOTE, values)


def _is_due(uow: UnitOfWork, found: Found, before: Row[Any] | None) -> bool:
    """Whether it needs a case. `before`: what is known of the one it had."""
    if before is None:
        return True
    had_gone = before.last_at < uow.now - FINDING_KEPT
    grew = found.value * 4 >= before.case_value * 5
    return bool(before.state == CaseState.CLOSED and (had_gone or grew))


def _row(uow: UnitOfWork, book_id: int, each: Found) -> dict[str, Any]:
    return {
        "book_id": book_id,
        "kind": str(each.kind),
        "about": str(each.about),
        "about_id": each.about_id,
        "value": each.value,
        "evidence": dict(each.evidence),
        "first_at": uow.now,
        "last_at": uow.now,
        "case_id": None,
    }


_CASES = text(
    "SELECT f.about_id, f.kind, f.last_at, f.case_value, c.state"
    " FROM risk_findings f JOIN risk_cases c ON c.book_id = f.book_id AND c.id = f.case_id"
    " JOIN unnest(CAST(:ids AS uuid[]), CAST(:kinds AS text[])) x (id, kind) ON f.about_id = x.id AND f.kind = x.kind"
    " WHERE f.book_id = :book_id"
)
# How much was in a case as long as it was open: what grew since its end was seen by nobody.
_NOTE = text(
    "UPDATE risk_findings f SET case_value = f.value"
    " FROM risk_cases c, unnest(CAST(:ids AS uuid[]), CAST(:kinds AS text[])) x (id, kind)"
    " WHERE f.book_id = :book_id AND f.about_id = x.id AND f.kind = x.kind"
    " AND c.book_id = :book_id AND c.id = f.case_id AND c.state <> 'closed'"
)
_LINK = text(
    "UPDATE risk_findings f SET case_id = c.id, case_value = f.value"
    " FROM risk_cases c, unnest(CAST(:ids AS uuid[]), CAST(:kinds AS text[])) x (id, kind)"
    " WHERE f.book_id = :book_id AND f.about_id = x.id AND f.kind = x.kind"
    " AND c.book_id = :book_id AND c.about = f.about AND c.about_id = f.about_id AND c.state <> 'closed'"
)


def _open_cases(uow: UnitOfWork, book_id: int, opening: Sequence[Found]) -> None:
    about = {(str(each.about), each.about_id) for each in opening}
    rows = [
        {
            "book_id": book_id,
            "id": uow.new_id(),
            "about": pivot,
            "about_id": who,
            "state": CaseState.PENDING,
            "opened_at": uow.now,
            "last_at": uow.now,
        }
        for pivot, who in sorted(about)
    ]
    fresh = insert(Case).values(rows)
    uow.session.execute(
        fresh.on_conflict_do_update(
            index_elements=["book_id", "about", "about_id"],
            index_where=text("state <> 'closed'"),
            set_={"last_at": fresh.excluded.last_at},
        )
    )
    values = {
        "book_id": book_id,
        "ids": [each.about_id for each in opening],
        "kinds": [str(each.kind) for each in opening],
    }
    uow.session.execute(_LINK, values)
