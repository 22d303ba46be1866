"""What the bank made of a file: paid lines are booked once, failed ones go into the next file."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.merchants import errors
from app.merchants.models import PayoutLine, Settlement
from app.merchants.queries import payouts as payout_queries
from app.merchants.rules import bank_files
from app.merchants.rules.bank_files import Answer
from app.merchants.service import holding, own, telling_shops
from app.merchants.service.paying import book_payments
from app.merchants.terms import PayoutLineState, SettlementState
from app.points import queries as points_queries


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed: lines paid now, failed now, known before, and still without an answer."""

    paid: int
    failed: int
    unchanged: int
    waiting: int


def import_result(uow: UnitOfWork, *, book: str, payout_id: UUID, content: bytes) -> Imported:
    """Take in the bank's answer to a file, all of it or nothing. The same answer again changes nothing.

    Refuses PayoutMissing; ResultNoCsv, ResultTooLong, ResultColumnMissing, ResultUnreadable, ResultEmpty for what
    cannot be read; ResultUnknown, ResultContradicts, BankReferenceUsed for what cannot be; ResultOwn for news about a
    shop of the actor's or of somebody close to him: what he says failed would be paid once more.
    """
    book_id = points_queries.get_book(uow.session, book).id
    payout = payout_queries.get_payout_file(uow.session, book_id, payout_id)
    answers = bank_files.read_result(content)
    held = payout_queries.lock_payout_lines(uow.session, book_id, payout_id)
    by_reference = {bank_files.reference_of(payout.number, position): both for position, both in held.items()}

    fresh = [(*by_reference[answer.reference], answer) for answer in _fresh(answers, by_reference)]
    own_shops = set(own.list_own_shops(uow))
    for line, _, answer in fresh:
        if line.shop_id in own_shops:
            raise errors.ResultOwn(line=answer.line, reference=answer.reference)
    paid = [(line, settlement, answer) for line, settlement, answer in fresh if answer.paid]
    _check_references(uow, book_id, [answer for _, _, answer in paid])

    for line, settlement, answer in fresh:
        _record(uow, line, settlement, answer)
    book_payments(uow, book_id, [(settlement, answer.bank_reference or "") for _, settlement, answer in paid])
    uow.session.flush()
    failed = [settlement for _, settlement, answer in fresh if not answer.paid]
    holding.keep_of_failed(uow, book_id, failed)
    telling_shops.tell_settlements(uow, "settlement.failed", failed)

    waiting = sum(line.state == PayoutLineState.SENT for line, _ in held.values())
    return Imported(len(paid), len(fresh) - len(paid), len(answers) - len(fresh), waiting)


def _fresh(answers: Sequence[Answer], by_reference: dict[str, tuple[PayoutLine, Settlement]]) -> list[Answer]:
    """The answers that say something new. Refuses ResultUnknown, ResultContradicts."""
    fresh = []
    for answer in answers:
        if answer.reference not in by_reference:
            raise errors.ResultUnknown(line=answer.line, reference=answer.reference)
        line = by_reference[answer.reference][0]
        if line.state == PayoutLineState.SENT:
            fresh.append(answer)
            continue
        said = (PayoutLineState.PAID, answer.bank_reference) if answer.paid else (PayoutLineState.FAILED, None)
        if (line.state, line.bank_reference) != said:
            raise errors.ResultContradicts(line=answer.line, reference=answer.reference, state=line.state)
    return fresh


def _check_references(uow: UnitOfWork, book_id: int, answers: Sequence[Answer]) -> None:
    """Refuse BankReferenceUsed for one that stands twice, or paid something else before."""
    references = [answer.bank_reference or "" for answer in answers]
    twice = next((each for at, each in enumerate(references) if each in references[:at]), None)
    used = twice or payout_queries.find_used_reference(uow.session, book_id, references)
    if used is not None:
        raise errors.BankReferenceUsed(bank_reference=used)


def _record(uow: UnitOfWork, line: PayoutLine, settlement: Settlement, answer: Answer) -> None:
    line.state = PayoutLineState.PAID if answer.paid else PayoutLineState.FAILED
    line.bank_reference, line.reason = answer.bank_reference, answer.reason
    line.decided_by, line.decided_at = uow.actor.id, uow.now
    if not answer.paid:
        settlement.state, settlement.payout_id = SettlementState.APPROVED, None
        settlement.failure, settlement.failed_at = answer.reason, uow.now
