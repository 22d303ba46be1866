"""A till's acts: authorise with a code, capture, reverse, look; under the shop's own number, as often as wanted."""

from datetime import date
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.errors import Declined
from app.kernel.paging import Page
from app.kernel.periods import span_of
from app.merchants import errors, queries
from app.merchants.models import Redemption
from app.merchants.queries import tills as till_queries
from app.merchants.rules import redemptions as rules
from app.merchants.service import capturing, claims, declines, reversing
from app.merchants.service.codes import ShownCode, holder_of
from app.merchants.service.receipts import Receipt, page_of, read_place, receipt_of
from app.merchants.service.taking import take
from app.merchants.terms import Capture, RedeemMode, RedemptionState
from app.points import queries as points_queries


def authorise_redemption(
    uow: UnitOfWork,
    *,
    shown: ShownCode,
    order_fen: int | None,
    points: int | None = None,
    max_points: int | None = None,
    capture: Capture = Capture.MANUAL,
    book: str | None = None,
) -> Receipt:
    """Hold (manual) or take (auto) points of the resident whose code a till read, for a bill of `order_fen` fen.

    `points` are those and no others; without them as many as the offer and the passbook allow, `max_points` at most.
    The number is good once: the same request again is answered as it stands now. With `book` the code must be of it.
    Refuses ShopNotOnToken, ShopMissing, RequestInFlight, OutTradeNoReused, OrderReversed, CodesAway, what
    `taking.take` refuses (PointsTooFew and RedemptionRefused for what is the resident's own to know); and for ever
    under its number CodeNotGood.
    """
    mode = RedeemMode.CODE if Role.TERMINAL in uow.actor.roles else RedeemMode.CASHIER
    values = _values(shown, mode, order_fen=order_fen, points=points, max_points=max_points, capture=capture)
    holder = shown.holder
    day_of = None if holder is None else (holder.book_id, holder.resident_id)
    till, redemption, is_new = claims.claim_at_till(uow, values, day_of=day_of)
    if not is_new:
        return receipt_of(redemption, uow.now)

    try:
        holder = holder_of(shown, uow.now)
        if book is not None and holder.book != book:
            raise errors.CodeNotGood
        take(uow, till, redemption, holder, consent=None)
    except Declined as declined:
        declines.keep(uow, redemption, declined)
        claims.write(uow, redemption)
        raise declines.at_till(declined) from None

    claims.write(uow, redemption)
    return receipt_of(redemption, uow.now)


def capture_redemption(uow: UnitOfWork, *, out_trade_no: str, points: int | None) -> Receipt:
    """Take held points, whole (None) or in part; the rest is free at once. Once; again is a replay.

    Refuses OutTradeNoMalformed, RedemptionMissing, RedemptionClosed, CaptureOver, CaptureRefused, HoldLapsed.
    """
    redemption = queries.lock_redemption(uow.session, rules.shop_of(uow.actor), out_trade_no)
    if redemption is None:
        raise errors.RedemptionMissing(field="out_trade_no")
    return capturing.capture(uow, redemption, points)


def reverse_redemption(uow: UnitOfWork, *, out_trade_no: str) -> Receipt:
    """Undo what stands under a number, whatever it is: held points are free, captured ones of today are given back.

    A number never used is marked, so that what was sent under it and comes late finds nothing. Again and again it
    answers the same. Refuses OutTradeNoMalformed, RequestInFlight, ReverseTooLate.
    """
    till = till_queries.get_till(uow.session, uow.actor)
    redemption = queries.lock_redemption(uow.session, till.branch_id, out_trade_no)
    if redemption is None:
        return _bury(uow, out_trade_no)
    return reversing.reverse(uow, redemption)


def show_redemption(uow: UnitOfWork, *, out_trade_no: str) -> Receipt:
    """What stands under a number of the caller's shop.

    Refuses ShopNotOnToken, OutTradeNoMalformed, RedemptionMissing.
    """
    return receipt_of(queries.get_redemption(uow.session, rules.shop_of(uow.actor), out_trade_no), uow.now)


