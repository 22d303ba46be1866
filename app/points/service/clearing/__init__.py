"""Clearing: points move to another book, as two transactions that never meet.

Books speak to each other by jobs only: a job is queued in the transaction of the act it tells of, and runs in a
transaction of the other book. Every job may be run twice.
"""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.points.models import Book, Proposal
from app.points.service.clearing import agreements, nettings


def carry_out(uow: UnitOfWork, book: Book, proposal: Proposal, cause: str) -> UUID:  # noqa: ARG001 - the shape of an act
    """Enter the agreement, or book the payment, that was proposed. Refuses as the two of them."""
    if proposal.payload["act"] == nettings.PAYMENT:
        return nettings.book_payment(uow, book, proposal)
    return agreements.enter_agreement(uow, book, proposal)
