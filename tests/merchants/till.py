"""The acts at a till in short words."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Actor, Role
from app.kernel.periods import local_date
from app.merchants import service
from app.merchants.models import Refund, Settlement
from app.merchants.rules.codes import make_code
from app.merchants.service import Receipt, ShownCode
from tests.points.ledger import ANNA, named

NUMBERS = count(1)
NO_CODE = make_code("0" * 15)
"""Of the right form, and nobody's."""


def some_number() -> str:
    """An out_trade_no or out_refund_no that nobody used before."""
    return f"no-{next(NUMBERS)}"


@dataclass
class Till:
    """One shop's till at one time; residents come to it with codes."""

    uow: UnitOfWork
    book: str
    shop_id: UUID | None

    def later(self, **span: float) -> "Till":
        """The same, later."""
        return Till(replace(self.uow, now=self.uow.now + timedelta(**span)), self.book, self.shop_id)

    def of(self, shop_id: UUID | None) -> "Till":
        """Another shop's till."""
        return Till(self.uow, self.book, shop_id)

    def code(self, resident_id: UUID = ANNA) -> str:
        return service.issue_code(self.acting(resident_id, Role.RESIDENT), book=self.book).code

    def shown(self, code: str, number: str) -> ShownCode:
        """What is found of a code before the transaction."""
        return service.claim_code(actor=self.cashier.actor, code=code, out_trade_no=number)

    def authorise(self, points: int = 50, *, code: str = "", number: str = "", **order: Any) -> Receipt:
        return service.authorise_redemption(
            self.cashier,
            book=self.book,
            shown=self.shown(code or self.code(), number or some_number()),
            points=points,
            **{"order_fen": None} | order,
        )

    def capture(self, payment: Receipt, points: int | None = None) -> Receipt:
        return service.capture_payment(self.cashier, book=self.book, payment_id=payment.redemption.id, points=points)

    def reverse(self, payment: Receipt) -> Receipt:
        return service.reverse_payment(self.cashier, book=self.book, payment_id=payment.redemption.id)

    def show(self, payment: Receipt) -> Receipt:
        return service.show_payment(self.cashier, book=self.book, payment_id=payment.redemption.id)

    def pay(self, points: int = 50, resident_id: UUID = ANNA) -> Receipt:
        """Authorise and capture."""
        return self.capture(self.authorise(points, code=self.code(resident_id)))

    def refund(self, payment: Receipt, points: int, *, number: str = "") -> Refund:
        return service.refund_payment(
            self.cashier,
            book=self.book,
            payment_id=payment.redemption.id,
            points=points,
            out_refund_no=number or some_number(),
        )

    def settle(self, through: date = date(2026, 6, 15)) -> Settlement:
        """State it by hand: whoever does has checked it."""
        return service.state_settlement(self.treasurer, book=self.book, shop_id=self.shop_id, through=through)

    def approve(self, settlement: Settlement, who: str = "second treasurer") -> Settlement:
        """The second signature: whoever stated it by hand has checked it."""
        second = replace(self.uow, actor=Actor(named(who), frozenset({Role.TREASURER})))
        return service.approve_settlement(second, book=self.book, settlement_id=settlement.id)

    def pay_out(self, settlement: Settlement, reference: str = "ICBC-1") -> Settlement:
        """Approve it, unless it is, and pay it; on its day if it is not due yet."""
        if settlement.state == "stated":
            self.approve(settlement)
        due = self.later(days=max((settlement.payable_on - local_date(self.uow.now)).days, 0))
        return service.pay_settlement(due.uow, book=self.book, settlement_id=settlement.id, bank_reference=reference)

    @property
    def treasurer(self) -> UnitOfWork:
        """The unit of work of the first of two treasurers."""
        return self.acting(named("first treasurer"), Role.TREASURER)

    @property
    def cashier(self) -> UnitOfWork:
        """The unit of work of the shop's cashier."""
        return self.acting(named("cashier"), Role.CASHIER)

    def acting(self, who: UUID, role: Role) -> UnitOfWork:
        return replace(self.uow, actor=Actor(id=who, roles=frozenset({role}), shop_id=self.shop_id))
