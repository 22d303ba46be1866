"""A shop's papers, people, till, offer and gift: what one book keeps of it and another must not find."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from app.kernel.actor import Actor, Role
from app.merchants.models import Branch, TerminalAddress
from app.merchants.rules.offers import OfferTerms
from app.merchants.service import gifts, merchants, offers, papers, reserving
from app.merchants.terms import PersonKind
from tests.merchants.keys import enrol
from tests.merchants.settled import licence
from tests.points.ledger import Acts, named

BANK = {"bank": "工商银行", "holder": "面馆", "account_no": "6222020200012345678"}
PAPERS = {
    "name": "面馆",
    "contact_name": "赵掌柜",
    "contact_phone": "13700001111",
    "bank": BANK,
    "branches": [],
}
TERMS = OfferTerms(
    points_per_yuan=10,
    step_points=1,
    share_percent_max=100,
    minimum_spend_fen=0,
    hours=None,
    person_day_points_max=None,
    person_day_count_max=None,
    shop_day_points_max=None,
    stock_points=None,
    cofunding_percent=0,
)


def trade(acts: Acts, *, shop_id: UUID, resident_id: UUID) -> dict[str, Any]:
    """Everything around a shop that its treasurer opened; the merchant's id is then the shop's."""
    clerk = replace(acts.uow, actor=Actor(named("clerk of papers"), frozenset({Role.CLERK})))
    book = acts.book.code
    application = papers.apply_to_enrol(
        clerk, book=book, merchant_id=shop_id, papers=PAPERS | {"licence_no": licence(shop_id.int % 90_000)}
    )
    merchant = merchants.merchant_of_home(clerk, book, shop_id)
    person = merchants.register_person(
        clerk, merchant, kind=PersonKind.STAFF, name="店员", phone="13700002222", person_id=None, shop_id=shop_id
    )
    branch = acts.uow.session.get_one(Branch, shop_id)
    till = enrol(clerk, branch)
    alert = TerminalAddress(
        id=acts.uow.new_id(),
        branch_id=shop_id,
        terminal_id=till.terminal_id,
        address="203.0.113.9",
        serial=till.serial,
        is_alert=True,
        first_seen_at=acts.uow.now,
    )
    acts.uow.session.add(alert)
    offers.set_offer(clerk, book=book, shop_id=shop_id, terms=TERMS)
    bears = replace(TERMS, points_per_yuan=8, cofunding_percent=20)
    waiting = offers.set_offer(clerk, book=book, shop_id=shop_id, terms=bears)
    gift = gifts.offer_gift(clerk, book=book, shop_id=shop_id, title="毛巾", description="", points=5, stock=9)
    acts.uow.session.flush()
    resident = replace(acts.uow, actor=Actor(resident_id, frozenset({Role.RESIDENT})))
    reserved = reserving.reserve_gift(resident, book=book, gift_id=gift.id)
    acts.uow.session.flush()
    return {
        "merchant_id": shop_id,
        "application_id": application.id,
        "registration_id": person.id,
        "terminal_id": till.terminal_id,
        "alert_id": alert.id,
        "offer_id": waiting.id,
        "gift_id": gift.id,
        "reservation_id": reserved.reservation.id,
    }
