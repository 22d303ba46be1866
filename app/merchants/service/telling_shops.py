"""Telling a shop's own systems of its statements, disputes, terms and tills (app/webhooks/rules/events.py).

Each function costs one look at an index when nobody listens, as with most shops, and none tells of a resident. What
somebody typed (why a till was revoked, what a dispute is about) is not told either: it may name people.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.merchants import queries
from app.merchants.models import Complaint, Dispute, Offer, Settlement, Terminal, TerminalAddress, TerminalKey
from app.merchants.queries import gifts
from app.points.queries import books
from app.webhooks import queries as listening
from app.webhooks import service as webhooks


def tell_settlements(uow: UnitOfWork, event: str, settlements: Sequence[Settlement]) -> None:
    """Tell shops of statements of one book: settlement.stated, .approved, .paid or .failed. Each is told once.

    One that failed in another file is told again.
    """
    heard = listening.list_listeners(uow.session, {each.shop_id for each in settlements}, event)
    for each in settlements:
        if each.shop_id not in heard:
            continue
        data = {
            "settlement_id": each.id,
            "through": each.through,
            "points": each.points,
            "fen": each.fen,
            "payable_fen": each.payable_fen,
            "payable_on": each.payable_on,
        }
        key = f"{event}:{each.id}"
        if event == "settlement.paid":
            data |= {"bank_reference": each.bank_reference, "transaction_id": each.transaction_id}
        if event == "settlement.failed":
            data["reason"] = each.failure
            key += f":{uow.now.isoformat()}"
        _publish(uow, event, each.book_id, each.shop_id, data, key=key)


def tell_dispute(uow: UnitOfWork, event: str, dispute: Dispute) -> None:
    """Tell a shop that a line of its statement is kept back (dispute.opened) or no longer (dispute.closed)."""
    details: dict[str, object] = {
        "settlement_id": dispute.settlement_id,
        "transaction_id": dispute.transaction_id,
        "fen": dispute.fen,
    }
    if event == "dispute.closed":
        details["outcome"] = dispute.state
    tell_doubt(uow, event, book_id=dispute.book_id, shop_id=dispute.shop_id, dispute_id=dispute.id, details=details)


def tell_doubt(
    uow: UnitOfWork, event: str, *, book_id: int, shop_id: UUID, dispute_id: UUID, details: Mapping[str, object]
) -> None:
    """Tell a shop of dispute.opened, .answered or .closed, whoever doubts what. `details`: fields of the event."""
    if shop_id in listening.list_listeners(uow.session, {shop_id}, event):
        _publish(uow, event, book_id, shop_id, {"dispute_id": dispute_id} | dict(details), key=f"{event}:{dispute_id}")


def tell_complaint(uow: UnitOfWork, event: str, complaint: Complaint) -> None:
    """Tell a shop that a resident complains (dispute.opened), that its owner answered, and how it ended (.closed).

    `points`: those that were taken.
    """
    details: dict[str, object] = {"transaction_id": complaint.transaction_id}
    if complaint.redemption_id is not None:
        redemption = queries.find_redemption_by_id(uow.session, complaint.redemption_id)
        details |= {
            "redemption_id": complaint.redemption_id,
            "out_trade_no": redemption and redemption.out_trade_no,
            "points": redemption and redemption.captured_points,
        }
    if complaint.reservation_id is not None:
        reservation = gifts.find_reservation(uow.session, complaint.book_id, complaint.reservation_id)
        details |= {"reservation_id": complaint.reservation_id, "points": reservation and reservation.points}
    if event == "dispute.closed":
        details["outcome"] = complaint.state
    if event == "dispute.opened":
        details["respond_by"] = complaint.due_at
    tell_doubt(
        uow, event, book_id=complaint.book_id, shop_id=complaint.shop_id, dispute_id=complaint.id, details=details
    )


def tell_offer(uow: UnitOfWork, *, book_id: int, shop_id: UUID, offer: Offer | None) -> None:
    """Tell a shop that other terms are in force in a book, or (None) none any more (offer.changed)."""
    event = "offer.changed"
    if shop_id in listening.list_listeners(uow.session, {shop_id}, event):
        data = {"offer_id": offer and offer.id, "points_per_yuan": offer and offer.points_per_yuan}
        _publish(uow, event, book_id, shop_id, data, key=f"{event}:{offer.id if offer else uow.now.isoformat()}")


def tell_revoked(uow: UnitOfWork, terminal: Terminal) -> None:
    """Tell a shop, in every book where it listens, that a till of its signs nothing any more (terminal.revoked)."""
    _tell_of_till(uow, "terminal.revoked", terminal.branch_id, terminal.id, {}, key=str(terminal.id))


def tell_rotated(uow: UnitOfWork, terminal: Terminal, key: TerminalKey) -> None:
    """Tell a shop, in every book where it listens, that a till has another key (terminal.rotated)."""
    _tell_of_till(uow, "terminal.rotated", terminal.branch_id, terminal.id, {"serial": key.serial}, key=key.serial)


def tell_new_address(uow: UnitOfWork, seen: TerminalAddress) -> None:
    """Tell a shop that a till, or whoever stole its key, signed from a new address (terminal.new_address)."""
    details = {"serial": seen.serial, "address": seen.address}
    key = f"{seen.terminal_id}:{seen.address}"
    _tell_of_till(uow, "terminal.new_address", seen.branch_id, seen.terminal_id, details, key=key)


def _tell_of_till(
    uow: UnitOfWork, event: str, branch_id: UUID, terminal_id: UUID, details: Mapping[str, Any], *, key: str
) -> None:
    """A till belongs to no book: whoever listens for the shop in any hears of it."""
    data = {"shop_id": branch_id, "terminal_id": terminal_id, "occurred_at": uow.now, **details}
    for book in listening.list_heard_books(uow.session, branch_id, event):
        told = data | {"book": book}
        webhooks.publish(uow, owner_ids=[branch_id], type=event, data=told, key=f"{event}:{key}")


def _publish(
    uow: UnitOfWork, event: str, book_id: int, shop_id: UUID, details: Mapping[str, object], *, key: str
) -> None:
    book = books.get_book_by_id(uow.session, book_id).code
    data = {"book": book, "shop_id": shop_id, "occurred_at": uow.now, **details}
    webhooks.publish(uow, owner_ids=[shop_id], type=event, data=data, key=key)
