"""What a shop bears of its discount waits for its owner; nobody else says yes for him."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.kernel.actor import Role
from app.merchants import errors
from app.merchants.errors import office
from app.merchants.models import OfferProposal
from tests.merchants.counter import Counter, offer
from tests.merchants.owner import Owner
from tests.points.api import refused
from tests.points.ledger import named

BEARS = {"points_per_yuan": 8, "cofunding_percent": 20}
STRANGER = named("stranger")


@pytest.fixture
def counter(api, acts, shop):
    """A till of a shop that takes ten points for a yuan and bears nothing."""
    offer(acts.uow, acts.book.code, shop.id)
    return Counter.at(api, acts.uow, shop.id)


@pytest.fixture
def owner(api, acts, shop):
    return Owner.of(api, acts.uow, shop.id)


def wanted(api, shop, **terms):
    answer = api.post(f"/shops/{shop.id}/offers", {"terms": BEARS | terms})
    assert answer.status_code == 201, answer.text
    return answer.json


def in_force(api):
    return [each["offer"]["points_per_yuan"] for each in api.get("/offers", Role.RESIDENT).json["items"]]


def say(owner, made, word, **who):
    return owner.post(owner.at_branch(f"/offers/{made['id']}/{word}"), {"book": owner.api.book}, **who)


def test_attack_30_what_the_shop_bears_is_in_force_only_when_its_owner_agreed(api, counter, owner, shop):
    made = wanted(api, shop)
    assert (made["waits_for_owner"], made["consented_at"]) == (True, None)
    assert in_force(api) == [10]
    assert counter.ask(points=80).json["discount_fen"] == 800  # as before
    (waiting,) = owner.get(owner.at_branch(f"/offer-proposals?book={api.book}")).json["items"]
    assert waiting == made
    assert api.get(f"/shops/{shop.id}/offer-proposals", Role.AUDITOR).json["items"] == [made]
    paper = api.post(f"/shops/{shop.id}/offers/{made['id']}/agree", {"paper": "x"}, name="deputy")
    assert refused(paper) == (409, office.OwnerDecides.code, [])
    assert refused(say(owner, made, "agree", who=STRANGER)) == (404, "merchants.merchant_missing", ["merchant_id"])
    agreed = say(owner, made, "agree")
    assert (agreed.status_code, agreed.json["waits_for_owner"]) == (200, False), agreed.text
    assert (agreed.json["id"], agreed.json["consented_at"]) == (made["id"], "2026-06-15T10:00:00+08:00")
    assert in_force(api) == [8]
    assert refused(say(owner, made, "agree")) == (409, office.ProposalClosed.code, [])
    (kept,) = owner.get(owner.at_branch(f"/offer-proposals?book={api.book}")).json["items"]
    assert (kept["waits_for_owner"], kept["consented_at"]) == (False, agreed.json["consented_at"])


def test_an_owner_says_no_and_the_terms_in_force_go_on(api, counter, owner, shop):
    made = wanted(api, shop)
    assert say(owner, made, "refuse").json["waits_for_owner"] is False
    assert refused(say(owner, made, "agree")) == (409, office.ProposalClosed.code, [])
    assert in_force(api) == [10]
    elsewhere = {"id": named("no offer")}
    assert refused(say(owner, elsewhere, "agree")) == (404, office.ProposalMissing.code, ["offer_id"])


def test_terms_that_are_set_later_take_the_place_of_what_waits(api, counter, owner, shop):
    first, second = wanted(api, shop), wanted(api, shop, points_per_yuan=5, cofunding_percent=50)
    assert refused(say(owner, first, "agree")) == (409, office.ProposalClosed.code, [])
    assert api.post(f"/shops/{shop.id}/offers/end", {}).status_code == 204
    assert refused(say(owner, second, "agree")) == (409, office.ProposalClosed.code, [])
    assert in_force(api) == []


def test_whoever_set_the_terms_does_not_agree_to_them_by_becoming_the_owner(api, acts, counter, shop):
    made = wanted(api, shop)
    his = Owner.of(api, acts.uow, shop.id, who=acts.uow.session.query(OfferProposal).one().made_by)
    assert refused(say(his, made, "agree")) == (403, office.ConsentBySame.code, [])


def test_where_no_owner_is_registered_another_treasurer_records_the_paper(api, acts, counter, shop):
    made = wanted(api, shop)
    path, paper = f"/shops/{shop.id}/offers/{made['id']}/agree", {"paper": "2026-06-15 协议"}
    assert refused(api.post(path, paper)) == (403, office.ConsentBySame.code, [])
    agreed = api.post(path, paper, name="deputy")
    assert (agreed.status_code, in_force(api)) == (200, [8]), agreed.text
    papers = acts.uow.session.scalars(text("SELECT consent_paper FROM merchants_offers WHERE ended_at IS NULL"))
    assert list(papers) == ["2026-06-15 协议"]


def test_what_the_book_pays_is_asked_again_when_the_owner_agrees(api, acts, counter, owner, shop):
    made = wanted(api, shop, points_per_yuan=5, cofunding_percent=50)
    acts.uow.session.execute(text("UPDATE merchants_offers SET ended_at = now(), ended_by = made_by"))
    body = {"sponsor_id": str(named("sponsor")), "name": "加码", "point_value_fen": 20}
    assert api.post("/budgets", body).status_code == 201
    assert refused(say(owner, made, "agree"))[1] == errors.CofundingWrong.code


def test_no_offer_that_costs_the_shop_something_is_written_without_consent(acts, counter, shop):
    copy = """
        INSERT INTO merchants_offers (book_id, id, shop_id, points_per_yuan, step_points, share_percent_max,
                                      minimum_spend_fen, cofunding_percent, made_by, made_at, ended_by, ended_at)
        SELECT book_id, gen_random_uuid(), shop_id, 8, 1, 100, 0, 20, made_by, made_at, made_by, made_at
          FROM merchants_offers"""
    with pytest.raises(IntegrityError, match="only when its owner agreed"), acts.uow.session.begin_nested():
        acts.uow.session.execute(text(copy))
