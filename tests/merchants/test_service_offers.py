"""Offers in force, their history, and stock that never runs below nothing."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.infra.metrics import settlement_findings_total
from app.kernel.actor import Role
from app.merchants import errors, service
from app.merchants.models import Branch
from app.merchants.queries.offers import get_offer
from app.merchants.rules.offers import OfferTerms, Opening
from app.merchants.service import agreeing, merchants, offers
from app.merchants.terms import BranchState
from app.points import service as points_service
from tests.fixtures.together import alone, split, together
from tests.merchants.settled import SECOND, Desk, by
from tests.points.api import refused
from tests.points.ledger import named, open_ledger

PLAIN = OfferTerms(
    points_per_yuan=10,  # the book pays 10 fen for a point
    step_points=10,
    share_percent_max=50,
    minimum_spend_fen=0,
    hours=(Opening(1, 540, 1260),),
    person_day_points_max=200,
    person_day_count_max=3,
    shop_day_points_max=None,
    stock_points=None,
    cofunding_percent=0,
)


def put(acts, shop, offer=PLAIN, **span):
    uow = replace(acts.uow, now=acts.uow.now + timedelta(**span))
    return offers.set_offer(uow, book=acts.book.code, shop_id=shop.id, terms=offer)


def test_terms_come_back_as_they_were_set(acts, shop):
    with pytest.raises(errors.OfferMissing):
        get_offer(acts.uow.session, acts.ledger.id, shop.id, acts.uow.now)
    made = put(acts, shop)
    assert get_offer(acts.uow.session, acts.ledger.id, shop.id, acts.uow.now) == replace(PLAIN, offer_id=made.id)


def test_new_terms_end_the_old_and_the_old_are_still_read(acts, shop):
    old = put(acts, shop)
    new = put(acts, shop, replace(PLAIN, step_points=20), hours=1)
    later = acts.uow.now + timedelta(hours=1)
    assert get_offer(acts.uow.session, acts.ledger.id, shop.id, later).offer_id == new.id
    assert get_offer(acts.uow.session, acts.ledger.id, shop.id, acts.uow.now).offer_id == old.id
    past = offers.list_past_offers(acts.uow, book=acts.book.code, shop_id=shop.id, limit=9, cursor=None).items
    assert {offer.id for offer in past} == {old.id, new.id}
    offers.end_offer(replace(acts.uow, now=later), book=acts.book.code, shop_id=shop.id)
    for act in (
        lambda: get_offer(acts.uow.session, acts.ledger.id, shop.id, later),
        lambda: offers.end_offer(acts.uow, book=acts.book.code, shop_id=shop.id),
    ):
        with pytest.raises(errors.OfferMissing):
            act()


def test_what_the_shop_is_said_to_bear_is_held_to_what_the_book_pays(acts, shop):
    with pytest.raises(errors.CofundingWrong):
        put(acts, shop, replace(PLAIN, points_per_yuan=8))
    with pytest.raises(errors.OfferOverpaid):
        put(acts, shop, replace(PLAIN, points_per_yuan=11))
    with pytest.raises(errors.HoursWrong):
        put(acts, shop, replace(PLAIN, hours=(Opening(1, 600, 600),)))
    with pytest.raises(errors.ShopMissing):
        offers.set_offer(acts.uow, book=acts.book.code, shop_id=UUID(int=1), terms=PLAIN)


def open_budget(api, value_fen):
    body = {"sponsor_id": str(named("sponsor")), "name": "加码", "point_value_fen": value_fen}
    return api.post("/budgets", body)


def test_no_budget_pays_more_for_a_point_than_offers_give_for_it(api, acts, shop):
    put(acts, shop)
    acts.uow.session.flush()
    richer = open_budget(api, 20)
    assert refused(richer) == (409, "merchants.offers_overpaid", ["point_value_fen"])
    assert "5" in richer.json["detail"]
    assert open_budget(api, 10).status_code == 201
    made = put(acts, shop, replace(PLAIN, points_per_yuan=5, cofunding_percent=50))
    assert refused(open_budget(api, 20))[1] == "merchants.offers_overpaid"  # the owner did not agree yet
    agreeing.record_consent(by(acts.uow, SECOND), book=api.book, shop_id=shop.id, offer_id=made.id, paper="x")
    assert open_budget(api, 20).status_code == 201
    with pytest.raises(errors.OfferOverpaid):
        put(acts, shop)


def test_terms_of_before_that_a_richer_budget_overpays_are_found_every_night(api, acts, shop):
    """Such as were agreed before terms were held to budgets; they go on as agreed."""
    put(acts, shop)
    night, before = Desk(acts), settlement_findings_total._value.get()
    assert night.findings() == []
    points_service.open_budget(  # not held to the terms, as none was then
        acts.uow, book=acts.book.code, sponsor_id=named("sponsor"), name="x", point_value_fen=20
    )
    acts.uow.session.flush()
    assert night.findings() == [(shop.id, 0, 0)]
    (found,) = api.get("/settlement-findings").json["items"]
    assert (found["shop_id"], found["points_per_yuan"], found["point_value_fen"]) == (str(shop.id), 10, 20)
    assert settlement_findings_total._value.get() == before + 1
    assert get_offer(acts.uow.session, acts.ledger.id, shop.id, acts.uow.now).points_per_yuan == 10
    put(acts, shop, replace(PLAIN, points_per_yuan=5, cofunding_percent=0), hours=1)
    assert len(night.on(1).findings()) == 1  # none of this night


def test_terms_and_a_richer_budget_at_once_do_not_miss_each_other(real_commits):
    ledger = alone(open_ledger)
    book = ledger.book.code
    shop_id = alone(lambda uow: service.open_shop(uow, book=book, name="x", street="忠义街").id)
    gate = "LOCK TABLE merchants_offers, points_budgets IN EXCLUSIVE MODE"
    agree = lambda uow: offers.set_offer(uow, book=book, shop_id=shop_id, terms=PLAIN)  # noqa: E731 - an act
    richer = lambda uow: points_service.open_budget(  # noqa: E731 - an act
        uow, book=book, sponsor_id=named("sponsor"), name="x", point_value_fen=20, fits=offers.check_point_value
    )
    done, refusals = split(together(real_commits, agree, richer, gate=gate))
    assert len(done) == 1
    assert {type(each) for each in refusals} <= {errors.OffersOverpaid, errors.OfferOverpaid}


def test_terms_in_force_are_never_changed(acts, shop, session):
    put(acts, shop)
    with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
        session.execute(text("UPDATE merchants_offers SET points_per_yuan = 1"))


def test_residents_see_where_points_are_taken_now(api, acts, shop):
    made = put(acts, shop)
    other = service.open_shop(acts.uow, book=acts.book.code, name="鞋店", street="和平街")
    put(acts, other)
    acts.uow.session.flush()
    items = api.walk("/offers", Role.RESIDENT, limit=1)
    assert {item["name"] for item in items} == {"忠义面馆", "鞋店"}
    (item,) = api.get("/offers?street=忠义街", Role.RESIDENT).json["items"]
    assert item["offer"]["id"] == str(made.id)
    assert item["offer"]["hours"] == [{"weekday": 1, "from_minute": 540, "to_minute": 1260}]
    branch = acts.uow.session.get_one(Branch, other.id)
    merchants.change_branch(acts.uow, branch, state=BranchState.SUSPENDED, reason="x")
    acts.uow.session.flush()
    assert [each["name"] for each in api.walk("/offers", Role.RESIDENT, limit=9)] == ["忠义面馆"]


def test_a_treasurer_sets_and_ends_terms_over_http(api, shop):
    wanted = {"terms": {"points_per_yuan": 10, "cofunding_percent": 0, "hours": None}}
    made = api.post(f"/shops/{shop.id}/offers", wanted, key="offer-1")
    assert made.status_code == 201, made.text
    assert (made.json["step_points"], made.json["share_percent_max"], made.json["stock_points"]) == (1, 100, None)
    assert api.post(f"/shops/{shop.id}/offers", wanted, key="offer-1").json == made.json
    assert len(api.get(f"/shops/{shop.id}/offers", Role.AUDITOR).json["items"]) == 1
    for _ in range(2):
        assert api.post(f"/shops/{shop.id}/offers/end", {}, key="end-1").status_code == 204


def test_stock_is_taken_to_the_last_point_and_given_back(acts, shop):
    made = put(acts, shop, replace(PLAIN, stock_points=50))
    given = {"offer_id": made.id}
    offers.take_stock(acts.uow, acts.ledger.id, points=50, **given)
    with pytest.raises(errors.OfferSpent):
        offers.take_stock(acts.uow, acts.ledger.id, points=10, **given)
    offers.give_back_stock(acts.uow, acts.ledger.id, points=20, **given)
    offers.take_stock(acts.uow, acts.ledger.id, points=20, **given)
    endless = put(acts, shop)
    offers.take_stock(acts.uow, acts.ledger.id, points=10**9, offer_id=endless.id)
    offers.give_back_stock(acts.uow, acts.ledger.id, points=10, offer_id=endless.id)


def test_many_at_once_never_take_more_than_there_is(real_commits):
    ledger = alone(open_ledger)
    book = ledger.book.code
    shop_id = alone(lambda uow: service.open_shop(uow, book=book, name="x", street="忠义街").id)
    terms = replace(PLAIN, stock_points=50)
    offer_id = alone(lambda uow: offers.set_offer(uow, book=book, shop_id=shop_id, terms=terms).id)
    take = lambda uow: offers.take_stock(uow, ledger.id, offer_id=offer_id, points=20) or "taken"  # noqa: E731 - an act
    done, refusals = split(together(real_commits, take, take, take, take, gate="merchants_offers"))
    assert (len(done), {type(each) for each in refusals}) == (2, {errors.OfferSpent})