def list_redemptions(
    uow: UnitOfWork,
    *,
    state: RedemptionState | None,
    days: tuple[date | None, date | None] = (None, None),
    limit: int,
    cursor: str | None,
) -> Page[Receipt]:
    """The shop's redemptions that were asked for on some days, newest first: those `held` wait to be captured.

    Refuses ShopNotOnToken.
    """
    rows = queries.list_of_branch(
        uow.session,
        rules.shop_of(uow.actor),
        state=state,
        span=span_of(*days),
        now=uow.now,
        before=read_place(cursor),
        limit=limit + 1,
    )
    return page_of(rows, limit, uow.now)


def capture_payment(uow: UnitOfWork, *, book: str, payment_id: UUID, points: int | None) -> Receipt:
    """What `capture_redemption` does, for a cashier of this book and by the redemption's id."""
    return capturing.capture(uow, _lock_payment(uow, book, payment_id), points)


def reverse_payment(uow: UnitOfWork, *, book: str, payment_id: UUID) -> Receipt:
    """What `reverse_redemption` does, for a cashier of this book and by its id. Refuses RedemptionMissing."""
    return reversing.reverse(uow, _lock_payment(uow, book, payment_id))


def show_payment(uow: UnitOfWork, *, book: str, payment_id: UUID) -> Receipt:
    """One redemption of the cashier's shop, for an auditor of any. Refuses ShopNotOnToken, RedemptionMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    found = queries.get_redemption_of_book(uow.session, book_id, rules.shop_read_by(uow.actor), payment_id)
    return receipt_of(found, uow.now)


def list_payments(
    uow: UnitOfWork, *, book: str, out_trade_no: str | None, limit: int, cursor: str | None
) -> Page[Receipt]:
    """Redemptions of the cashier's shop, or for an auditor of all shops, newest first; of an out_trade_no where given.

    Refuses ShopNotOnToken.
    """
    book_id = points_queries.get_book(uow.session, book).id
    branch_id = rules.shop_read_by(uow.actor)
    rows = queries.list_of_book(
        uow.session, book_id, branch_id, out_trade_no=out_trade_no, before=read_place(cursor), limit=limit + 1
    )
    return page_of(rows, limit, uow.now)


def _lock_payment(uow: UnitOfWork, book: str, payment_id: UUID) -> Redemption:
    book_id = points_queries.get_book(uow.session, book).id
    return queries.lock_redemption_of_shop(uow.session, book_id, rules.shop_of(uow.actor), payment_id)


def _values(
    shown: ShownCode,
    mode: RedeemMode,
    *,
    order_fen: int | None,
    points: int | None,
    max_points: int | None,
    capture: Capture,
) -> dict[str, object]:
    asked = {"order_fen": order_fen, "points": points, "max_points": max_points, "capture": capture, "mode": mode}
    return {
        "out_trade_no": shown.out_trade_no,
        "mode": mode,
        "request_hash": rules.fingerprint(asked | {"code": shown.code_hash.hex()}),
        "code_hash": shown.code_hash if shown.holder else None,
        "takes_at_once": capture is Capture.AUTO,
        "order_fen": order_fen,
        "asked_points": points,
        "max_points": max_points,
    }


def _bury(uow: UnitOfWork, out_trade_no: str) -> Receipt:
    """Mark a number nobody used. Refuses RequestInFlight when its request is being worked: the till asks again."""
    till = till_queries.get_till(uow.session, uow.actor)
    values = {
        "out_trade_no": out_trade_no,
        "mode": RedeemMode.CODE if till.terminal_id else RedeemMode.CASHIER,
        "state": RedemptionState.TOMBSTONE,
        "request_hash": rules.fingerprint({"reversed": out_trade_no}),
        "code_hash": None,
        "takes_at_once": False,
        "closed_at": uow.now,
    }
    try:
        made, _ = claims.claim_number(uow, till, values, day_of=None)
    except errors.OrderReversed:  # by a twin, in this moment
        return show_redemption(uow, out_trade_no=out_trade_no)
    except (errors.OutTradeNoReused, Declined):  # asked for in this moment
        raise errors.RequestInFlight(out_trade_no=out_trade_no) from None
    return receipt_of(made, uow.now)
