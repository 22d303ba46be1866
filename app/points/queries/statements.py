"""Statements: the entries of one account page by page, and the accounts of a book with what is in them.

Every list goes on from the key of its last row and never skips rows it read before (no OFFSET), so the first page of a
long passbook costs the same as the hundredth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text, true
from sqlalchemy.orm import Session

from app.points.models import Account, Balance, Entry, Lot, Outcome, Transaction
from app.points.terms import AccountKind

EntryRows = Select[UUID, int, int | None, int | None, bytes | None]
_WORDS = (  # of a transaction, after its code: the rest of a StatementLine
    Transaction.cause,
    Transaction.actor_id,
    Transaction.evidence,
    Transaction.recorded_at,
    Transaction.effective_at,
    func.coalesce(Transaction.reverses_id, Transaction.refunds_id).label("corrects_id"),
)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry of an account with the words of its transaction.

    `version`, `balance_after` and `chain` are None for folded accounts. `corrects_id` is what a reversal, clawback or
    refund is about.
    """

    transaction_id: UUID
    amount: int
    version: int | None
    balance_after: int | None
    chain: bytes | None
    code: str
    cause: str
    actor_id: UUID
    evidence: str | None
    recorded_at: datetime
    effective_at: datetime
    corrects_id: UUID | None


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account and what is in it now; `held`, `version` and `frozen_reason` say something on strict accounts only."""

    id: UUID
    kind: str
    owner_id: UUID
    stripe: int
    asset: str
    folded: bool
    opened_at: datetime
    balance: int
    held: int
    version: int | None
    frozen_reason: str | None


@dataclass(frozen=True, slots=True)
class ChainHead:
    """Where a strict account's chain ends: its balance, its last version, and the last link."""

    posted: int
    version: int
    head: bytes


def list_strict_entries(
    session: Session, book_id: int, account_id: UUID, *, before: int | None, limit: int, after: int = 0
) -> Sequence[StatementLine]:
    """Entries of a strict account, newest first, those with a version below `before` and above `after`."""
    # the condition on NULL is what lets PostgreSQL use the partial index uq_points_entries_version
    page = _entries_of(book_id, account_id).where(Entry.version.is_not(None))
    if before is not None:
        page = page.where(Entry.version < before)
    if after:
        page = page.where(Entry.version > after)
    return _with_transactions(session, book_id, page.order_by(Entry.version.desc()).limit(limit), "version", down=True)


def list_entries_between(
    session: Session, book_id: int, account_id: UUID, *, first: int, through: int, limit: int, code: str | None = None
) -> Sequence[StatementLine]:
    """Entries of a strict account with versions from `first` to `through`, newest first; of one `code` where given.

    For a code all of the range may have to be read, so the caller keeps it short.
    """
    page = _entries_of(book_id, account_id).where(Entry.version >= first, Entry.version <= through)
    page = page.order_by(Entry.version.desc())
    if code is None:
        return _with_transactions(session, book_id, page.limit(limit), "version", down=True)
    # LIMIT and OFFSET cut nothing here. By them PostgreSQL walks the index from the newest entry down and looks up the
    # transaction of each, instead of reading all there are of the code.
    entry = page.limit(max(0, through - first + 1)).subquery()
    words = (
        select(Transaction.code, *_WORDS)
        .where(Transaction.book_id == book_id, Transaction.id == entry.c.transaction_id)
        .offset(0)
        .lateral()
    )
    query = select(entry, words).join(words, true()).where(words.c.code == code)
    return [StatementLine(*row) for row in session.execute(query.order_by(entry.c.version.desc()).limit(limit))]


