"""A till's own code for one order: the resident scans it and only confirms."""

from dataclasses import dataclass

from app.infra.unit_of_work import UnitOfWork
from app.kernel.scenes import Keys
from app.merchants import terms
from app.merchants.queries import tills as till_queries
from app.merchants.rules import codes, scenes
from app.merchants.rules import redemptions as rules
from app.merchants.rules import tills as till_rules
from app.merchants.service import claims
from app.merchants.service.receipts import receipt_of
from app.merchants.service.screens import Screen, screen_answer
from app.merchants.service.signs import check_keys
from app.merchants.terms import Capture, RedeemMode, RedemptionState


@dataclass(frozen=True, slots=True)
class Order:
    """An order, and what its code says."""

    receipt: Screen
    scene: str


def place_order(
    uow: UnitOfWork,
    keys: Keys,
    *,
    out_trade_no: str,
    order_fen: int,
    points: int | None,
    max_points: int | None,
    capture: Capture,
) -> Order:
    """Place an order that waits two minutes for the resident who scans its code. The same request again: the same code.

    Refuses ShopNotOnToken, ShopMissing, BranchClosed, SignsUnset, RequestInFlight, OutTradeNoReused, OrderReversed.
    """
    till = till_queries.get_till(uow.session, uow.actor)
    till_rules.check_trading(till)
    check_keys(keys)
    made_id = uow.new_id()
    asked = {"order_fen": order_fen, "points": points, "max_points": max_points, "capture": capture, "mode": "order"}
    values = {
        "id": made_id,
        "out_trade_no": out_trade_no,
        "mode": RedeemMode.ORDER_CODE,
        "state": RedemptionState.ORDERED,
        "request_hash": rules.fingerprint(asked),
        "code_hash": codes.hash_order(scenes.order_scene(str(made_id), keys)),
        "takes_at_once": capture is Capture.AUTO,
        "order_fen": order_fen,
        "asked_points": points,
        "max_points": max_points,
        "match_code": uow.new_digits(4),
        "expires_at": uow.now + terms.ORDER_LIFE,
    }
    redemption, _ = claims.claim_number(uow, till, values, day_of=None)
    return Order(screen_answer(uow, receipt_of(redemption, uow.now)), scenes.order_scene(str(redemption.id), keys))
