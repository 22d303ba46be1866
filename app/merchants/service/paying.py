"""Signing a statement by two people, and booking its payment by hand (docs/settlement.md)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import DomainError
from app.kernel.periods import local_date
from app.merchants import errors, queries, rules
from app.merchants.errors import office
from app.merchants.models import Settlement
from app.merchants.models.settlements import BANK_REFERENCE_ONCE
from app.merchants.queries import merchants as merchant_queries
from app.merchants.queries import settlements as settlement_queries
from app.merchants.rules.papers import check_payout
from app.merchants.rules.payouts import check_approval, check_payable, check_stated
from app.merchants.service import own, telling_shops
from app.merchants.terms import SettlementState
from app.points import queries as points_queries
from app.points import service as points_service


@dataclass(frozen=True, slots=True)
class Signed:
    """What became of one of many that were to be signed: signed, or refused."""

    settlement_id: UUID
    settlement: Settlement | None
    refusal: DomainError | None


def check_settlement(uow: UnitOfWork, *, book: str, settlement_id: UUID) -> Settlement:
    """Say as the first of two people that a statement is right.

    Refuses SettlementMissing, OwnBusiness, SettlementDecided.
    """
    return _one(check_settlements(uow, book=book, settlement_ids=[settlement_id]))


def approve_settlement(uow: UnitOfWork, *, book: str, settlement_id: UUID) -> Settlement:
    """Approve a statement that somebody else checked: from its day on it may be paid.

    Refuses SettlementMissing, OwnBusiness, SettlementDecided, NotChecked, ApproveBySame.
    """
    return _one(approve_settlements(uow, book=book, settlement_ids=[settlement_id]))


def check_settlements(uow: UnitOfWork, *, book: str, settlement_ids: Sequence[UUID]) -> Sequence[Signed]:
    """The same of many; each is checked or refused by itself, in the order asked."""

    def check(settlement: Settlement) -> None:
        check_stated(settlement.state)
        settlement.checked_by, settlement.checked_at = uow.actor.id, uow.now

    return _sign(uow, book, settlement_ids, check)


def approve_settlements(uow: UnitOfWork, *, book: str, settlement_ids: Sequence[UUID]) -> Sequence[Signed]:
    """The same of many; each is approved or refused by itself, in the order asked."""

    def approve(settlement: Settlement) -> None:
        check_approval(state=settlement.state, checked_by=settlement.checked_by, approver=uow.actor.id)
        settlement.state = SettlementState.APPROVED
        settlement.approved_by, settlement.approved_at = uow.actor.id, uow.now

    signed = _sign(uow, book, settlement_ids, approve)
    done = [each.settlement for each in signed if each.refusal is None and each.settlement is not None]
    uow.session.flush()  # the database says now whether these signatures may be
    telling_shops.tell_settlements(uow, "settlement.approved", done)
    return signed


def pay_settlement(uow: UnitOfWork, *, book: str, settlement_id: UUID, bank_reference: str) -> Settlement:
    """Book the payment of an approved statement by hand, under the bank's reference. Once; again is a replay.

    For a shop without a bank account only, and by another person than who checked it. Refuses SettlementMissing,
    OwnBusiness, AlreadyPaid (under another reference), NothingToPay, NotApproved (also in a file), PaidBySame,
    PayoutEarly, PayoutStopped, PayoutHeld, PaidThroughBank, BankReferenceUsed (by another settlement of the book).
    """
    settlement = _lock(uow, book, settlement_id)
    if rules.is_paid(settlement.bank_reference, bank_reference, fen=settlement.payable_fen):
        return settlement
    check_payable(state=settlement.state, payable_on=settlement.payable_on, today=local_date(uow.now))
    if uow.actor.id in {settlement.stated_by, settlement.checked_by}:
        raise office.PaidBySame
    payout = merchant_queries.get_payout(uow.session, settlement.shop_id)
    check_payout(
        name=payout.name,
        state=payout.state,
        branch_state=payout.branch_state,
        payable_from=payout.payable_from,
        now=uow.now,
    )
    if payout.payable_from is not None:
        raise office.PaidThroughBank
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


def _sign(
    uow: UnitOfWork, book: str, settlement_ids: Sequence[UUID], sign: Callable[[Settlement], None]
) -> Sequence[Signed]:
    """Lock all of them at once, and sign each that may be."""
    book_id = points_queries.get_book(uow.session, book).id
    wanted = list(dict.fromkeys(settlement_ids))
    found = settlement_queries.lock_settlements(uow.session, book_id, wanted)
    theirs = set(own.list_own_shops(uow))
    return [_sign_one(each, found.get(each), theirs, sign) for each in wanted]


def _sign_one(
    settlement_id: UUID, settlement: Settlement | None, own_shops: Collection[UUID], sign: Callable[[Settlement], None]
) -> Signed:
    try:
        if settlement is None:
            raise errors.SettlementMissing
        if settlement.shop_id in own_shops:
            raise errors.OwnBusiness
        sign(settlement)
    except DomainError as refusal:
        return Signed(settlement_id, settlement, refusal)
    return Signed(settlement_id, settlement, None)


def _one(signed: Sequence[Signed]) -> Settlement:
    (only,) = signed
    if only.refusal is not None:
        raise only.refusal
    if only.settlement is None:
        raise errors.SettlementMissing
    return only.settlement


def _lock(uow: UnitOfWork, book: str, settlement_id: UUID) -> Settlement:
    book_id = points_queries.get_book(uow.session, book).id
    settlement = queries.lock_settlement(uow.session, book_id, settlement_id)
    own.check_shop(uow, settlement.shop_id)
    return settlement
