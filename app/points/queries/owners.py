"""Owners of accounts that have names: sponsors with their money, stations, teams, coordinators' posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.points.models import OwnerName


@dataclass(frozen=True, slots=True)
class SponsorFigures:
    """A sponsor (perhaps without a name yet): fen behind no points yet, and fen behind points that were not awarded."""

    sponsor_id: UUID
    name: str | None
    free_fen: int
    reserved_fen: int


# Whoever was named a sponsor, pays for a budget or has paid in. Each arm is cut to a page before they meet. The
# reserves are folded accounts: what was folded plus the tail that was not, in one statement and so in one snapshot.
_SPONSORS = text("""
    WITH page AS MATERIALIZED (
        SELECT u.id
          FROM ((SELECT n.owner_id AS id FROM points_owner_names n
                  WHERE n.book_id = :book_id AND n.kind = 'sponsor' AND n.owner_id > :after
                  ORDER BY n.owner_id LIMIT :limit)
                UNION
                (SELECT DISTINCT b.sponsor_id FROM points_budgets b
                  WHERE b.book_id = :book_id AND b.sponsor_id > :after ORDER BY b.sponsor_id LIMIT :limit)
                UNION
                (SELECT a.owner_id FROM points_accounts a
                  WHERE a.book_id = :book_id AND a.kind = 'sponsor_funding' AND a.owner_id > :after
                  ORDER BY a.owner_id LIMIT :limit)) u
         ORDER BY u.id LIMIT :limit),
    reserves AS MATERIALIZED (
        SELECT b.sponsor_id, a.id
          FROM page p
          JOIN points_budgets b ON b.book_id = :book_id AND b.sponsor_id = p.id
          JOIN points_accounts a ON a.book_id = b.book_id AND a.kind = 'budget_reserve' AND a.owner_id = b.id),
    reserved AS (
        SELECT r.sponsor_id, sum(f.posted) AS fen
          FROM reserves r
         CROSS JOIN LATERAL (SELECT x.posted FROM points_folded_balances x
                              WHERE x.book_id = :book_id AND x.account_id = r.id OFFSET 0) f
         GROUP BY r.sponsor_id),
    tail AS (
        SELECT r.sponsor_id, sum(e.amount) AS fen
          FROM points_unfolded u
         CROSS JOIN LATERAL (SELECT x.account_id, x.amount FROM points_entries x
                              WHERE x.book_id = u.book_id AND x.transaction_id = u.transaction_id
                                AND x.version IS NULL OFFSET 0) e
          JOIN reserves r ON r.id = e.account_id
         WHERE u.book_id = :book_id GROUP BY r.sponsor_id)
    SELECT p.id, n.name, coalesce(s.posted, 0)::bigint AS free_fen,
           (coalesce(r.fen, 0) + coalesce(t.fen, 0))::bigint AS reserved_fen
      FROM page p
      LEFT JOIN points_owner_names n ON n.book_id = :book_id AND n.owner_id = p.id
      LEFT JOIN points_accounts a ON a.book_id = :book_id AND a.kind = 'sponsor_funding' AND a.owner_id = p.id
      LEFT JOIN points_balances s ON s.book_id = :book_id AND s.account_id = a.id
      LEFT JOIN reserved r ON r.sponsor_id = p.id
      LEFT JOIN tail t ON t.sponsor_id = p.id
     ORDER BY p.id
""")


def list_sponsors(session: Session, book_id: int, *, after: UUID | None, limit: int) -> Sequence[SponsorFigures]:
    """Sponsors by id, those after `after`, with their money."""
    values = {"book_id": book_id, "after": after or UUID(int=0), "limit": limit}
    return [SponsorFigures(*row) for row in session.execute(_SPONSORS, values)]


def list_owners(session: Session, book_id: int, *, kind: str, after: UUID | None, limit: int) -> Sequence[OwnerName]:
    """Owners of one kind by id, those after `after`."""
    query = select(OwnerName).where(OwnerName.book_id == book_id, OwnerName.kind == kind)
    if after is not None:
        query = query.where(OwnerName.owner_id > after)
    return session.scalars(query.order_by(OwnerName.owner_id).limit(limit)).all()


def find_owner(session: Session, book_id: int, owner_id: UUID) -> OwnerName | None:
    """What is written about an owner, as it stands now; None when nobody named it."""
    return session.get(OwnerName, (book_id, owner_id), populate_existing=True)


def get_owner(session: Session, book_id: int, owner_id: UUID) -> OwnerName:
    """The same of an owner that has a name: for whoever has just given it one."""
    return session.get_one(OwnerName, (book_id, owner_id), populate_existing=True)