def list_folded_entries(
    session: Session, book_id: int, account_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[StatementLine]:
    """Entries of a folded account by transaction, the youngest id first, those below `before`."""
    page = _entries_of(book_id, account_id).where(Entry.version.is_(None))
    if before is not None:
        page = page.where(Entry.transaction_id < before)
    page = page.order_by(Entry.transaction_id.desc()).limit(limit)
    return _with_transactions(session, book_id, page, "transaction_id", down=True)


def list_folded_entries_between(
    session: Session,
    book_id: int,
    account_id: UUID,
    *,
    span: tuple[datetime | None, datetime | None],
    before: UUID | None,
    limit: int,
) -> Sequence[StatementLine]:
    """As `list_folded_entries`, only what was recorded from the first instant of `span` until before the second.

    None is no bound. Reads as much as was recorded in the span, or as the account has entries, whichever is less.
    """
    since, until = span
    page = (
        _entries_of(book_id, account_id)
        .join(Transaction, (Transaction.book_id == book_id) & (Transaction.id == Entry.transaction_id))
        .where(Entry.version.is_(None))
    )
    if since is not None:
        page = page.where(Transaction.recorded_at >= since)
    if until is not None:
        page = page.where(Transaction.recorded_at < until)
    if before is not None:
        page = page.where(Entry.transaction_id < before)
    page = page.order_by(Entry.transaction_id.desc()).limit(limit)
    return _with_transactions(session, book_id, page, "transaction_id", down=True)


def list_chain(
    session: Session, book_id: int, account_id: UUID, *, after: int, through: int, limit: int
) -> Sequence[StatementLine]:
    """Entries of a strict account, oldest first, with versions above `after` and up to `through`."""
    page = _entries_of(book_id, account_id).where(Entry.version > after, Entry.version <= through)
    return _with_transactions(session, book_id, page.order_by(Entry.version).limit(limit), "version", down=False)


def get_chain_head(session: Session, book_id: int, account_id: UUID) -> ChainHead:
    """The head of a strict account's chain. An account that never moved reads as the beginning of one."""
    row = session.execute(
        select(Balance.posted, Balance.version, Balance.head).where(
            Balance.book_id == book_id, Balance.account_id == account_id
        )
    ).one_or_none()
    return ChainHead(0, 0, bytes(32)) if row is None else ChainHead(row.posted, row.version, bytes(row.head))


def has_account(session: Session, book_id: int, account_id: UUID) -> bool:
    """Whether this book has such an account."""
    query = select(Account.id).where(Account.book_id == book_id, Account.id == account_id)
    return session.scalar(query) is not None


def list_lots_page(
    session: Session, book_id: int, account_id: UUID, *, today: date, after: tuple[date, UUID] | None, limit: int
) -> Sequence[Lot]:
    """The lots that have not lapsed and still hold points, earliest expiry first: what expires when."""
    query = select(Lot).where(
        Lot.book_id == book_id, Lot.account_id == account_id, Lot.expires_on >= today, Lot.points_left > 0
    )
    if after is not None:
        query = query.where(func.row(Lot.expires_on, Lot.budget_id) > func.row(*after))
    return session.scalars(query.order_by(Lot.expires_on, Lot.budget_id).limit(limit)).all()


def sum_budget_points(session: Session, book_id: int, budget_ids: Sequence[UUID]) -> dict[UUID, int]:
    """What each of these budgets may still award: the sum over its stripes. Budgets without points are left out."""
    query = (
        select(Account.owner_id, func.sum(Balance.posted - Balance.held))
        .join(Balance, (Balance.book_id == Account.book_id) & (Balance.account_id == Account.id))
        .where(
            Account.book_id == book_id,
            Account.kind == AccountKind.SPONSOR_BUDGET,
            Account.owner_id.in_(budget_ids),
        )
        .group_by(Account.owner_id)
    )
    return {row[0]: int(row[1]) for row in session.execute(query)}


def list_declined_causes(session: Session, book_id: int, causes: Sequence[str]) -> set[str]:
    """Those of `causes` under which an act was declined."""
    query = select(Outcome.cause).where(
        Outcome.book_id == book_id, Outcome.cause.in_(causes), Outcome.decline.is_not(None)
    )
    return set(session.scalars(query))


# One statement is one snapshot: folded balance and unfolded tail cannot tell two different moments.
_ACCOUNTS = """
    WITH page AS MATERIALIZED (
        SELECT a.id, a.kind, a.owner_id, a.stripe, a.asset, a.folded, a.opened_at
          FROM points_accounts a
         WHERE a.book_id = :book_id {conditions}
         ORDER BY a.kind, a.owner_id, a.stripe LIMIT :limit)
    SELECT p.*, coalesce(s.posted, coalesce(f.posted, 0) + coalesce(t.amount, 0))::bigint AS balance,
           coalesce(s.held, 0) AS held, s.version, s.frozen_reason
      FROM page p
      LEFT JOIN points_balances s ON s.book_id = :book_id AND s.account_id = p.id
      LEFT JOIN points_folded_balances f ON f.book_id = :book_id AND f.account_id = p.id
      LEFT JOIN (SELECT e.account_id, sum(e.amount) AS amount
                   FROM points_unfolded u
                   JOIN points_entries e ON e.book_id = u.book_id AND e.transaction_id = u.transaction_id
                                        AND e.version IS NULL
                  WHERE u.book_id = :book_id AND e.account_id IN (SELECT x.id FROM page x WHERE x.folded)
                  GROUP BY e.account_id) t ON t.account_id = p.id
     ORDER BY p.kind, p.owner_id, p.stripe
"""


def list_accounts(
    session: Session, book_id: int, *, kind: str | None, after: tuple[str, UUID, int] | None, limit: int
) -> Sequence[AccountLine]:
    """Accounts by kind, owner and stripe, each with its balance (folded ones with their unfolded tail)."""
    values: dict[str, Any] = {"book_id": book_id, "limit": limit}
    conditions = ""
    if kind is not None:
        conditions += " AND a.kind = :kind"
        values["kind"] = kind
    if after is not None:
        conditions += " AND (a.kind, a.owner_id, a.stripe) > (:after_kind, :after_owner, :after_stripe)"
        values |= dict(zip(("after_kind", "after_owner", "after_stripe"), after, strict=True))
    rows = session.execute(text(_ACCOUNTS.format(conditions=conditions)), values)
    return [AccountLine(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping


def _entries_of(book_id: int, account_id: UUID) -> EntryRows:
    columns = (Entry.transaction_id, Entry.amount, Entry.version, Entry.balance_after, Entry.chain)
    return select(*columns).where(Entry.book_id == book_id, Entry.account_id == account_id)


def _with_transactions(
    session: Session, book_id: int, page: EntryRows, order: str, *, down: bool
) -> Sequence[StatementLine]:
    """Join a page of entries to their transactions: the page is cut first, so only its rows are looked up."""
    entry = page.subquery()
    key = entry.c[order]
    query = (
        select(entry, Transaction.code, *_WORDS)
        .join(Transaction, (Transaction.book_id == book_id) & (Transaction.id == entry.c.transaction_id))
        .order_by(key.desc() if down else key)
    )
    return [StatementLine(*row) for row in session.execute(query)]
