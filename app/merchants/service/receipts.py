"""What a cashier is shown of a payment."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.infra.unit_of_work import UnitOfWork
from app.merchants import queries, rules
from app.merchants.models import Payment
from app.merchants.terms import PaymentState


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment, the state it is in now, and how many of its points were given back."""

    payment: Payment
    state: PaymentState
    refunded_points: int


def receipt_of(uow: UnitOfWork, payment: Payment) -> Receipt:
    """Make the receipt of one payment."""
    return receipts_of(uow, [payment])[0]


def receipts_of(uow: UnitOfWork, payments: Sequence[Payment]) -> list[Receipt]:
    """Make the receipts of payments of one book, with one query at most."""
    captured = [payment for payment in payments if payment.state == PaymentState.CAPTURED]
    refunded = (
        queries.sum_refunded(uow.session, captured[0].book_id, [payment.id for payment in captured]) if captured else {}
    )
    return [
        Receipt(
            payment,
            rules.shown_state(payment.state, payment.hold_expires_at, uow.now),
            refunded.get(payment.id, 0),
        )
        for payment in payments
    ]
