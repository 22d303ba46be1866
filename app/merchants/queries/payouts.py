"""Payouts: terms, statements that are due, files and their lines."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.merchants import errors
from app.merchants.models import (
    BankAccount,
    Branch,
    Merchant,
    Payout,
    PayoutLine,
    PayoutSkip,
    PayoutTerms,
    Settlement,
)
from app.merchants.rules.payouts import PayoutRules
from app.merchants.terms import BranchState, MerchantState, SettlementState


def find_rules(session: Session, book_id: int, shop_id: UUID) -> PayoutRules:
    """The terms in force for a shop: its own, else the book's, else those of a book that set none."""
    found = find_terms(session, book_id, shop_id) or find_terms(session, book_id, None)
    if found is None:
        return PayoutRules()
    return PayoutRules(
        payout_days=found.payout_days,
        new_shop_days=found.new_shop_days,
        new_payout_days=found.new_payout_days,
        reserve_percent=found.reserve_percent,
        reserve_days=found.reserve_days,
        unattended_days=found.unattended_days,
    )


def find_terms(session: Session, book_id: int, shop_id: UUID | None) -> PayoutTerms | None:
    """The terms of one shop, or of the book, that were approved last."""
    of_whom = PayoutTerms.shop_id.is_(None) if shop_id is None else PayoutTerms.shop_id == shop_id
    query = select(PayoutTerms).where(PayoutTerms.book_id == book_id, of_whom, PayoutTerms.approved_at.is_not(None))
    return session.scalar(query.order_by(PayoutTerms.approved_at.desc(), PayoutTerms.id.desc()).limit(1))


def lock_terms(session: Session, book_id: int, terms_id: UUID) -> PayoutTerms:
    """Terms, held until the transaction ends. Refuses PayoutTermsMissing."""
    found = session.get(PayoutTerms, (book_id, terms_id), with_for_update=True, populate_existing=True)
    if found is None:
        raise errors.PayoutTermsMissing
    return found


def list_terms(session: Session, book_id: int, *, before: UUID | None, limit: int) -> Sequence[PayoutTerms]:
    """Terms of a book and its shops, newest first."""
    query = select(PayoutTerms).where(PayoutTerms.book_id == book_id)
    if before is not None:
        query = query.where(PayoutTerms.id < before)
    return session.scalars(query.order_by(PayoutTerms.id.desc()).limit(limit)).all()


def lock_due(
    session: Session, book_id: int, *, today: date, limit: int
) -> Sequence[Row[Settlement, Merchant, Branch, BankAccount]]:
    """(Settlement, Merchant, Branch, BankAccount or None) of approved statements that are due, held.

    Those payable come first.
    """
    is_stopped = or_(Merchant.state == MerchantState.SUSPENDED, Branch.state == BranchState.SUSPENDED)
    query = (
        _due(book_id, today)
        .order_by(BankAccount.id.is_(None), is_stopped, Settlement.id)
        .limit(limit)
        .with_for_update(of=Settlement, key_share=True)
    )
    return session.execute(query, execution_options={"populate_existing": True}).all()


def list_due(
    session: Session, book_id: int, *, today: date, after: UUID | None, limit: int
) -> Sequence[Row[Settlement, Merchant, Branch, BankAccount]]:
    """The same by id, those after `after`, held by nobody."""
    query = _due(book_id, today).order_by(Settlement.id).limit(limit)
    return session.execute(query if after is None else query.where(Settlement.id > after)).all()


def list_failed(
    session: Session, book_id: int, settlement_ids: Collection[UUID], *, before: UUID | None
) -> Sequence[PayoutLine]:
    """The last line of each of these statements that the bank did not pay, in files older than `before`."""
    query = select(PayoutLine).where(
        PayoutLine.book_id == book_id,
        PayoutLine.settlement_id.in_(settlement_ids),
        text("merchants_payout_lines.state = 'failed'"),
    )
    if before is not None:
        query = query.where(PayoutLine.payout_id < before)
    query = query.ext(distinct_on(PayoutLine.settlement_id)).order_by(
        PayoutLine.settlement_id, PayoutLine.payout_id.desc()
    )
    return session.scalars(query).all() if settlement_ids else ()


