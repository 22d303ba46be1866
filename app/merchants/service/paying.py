"""Signing a statement by two people, and booking its payment by hand (docs/settlement.md)."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import local_date
from app.merchants import errors, queries, rules
from app.merchants.models import Settlement
from app.merchants.models.settlements import BANK_REFERENCE_ONCE
from app.merchants.queries import merchants as merchant_queries
from app.merchants.rules.papers import check_payout
from app.merchants.rules.payouts import check_approval, check_payable, check_stated
from app.merchants.service import own, telling_shops
from app.merchants.terms import SettlementState
from app.points import queries as points_queries
from app.points import service as points_service


def check_settlement(uow: UnitOfWork, *, book: str, settlement_id: UUID) -> Settlement:
    """Say as the first of two people that a statement is right.

    Refuses SettlementMissing, OwnBusiness, SettlementDecided.
    """
    settlement = _lock(uow, book, settlement_id)
    check_stated(settlement.state)
    settlement.checked_by, settlement.checked_at = uow.actor.id, uow.now
    return settlement


def approve_settlement(uow: UnitOfWork, *, book: str, settlement_id: UUID) -> Settlement:
    """Approve a statement that somebody else checked: from its day on it may be paid.

    Refuses SettlementMissing, OwnBusiness, SettlementDecided, NotChecked, ApproveBySame.
    """
    settlement = _lock(uow, book, settlement_id)
    check_approval(
        state=settlement.state,
        checked_by=settlement.checked_by,
        approver=uow.actor.id,
    )
    settlement.state = SettlementState.APPROVED
    settlement.approved_by, settlement.approved_at = uow.actor.id, uow.now
    uow.session.flush()  # the database says now whether this signature may be
    telling_shops.tell_settlements(uow, "settlement.approved", [settlement])
    return settlement


def pay_settlement(uow: UnitOfWork, *, book: str, settlement_id: UUID, bank_reference: str) -> Settlement:
    """Book the payment of an approved statement by hand, under the bank's reference. Once; again is a replay.

    Refuses SettlementMissing, OwnBusiness, AlreadyPaid (under another reference), NothingToPay, NotApproved (also in a
    file), PayoutEarly, PayoutStopped, PayoutHeld, BankReferenceUsed (by another settlement of the book).
    """
    settlement = _lock(uow, book, settlement_id)
    if rules.is_paid(settlement.bank_reference, bank_reference, fen=settlement.payable_fen):
        return settlement
    check_payable(state=settlement.state, payable_on=settlement.payable_on, today=local_date(uow.now))
    payout = merchant_queries.get_payout(uow.session, settlement.shop_id)
    check_payout(
        name=payout.name,
        state=payout.state,
        branch_state=payout.branch_state,
        payable_from=payout.payable_from,
        now=uow.now,
    )
    if queries.is_reference_used(uow.session, settlement.book_id, bank_reference):
        raise errors.BankReferenceUsed(bank_reference=bank_reference)

    book_payments(uow, settlement.book_id, [(settlement, bank_reference)])

    return settlement


def book_payments(uow: UnitOfWork, book_id: int, paid: list[tuple[Settlement, str]]) -> None:
    """Book payments of locked statements, each under a bank reference, in one call of the posting door.

    The cause is the statement's: whatever asks, the ledger pays it once. Refuses BankReferenceUsed.
    """
    if not paid:
        return
    payments = [
        points_service.ShopPayment(
            cause=f"settlement:{settlement.id}",
            shop_id=settlement.shop_id,
            amount_fen=settlement.payable_fen,
            bank_reference=reference,
        )
        for settlement, reference in paid
    ]
    outcomes = points_service.pay_merchants(uow, book_id, payments)
    for (settlement, reference), outcome in zip(paid, outcomes, strict=True):
        settlement.state, settlement.bank_reference = SettlementState.PAID, reference
        settlement.paid_by, settlement.paid_at = uow.actor.id, uow.now
        settlement.transaction_id = outcome.subject_id
    _write_paid(uow, [reference for _, reference in paid])
    telling_shops.tell_settlements(uow, "settlement.paid", [settlement for settlement, _ in paid])


def _write_paid(uow: UnitOfWork, references: list[str]) -> None:
    """Write payments; only here does one meet a twin that pays another settlement under the same reference."""
    try:
        uow.session.flush()
    except IntegrityError as error:
        if BANK_REFERENCE_ONCE in str(error.orig):
            used = next((each for each in references if f", {each})" in str(error.orig)), references[0])
            raise errors.BankReferenceUsed(bank_reference=used) from None
        raise


def _lock(uow: UnitOfWork, book: str, settlement_id: UUID) -> Settlement:
    book_id = points_queries.get_book(uow.session, book).id
    settlement = queries.lock_settlement(uow.session, book_id, settlement_id)
    own.check_shop(uow, settlement.shop_id)
    return settlement
