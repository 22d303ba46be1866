"""A shop's till that signs with its own key, and the telephone of a resident who stands before it: all over HTTP."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.merchants.models import Branch
from app.merchants.rules.offers import OfferTerms
from app.merchants.service import offers
from tests.merchants.keys import Pen, enrol
from tests.merchants.till import some_number
from tests.points.api import Api
from tests.points.ledger import ANNA

OFFER = OfferTerms(
    points_per_yuan=10,
    step_points=1,
    share_percent_max=50,
    minimum_spend_fen=0,
    hours=None,
    person_day_points_max=None,
    person_day_count_max=None,
    shop_day_points_max=None,
    stock_points=None,
    cofunding_percent=0,
)
"""Ten points are one yuan, which is what the tests' budget pays for them; half of the bill at most."""


def offer(uow: UnitOfWork, book: str, shop_id: Any, **changes: Any) -> None:
    """Put an offer in force at a shop."""
    offers.set_offer(uow, book=book, shop_id=shop_id, terms=replace(OFFER, **changes))
    uow.session.flush()


@dataclass
class Counter:
    """One till at one time, and who stands before it."""

    api: Api
    pen: Pen
    shop_id: Any

    @classmethod
    def at(cls, api: Api, uow: UnitOfWork, shop_id: Any, **enrolled: Any) -> "Counter":
        branch = uow.session.get_one(Branch, shop_id)
        return cls(api, enrol(uow, branch, **enrolled), shop_id)

    def later(self, **span: float) -> "Counter":
        """The same, later."""
        assert self.pen.at is not None
        at = self.pen.at + timedelta(**span)
        return Counter(replace(self.api, at=at.isoformat()), replace(self.pen, at=at), self.shop_id)

    # --- the telephone

    def code(self, who: Any = ANNA) -> str:
        answer = self.api.post("/passbook/codes", {}, Role.RESIDENT, person_id=who)
        assert answer.status_code == 201, answer.text
        return answer.json["code"]

    def own(self, path: str = "", body: Any = None, *, who: Any = ANNA, key: str = "") -> Any:
        """What a resident does with redemptions of his own: a look, or an act with a body."""
        place = f"/passbook/redemptions{path}"
        if body is None:
            return self.api.get(place, Role.RESIDENT, person_id=who)
        return self.api.post(place, body, Role.RESIDENT, person_id=who, key=key)

    def quote(self, scene: str, *, who: Any = ANNA, **asked: Any) -> Any:
        return self.api.post("/passbook/redemption-quotes", {"scene": scene} | asked, Role.RESIDENT, person_id=who)

    # --- the till

    def send(self, method: str, path: str, body: Any = None, **details: Any) -> Any:
        return self.pen.send(self.api.client, method, f"/v1/merchant{path}", body, **details)

    def ask(self, *, code: str = "", number: str = "", fen: int = 10_000, key: str = "", **order: Any) -> Any:
        """Ask for points into a bill of 100 yuan; without more, as many as may be."""
        body = {"code": code or self.code(), "out_trade_no": number or some_number(), "order_fen": fen} | order
        return self.send("POST", "/redemptions", body, **({"key": key} if key else {}))

    def take(self, points: int, **order: Any) -> Any:
        """Take points at once, which must succeed."""
        answer = self.ask(points=points, capture="auto", **order)
        assert answer.status_code == 201, answer.text
        return answer.json

    def hold(self, points: int, **order: Any) -> Any:
        """Hold points, which must succeed."""
        answer = self.ask(points=points, **order)
        assert answer.status_code == 201, answer.text
        assert answer.json["state"] == "held"
        return answer.json

    def look(self, number: str) -> Any:
        return self.send("GET", f"/redemptions/{number}")

    def capture(self, number: str, points: int | None = None) -> Any:
        return self.send("POST", f"/redemptions/{number}/capture", {} if points is None else {"points": points})

    def reverse(self, number: str) -> Any:
        return self.send("POST", f"/redemptions/{number}/reverse", {})

    def refund(self, number: str, points: int, refund_no: str = "") -> Any:
        body = {"points": points, "out_refund_no": refund_no or some_number()}
        return self.send("POST", f"/redemptions/{number}/refunds", body)

    def order(self, *, number: str = "", fen: int = 10_000, **asked: Any) -> Any:
        return self.send("POST", "/orders", {"out_trade_no": number or some_number(), "order_fen": fen} | asked)


def raw(text: str) -> Any:
    """A JSON number as it is written."""
    return json.loads(text)
