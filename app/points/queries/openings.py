"""Paper passbooks that were taken over, and what became of the points they opened with."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session, aliased

from app.points.models import Account, Entry, Lot, LotMove, Outcome, PaperPassbook, Transaction
from app.points.rules.openings import Listed

# A number was taken over on its own (service/budgets.py) when an attempt of it was not declined; a second attempt is
# only made after the first was. Look-ups are LATERAL, not EXISTS: inside OR that would become a hashed scan of every
# outcome there is.
_TAKEN_OVER = """
    SELECT n.* FROM ({listed}) n
      LEFT JOIN LATERAL (SELECT p.resident_id FROM points_paper_passbooks p
                          WHERE p.book_id = :of_book AND p.passbook_no = n.passbook_no LIMIT 1) p ON true
      LEFT JOIN LATERAL (SELECT o.subject_id, o.decline FROM points_outcomes o
                          WHERE o.book_id = :of_book AND o.cause = 'opening:1:' || n.passbook_no LIMIT 1) o ON true
      LEFT JOIN LATERAL (SELECT l.subject_id
                           FROM generate_series(2, 20) k,
                                LATERAL (SELECT x.subject_id FROM points_outcomes x
                                          WHERE x.book_id = :of_book AND x.decline IS NULL
                                            AND x.cause = 'opening:' || k || ':' || n.passbook_no LIMIT 1) l
                          WHERE o.decline IS NOT NULL LIMIT 1) l ON true
     WHERE p.resident_id IS NOT NULL OR (o.subject_id IS NOT NULL AND o.decline IS NULL) OR l.subject_id IS NOT NULL"""
_NUMBERS = text(_TAKEN_OVER.format(listed="SELECT unnest(CAST(:numbers AS text[])) AS passbook_no"))


# By the names of an account, its first version, its transaction: each is the whole key of an index.
_WITH_OPENINGS = """
    SELECT n.*, o.transaction_id, o.leg, o.points, o.expires_on, o.recorded_at
      FROM ({listed}) n
      LEFT JOIN LATERAL (
           SELECT e.transaction_id, e.line AS leg, e.amount AS points, m.expires_on, t.recorded_at
             FROM points_accounts a
             JOIN points_entries e ON e.book_id = a.book_id AND e.account_id = a.id AND e.version = 1
             JOIN points_transactions t ON t.book_id = e.book_id AND t.id = e.transaction_id AND t.code = 'opening'
             JOIN points_lot_moves m
               ON m.book_id = e.book_id AND m.transaction_id = e.transaction_id AND m.line = e.line
            WHERE a.book_id = :of_book AND a.kind = 'resident' AND a.owner_id = n.resident_id AND a.stripe = 0
            LIMIT 1) o ON true"""
_WITH_HISTORY = text("""
    SELECT a.owner_id
      FROM points_accounts a,
           LATERAL (SELECT 1 FROM points_entries e
                      JOIN points_transactions t ON t.book_id = e.book_id AND t.id = e.transaction_id
                     WHERE e.book_id = a.book_id AND e.account_id = a.id AND e.version IS NOT NULL
                       AND t.code <> 'opening' AND t.cause NOT LIKE 'takeback:%' LIMIT 1) moved
     WHERE a.book_id = :book_id AND a.kind = 'resident' AND a.owner_id = ANY (CAST(:owners AS uuid[]))