def list_skips(
    session: Session, book_id: int, payout_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[PayoutSkip]:
    """What could not go into a file, by statement."""
    query = select(PayoutSkip).where(PayoutSkip.book_id == book_id, PayoutSkip.payout_id == payout_id)
    if after is not None:
        query = query.where(PayoutSkip.settlement_id > after)
    return session.scalars(query.order_by(PayoutSkip.settlement_id).limit(limit)).all()


def _due(book_id: int, today: date) -> Select[Settlement, Merchant, Branch, BankAccount]:
    return (
        select(Settlement, Merchant, Branch, BankAccount)
        .join(Branch, Branch.id == Settlement.shop_id)
        .join(Merchant, Merchant.id == Branch.merchant_id)
        .outerjoin(BankAccount, (BankAccount.merchant_id == Merchant.id) & BankAccount.ended_at.is_(None))
        .where(Settlement.book_id == book_id, Settlement.state == SettlementState.APPROVED)
        .where(Settlement.payable_on <= today, Settlement.payable_fen > 0)
    )


def next_number(session: Session, book_id: int) -> int:
    """The number of the next file. Whoever makes one beside it waits for the statements it takes, and asks after it."""
    query = select(func.coalesce(func.max(Payout.number), 0) + 1).where(Payout.book_id == book_id)
    return int(session.scalar(query) or 1)


def get_payout_file(session: Session, book_id: int, payout_id: UUID) -> Payout:
    """One file. Refuses PayoutMissing."""
    found = session.get(Payout, (book_id, payout_id))
    if found is None:
        raise errors.PayoutMissing
    return found


def list_payouts(session: Session, book_id: int, *, before: UUID | None, limit: int) -> Sequence[Payout]:
    """Files of a book, newest first."""
    query = select(Payout).where(Payout.book_id == book_id)
    if before is not None:
        query = query.where(Payout.id < before)
    return session.scalars(query.order_by(Payout.id.desc()).limit(limit)).all()


def list_payout_lines(
    session: Session, book_id: int, payout_id: UUID, *, after: int, limit: int
) -> Sequence[PayoutLine]:
    """Lines of a file in its order, those after a position."""
    query = select(PayoutLine).where(PayoutLine.book_id == book_id, PayoutLine.payout_id == payout_id)
    return session.scalars(query.where(PayoutLine.position > after).order_by(PayoutLine.position).limit(limit)).all()


def lock_payout_lines(session: Session, book_id: int, payout_id: UUID) -> dict[int, tuple[PayoutLine, Settlement]]:
    """The lines of a file with their statements, by position, held until the transaction ends."""
    query = (
        select(PayoutLine, Settlement)
        .join(
            Settlement,
            (Settlement.book_id == PayoutLine.book_id) & (Settlement.id == PayoutLine.settlement_id),
        )
        .where(PayoutLine.book_id == book_id, PayoutLine.payout_id == payout_id)
        .order_by(PayoutLine.position)
        .with_for_update(key_share=True)
    )
    rows = session.execute(query, execution_options={"populate_existing": True}).all()
    return {line.position: (line, settlement) for line, settlement in rows}


def list_receivers(session: Session, book_id: int, payout_id: UUID) -> Sequence[Row[PayoutLine, BankAccount]]:
    """(PayoutLine, BankAccount) of a file in its order."""
    query = (
        select(PayoutLine, BankAccount)
        .join(
            BankAccount,
            (BankAccount.merchant_id == PayoutLine.merchant_id) & (BankAccount.id == PayoutLine.bank_account_id),
        )
        .where(PayoutLine.book_id == book_id, PayoutLine.payout_id == payout_id)
        .order_by(PayoutLine.position)
    )
    return session.execute(query).all()


def find_used_reference(session: Session, book_id: int, references: Collection[str]) -> str | None:
    """One of these bank references that paid a settlement of the book before."""
    if not references:
        return None
    query = select(Settlement.bank_reference).where(
        Settlement.book_id == book_id,
        Settlement.bank_reference.in_(references),
        Settlement.state == SettlementState.PAID,
    )
    return session.scalar(query.limit(1))
