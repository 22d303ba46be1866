"""Whether statements say what the ledger says: one statement rebuilt, and every night all shops of a book."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.infra.metrics import settlement_findings_total
from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.periods import local_date
from app.merchants import queries
from app.merchants.models import SettlementFinding
from app.merchants.queries import checking, statements
from app.points import queries as points_queries

FINDINGS_MAX = 1000


@dataclass(frozen=True, slots=True)
class Verified:
    """A statement as it stands, and as the ledger makes it again. `digest` None: stated before digests were kept."""

    settlement_id: UUID
    is_equal: bool
    line_count: int
    fen: int
    digest: bytes | None
    rebuilt_line_count: int
    rebuilt_fen: int
    rebuilt_digest: bytes


def verify_settlement(uow: UnitOfWork, *, book: str, settlement_id: UUID) -> Verified:
    """Build a statement again from the ledger, and compare it to the byte. Refuses SettlementMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    settlement = queries.get_settlement(uow.session, book_id, settlement_id)
    lines, points, fen, digest = statements.rebuild(uow.session, settlement)
    same = (lines, points, fen) == (settlement.line_count, settlement.points, settlement.fen)
    listed = statements.find_digest(uow.session, settlement)
    return Verified(
        settlement_id=settlement.id,
        is_equal=same and digest == listed and settlement.digest in {None, digest},
        line_count=settlement.line_count,
        fen=settlement.fen,
        digest=settlement.digest,
        rebuilt_line_count=lines,
        rebuilt_fen=fen,
        rebuilt_digest=digest,
    )


def check_step(uow: UnitOfWork, book: str, where: bool | None) -> bool | None:  # noqa: ARG001, FBT001 - the shape of a step
    """Compare what shops are owed by a book's statements and by its ledger; what differs is kept, once a day."""
    book_id = points_queries.get_book(uow.session, book).id
    found = checking.list_differences(uow.session, book_id, limit=FINDINGS_MAX)
    if found:
        rows = [
            {
                "book_id": book_id,
                "id": uow.new_id(),
                "checked_on": local_date(uow.now),
                "found_at": uow.now,
                **row,
            }
            for row in found
        ]
        uow.session.execute(insert(SettlementFinding).on_conflict_do_nothing(), rows)
        settlement_findings_total.inc(len(rows))
    return None


def list_findings(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[SettlementFinding]:
    """What nightly comparisons found, newest first."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = checking.list_findings(uow.session, book_id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda finding: finding.id)
