"""Telling a shop's own systems what became of redemptions and gifts (app/webhooks/rules/events.py).

On a payment's path this costs nothing when nobody listens, as with most shops: its till was read with what is heard.
"""

from collections.abc import Collection, Sequence
from typing import Any

from app.infra.unit_of_work import UnitOfWork
from app.merchants.models import Redemption, Refund, Reservation
from app.points.queries import books
from app.webhooks import queries as listening
from app.webhooks import service as webhooks


def tell(
    uow: UnitOfWork,
    event: str,
    redemptions: Sequence[Redemption],
    *,
    refund: Refund | None = None,
    heard: Collection[str] | None = None,
) -> None:
    """Publish an event such as redemption.captured to those who listen for the shops of these redemptions.

    `refund`: the one that refund.created is about. `heard`: the events that are listened to at their branch, if that is
    known. Each event of a redemption (or refund) is told once.
    """
    if heard is not None and event not in heard:
        return
    owners = {each.branch_id for each in redemptions if each.book_id is not None}
    listens = listening.list_listeners(uow.session, owners, event)
    for each in redemptions:  # of a batch only those of shops that listen
        if each.branch_id in listens and each.book_id is not None:
            webhooks.publish(
                uow,
                owner_ids=[each.branch_id],
                type=event,
                data=_data_of(uow, event, each, each.book_id) | _of_refund(refund),
                key=f"{event}:{refund.id if refund else each.id}",
            )


def tell_gifts(uow: UnitOfWork, event: str, reservations: Sequence[Reservation]) -> None:
    """Publish gift.reserved, .collected, .cancelled, .expired or .returned; of a gift each is told once.

    Of one that waited to be proven and was never set aside a shop has not heard: it hears of no end either.
    """
    held = [each for each in reservations if each.hold_id is not None]
    listens = listening.list_listeners(uow.session, {each.shop_id for each in held}, event)
    for each in held:
        if each.shop_id in listens:
            data = _data_of_gift(uow, event, each)
            webhooks.publish(uow, owner_ids=[each.shop_id], type=event, data=data, key=f"{event}:{each.id}")


def _data_of_gift(uow: UnitOfWork, event: str, reservation: Reservation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "book": books.get_book_by_id(uow.session, reservation.book_id).code,
        "shop_id": reservation.shop_id,
        "reservation_id": reservation.id,
        "gift_id": reservation.gift_id,
        "state": reservation.state,
        "points": reservation.points,
        "terminal_id": reservation.terminal_id,
        "occurred_at": uow.now,
    }
    if event == "gift.reserved":
        told["collect_by"] = reservation.expires_at
    if event in {"gift.collected", "gift.returned"}:
        told["transaction_id"] = reservation.return_id or reservation.transaction_id
    return told


def _data_of(uow: UnitOfWork, event: str, redemption: Redemption, book_id: int) -> dict[str, Any]:
    told: dict[str, Any] = {
        "book": books.get_book_by_id(uow.session, book_id).code,
        "shop_id": redemption.branch_id,
        "redemption_id": redemption.id,
        "out_trade_no": redemption.out_trade_no,
        "state": redemption.state,
        "points": redemption.points,
        "order_fen": redemption.order_fen,
        "discount_fen": redemption.discount_fen,
        "terminal_id": redemption.terminal_id,
        "occurred_at": uow.now,
    }
    if event == "redemption.captured":
        told |= {"captured_points": redemption.captured_points, "transaction_id": redemption.transaction_id}
    if event == "redemption.held":
        told["hold_expires_at"] = redemption.expires_at
    if event == "redemption.needs_confirmation":
        told["confirm_by"] = redemption.expires_at
    return told


def _of_refund(refund: Refund | None) -> dict[str, Any]:
    if refund is None:
        return {}
    return {
        "refund_id": refund.id,
        "out_refund_no": refund.out_refund_no,
        "refunded_points": refund.points,
        "transaction_id": refund.transaction_id,
    }