""")


def taken_over_numbers(session: Session, book_id: int, numbers: Collection[str]) -> set[str]:
    """Those of these paper passbooks whose balance is in the ledger already, whichever way it came."""
    if not numbers:
        return set()
    return set(session.scalars(_NUMBERS, {"of_book": book_id, "numbers": list(numbers)}))


def list_decided_causes(session: Session, book_id: int, causes: Collection[str]) -> set[str]:
    """Those of these causes that were decided, one way or the other."""
    query = select(Outcome.cause).where(Outcome.book_id == book_id, Outcome.cause.in_(causes))
    return set(session.scalars(query)) if causes else set()


def taken_over(listed: str) -> str:
    """SQL for those rows of a query, by their `passbook_no`, whose paper passbook's balance is in the ledger already.

    Its parameter `of_book` is the book. So the rows of another feature's table need not leave the database.
    """
    return _TAKEN_OVER.format(listed=listed)


def with_openings(listed: str) -> str:
    """SQL for the rows of a query, by their `resident_id`, with the line of the ledger that opened each passbook.

    Its parameter `of_book` is the book. The columns are NULL where a passbook was not opened with a balance.
    """
    return _WITH_OPENINGS.format(listed=listed)


def sum_openings(session: Session, rows: Select[UUID, int, date]) -> Listed:
    """What a list of openings (resident, points, last day) comes to."""
    residents, points, days = rows.subquery("listed").c
    totals = select(
        func.count(),
        func.count(residents.distinct()),
        *(func.coalesce(figure, 0) for figure in (func.min(points), func.max(points), func.sum(points))),
        func.coalesce(func.min(days), date.max),
    )
    count, people, least, most, total, first_day = session.execute(totals).one()
    return Listed(count, people, least, most, int(total), first_day)


def numbers_from_files(session: Session, book_id: int, numbers: Sequence[str]) -> Sequence[str]:
    """Those of these paper passbooks that came with a file of residents."""
    query = select(PaperPassbook.passbook_no).where(
        PaperPassbook.book_id == book_id, PaperPassbook.passbook_no.in_(numbers)
    )
    return session.scalars(query.order_by(PaperPassbook.passbook_no)).all()


def paper_numbers_of(session: Session, book_id: int, resident_ids: Collection[UUID]) -> dict[UUID, str]:
    """The paper passbook of each of these residents that came with one: what the line of an opening says."""
    query = select(PaperPassbook.resident_id, PaperPassbook.passbook_no).where(
        PaperPassbook.book_id == book_id, PaperPassbook.resident_id.in_(resident_ids)
    )
    return {row.resident_id: row.passbook_no for row in session.execute(query)} if resident_ids else {}


def find_owner_of_paper(session: Session, book_id: int, passbook_no: str) -> UUID | None:
    """The resident whose passbook was opened from this paper one."""
    return session.scalar(
        select(PaperPassbook.resident_id).where(
            PaperPassbook.book_id == book_id, PaperPassbook.passbook_no == passbook_no
        )
    )


def owners_with_history(session: Session, book_id: int, owner_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these residents whose passbook moved otherwise than by an opening and its taking back."""
    rows = session.scalars(_WITH_HISTORY, {"book_id": book_id, "owners": list(owner_ids)})
    return set(rows) if owner_ids else set()


def lock_openings(session: Session, book_id: int, transaction_ids: Sequence[UUID]) -> None:
    """Lock every strict balance that these transactions moved, at once and in the global order."""
    session.execute(select(func.points_lock_openings(book_id, list(transaction_ids))))


def list_moved_openings(
    session: Session, book_id: int, transaction_ids: Sequence[UUID], *, limit: int
) -> tuple[int, list[UUID]]:
    """Of the openings of these transactions those that are not whole any more: how many, and the first owners.

    Points that were spent, expired, moved elsewhere or are held are gone from their lot.
    """
    moved = (
        select(Account.owner_id)
        .select_from(LotMove)
        .join(
            Entry,
            (Entry.book_id == LotMove.book_id)
            & (Entry.transaction_id == LotMove.transaction_id)
            & (Entry.line == LotMove.line),
        )
        .join(Account, (Account.book_id == Entry.book_id) & (Account.id == Entry.account_id))
        .join(
            Lot,
            (Lot.book_id == LotMove.book_id)
            & (Lot.account_id == Entry.account_id)
            & (Lot.expires_on == LotMove.expires_on)
            & (Lot.budget_id == LotMove.budget_id),
        )
        .where(
            LotMove.book_id == book_id,
            LotMove.transaction_id.in_(transaction_ids),
            (Lot.points_left - Lot.held < LotMove.points) | (Lot.cost_left_fen < LotMove.cost_fen),
        )
    )
    count = session.scalar(select(func.count()).select_from(moved.subquery())) or 0
    first = session.scalars(moved.order_by(Account.owner_id).limit(limit)).all() if count else []
    return count, list(first)


def list_opening_transactions(session: Session, book_id: int, causes: Sequence[str]) -> Sequence[UUID]:
    """The transactions of these causes that no other reverses."""
    reversal = aliased(Transaction)
    query = (
        select(Outcome.subject_id)
        .outerjoin(reversal, (reversal.book_id == Outcome.book_id) & (reversal.reverses_id == Outcome.subject_id))
        .where(Outcome.book_id == book_id, Outcome.cause.in_(causes), Outcome.decline.is_(None), reversal.id.is_(None))
        .order_by(Outcome.subject_id)
    )
    return session.scalars(query).all()
