"""What a till's screen shows of whoever stands before it: one character of a name, and when to ask again."""

from itertools import count

import pytest
from sqlalchemy import text

from app.identity.rules.names import masked
from tests.merchants.counter import Counter, offer
from tests.places.ground import lay
from tests.points.api import statements
from tests.points.ledger import ANNA, BORIS

NAME = "张桂芳"
PERSON = "INSERT INTO identity_people (id, name, registered_at) VALUES (:person, '小王', :now)"
HOUSEHOLD = "INSERT INTO identity_households (id, area_id, room, opened_at) VALUES (:home, :area, :room, :now)"
RESIDENCY = """INSERT INTO identity_residencies
    (id, person_id, household_id, book, resident_id, relation, name, state, claimed_at, decided_by, decided_at)
    VALUES (:id, :person, :home, :book, :resident, 'owner', :name, 'confirmed', :now, :id, :now)"""


@pytest.fixture
def counter(api, acts, shop):
    """A till at the shop, whose offer takes ten points for a yuan and half the bill; Anna has 5,100 points."""
    acts.award(ANNA, 5000)
    acts.award(BORIS, 100)
    offer(acts.uow, acts.book.code, shop.id)
    return Counter.at(api, acts.uow, shop.id)


@pytest.fixture
def live_here(acts):
    """Make somebody a resident whose name was confirmed."""
    uow, book, rooms = acts.uow, acts.book.code, count(501)
    area = lay(uow, book=book, name=f"区 {book}").estate(buildings=1, units=1)["1号楼"].id

    def make(resident_id, name):
        values = {"person": uow.new_id(), "id": uow.new_id(), "home": uow.new_id(), "area": area, "now": uow.now}
        values |= {"book": book, "resident": resident_id, "name": name, "room": str(next(rooms))}
        for statement in (PERSON, HOUSEHOLD, RESIDENCY):
            uow.session.execute(text(statement), values)

    return make


@pytest.mark.parametrize(
    ("name", "shown"), [("张桂芳", "张*"), ("张三", "张*"), (" 欧阳 ", "欧*"), ("Anna", "A*"), ("", None), (" ", None)]
)
def test_of_a_name_one_character_is_shown_and_not_its_length(name, shown):
    assert masked(name) == shown


def test_attack_1_the_cashier_sees_a_part_of_the_name_of_whose_code_it_is(counter, live_here):
    """Whoever shows a picture of somebody else's code has to answer to that name."""
    live_here(ANNA, NAME)
    held = counter.hold(50, number="T-1")
    assert held["resident_name_masked"] is None  # payments have no time for it; a look shows it
    shown = counter.look("T-1")
    assert shown.json["resident_name_masked"] == "张*"
    assert NAME not in shown.text
    counter.take(50, number="T-2")
    assert counter.look("T-2").json["resident_name_masked"] == "张*"


def test_attack_1_above_the_limit_the_first_answer_has_the_name(counter, live_here):
    live_here(ANNA, NAME)
    asked = counter.ask(points=2500, fen=100_000, number="T-1").json
    assert (asked["state"], asked["resident_name_masked"], asked["poll_after"]) == ("pending_confirm", "张*", 5)


def test_attack_26_what_a_cashier_is_to_accept_carries_a_name_and_four_digits(api, counter, live_here):
    live_here(ANNA, NAME)
    scene = api.post(f"/shops/{counter.shop_id}/sign", {}).json["scene"]
    quote = counter.quote(scene, order_fen=3000, max_points=120).json
    paid = counter.own("", {"quote_id": quote["quote_id"]}).json
    (waiting,) = counter.send("GET", "/redemptions?state=held").json["items"]
    assert (waiting["resident_name_masked"], waiting["match_code"]) == ("张*", paid["match_code"])


def test_a_shop_does_not_look_up_who_was_there_an_hour_ago(counter, live_here):
    live_here(ANNA, NAME)
    counter.take(50, number="T-1")
    assert counter.later(minutes=14, seconds=59).look("T-1").json["resident_name_masked"] == "张*"
    assert counter.later(minutes=15).look("T-1").json["resident_name_masked"] is None
    counter.reverse("T-1")
    assert counter.look("T-1").json["resident_name_masked"] is None
    # neither does a resident see it of himself, nor an auditor of anybody
    assert "resident_name_masked" not in counter.own().json["items"][0]


def test_who_has_no_confirmed_name_shows_none(counter):
    counter.hold(50, number="T-1")
    assert counter.look("T-1").json["resident_name_masked"] is None


def test_a_page_reads_all_names_at_once_and_a_payment_none(counter, live_here):
    live_here(ANNA, NAME)
    live_here(BORIS, "王五")
    for who in (ANNA, BORIS, ANNA):
        counter.hold(10, code=counter.code(who))
    with statements(every=True) as asked:
        items = counter.send("GET", "/redemptions").json["items"]
    assert [each["resident_name_masked"] for each in items] == ["张*", "王*", "张*"]
    assert len([each for each in asked if "identity_residencies" in each]) == 1
    with statements(every=True) as asked:
        counter.take(10)
        counter.hold(10, number="T-9")
        counter.capture("T-9")
    assert not [each for each in asked if "r.name" in each]


def test_a_till_is_told_when_to_ask_again_and_when_not(counter):
    placed = counter.order(number="T-1", points=20)
    assert placed.json["redemption"]["poll_after"] == 5
    assert counter.look("T-1").json["poll_after"] == 5
    assert counter.reverse("T-1").json["poll_after"] is None
    assert counter.hold(20)["poll_after"] is None
