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
from app.merchants.queries import checking, offers, statements
from app.merchants.rules import offers as rules
from app.points import queries as points_queries
from app.points.queries.books import highest_point_value

WHOLE_ON = 1
"""The day of the month on which the whole past is compared."""
STATEMENTS_ADDED_UP = 10
"""Of a shop, on other nights: the newest."""


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


def check_step(uow: UnitOfWork, book: str, after: UUID | None) -> UUID | None:
    """Compare what the next shop of a book is owed by its statements and by the ledger; what differs is kept.

    And so are terms that bring it more than it gives off. Once a day. On the first of a month its whole past is gone
    through, else what can have changed of late.
    """
    book_id = points_queries.get_book(uow.session, book).id
    shops = queries.list_shops(uow.session, book_id, after=after, limit=1)
    if not shops:
        return None
    shop_id, today = shops[0].id, local_date(uow.now)
    from_id, newest = None, None
    if today.day != WHOLE_ON:
        from_id, newest = statements.find_first_open(uow.session, book_id, shop_id), STATEMENTS_ADDED_UP
    overpaid = _find_overpaid(uow, book_id, shop_id)
    found = checking.find_difference(
        uow.session, book_id, shop_id, from_id=from_id, newest=newest, also_even=bool(overpaid)
    )
    if found is not None:
        row = {"book_id": book_id, "id": uow.new_id(), "checked_on": today, "found_at": uow.now, **found, **overpaid}
        uow.session.execute(insert(SettlementFinding).values(row).on_conflict_do_nothing())
        settlement_findings_total.inc()
    return shop_id


def _find_overpaid(uow: UnitOfWork, book_id: int, shop_id: UUID) -> dict[str, int]:
    """What a shop takes for a yuan and is paid for a point, where that is too much; empty where it is not.

    Terms and budgets refuse it since both are held to each other; older terms run on until the shop agrees on others.
    """
    value_fen = highest_point_value(uow.session, book_id)
    points_max = rules.points_paid_by_a_yuan(value_fen)
    if points_max is None:
        return {}
    taken = offers.find_overpaid_of_shop(uow.session, book_id, shop_id, points_above=points_max)
    return {} if taken is None else {"points_per_yuan": taken, "point_value_fen": value_fen}


def list_findings(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[SettlementFinding]:
    """What nightly comparisons found, newest first."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = checking.list_findings(uow.session, book_id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda finding: finding.id)
