"""Gifts: set aside, collected by code at the shop, given back; the last piece goes to one person."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.infra.unit_of_work import UnitOfWork, clock
from app.kernel.actor import Actor, Role
from app.merchants import errors, service
from app.merchants.models import Branch, Gift, Merchant
from app.merchants.rules.codes import hash_gift_code
from app.merchants.service import collecting, gift_codes, gifts, merchants, reserving
from app.merchants.terms import BranchState, PersonKind, ReservationState
from app.points.errors import PointsInsufficient
from tests.fixtures.together import alone, split, together
from tests.merchants.keys import enrol
from tests.points import invariants
from tests.points.api import refused
from tests.points.ledger import ANNA, BORIS, Acts, named, open_ledger


@pytest.fixture
def gift(acts, shop):
    """Two towels at 30 points; Anna holds 100."""
    made = gifts.offer_gift(
        acts.uow, book=acts.book.code, shop_id=shop.id, title="毛巾", description="", points=30, stock=2
    )
    acts.uow.session.flush()
    return made


@pytest.fixture
def anna(acts):
    return resident(acts.uow, ANNA)


def resident(uow: UnitOfWork, who: UUID = ANNA) -> UnitOfWork:
    return replace(uow, actor=Actor(who, frozenset({Role.RESIDENT})))


def cashier(uow: UnitOfWork, shop_id: UUID, name: str = "cashier") -> UnitOfWork:
    return replace(uow, actor=Actor(named(name), frozenset({Role.CASHIER}), shop_id=shop_id))


def stock(acts, gift):
    return acts.uow.session.scalar(text("SELECT stock FROM merchants_gifts WHERE id = :id"), {"id": gift.id})


def later(uow, **span):
    return replace(uow, now=uow.now + timedelta(**span))


def reserve(acts, anna, gift):
    """A reservation, and its code as its owner reads it."""
    made = reserving.reserve_gift(anna, book=acts.book.code, gift_id=gift.id).reservation
    return made, shown(acts, anna, made)


def shown(acts, owner, made):
    """A code as its owner's phone shows it."""
    return gift_codes.issue_gift_code(owner, book=acts.book.code, reservation_id=made.id).code


def hand_out(till, code):
    """What a till does with a code it was shown."""
    return collecting.collect_gift(till, shown=gift_codes.read_gift_code(code=code))


def test_a_gift_is_set_aside_and_collected_once(acts, anna, gift, shop):
    made, code = reserve(acts, anna, gift)
    assert stock(acts, gift) == 1
    assert acts.figures(ANNA).available == 70
    done = hand_out(cashier(acts.uow, shop.id), code)
    assert (done.title, done.reservation.state) == ("毛巾", ReservationState.COLLECTED)
    with pytest.raises(errors.GiftCodeNotGood):
        hand_out(cashier(acts.uow, shop.id, "another"), code)
    kept = reserving.show_reservation(anna, book=acts.book.code, reservation_id=made.id).reservation
    assert kept.transaction_id is not None
    with pytest.raises(errors.ReservationClosed):
        shown(acts, anna, made)
    with pytest.raises(errors.ReservationClosed):
        reserving.cancel_reservation(anna, book=acts.book.code, reservation_id=made.id)
    assert acts.figures(ANNA).available == 70


def test_a_gift_is_given_back_with_its_points(acts, anna, gift, shop):
    made, code = reserve(acts, anna, gift)
    for _ in range(2):  # again changes nothing
        reserving.cancel_reservation(anna, book=acts.book.code, reservation_id=made.id)
        acts.uow.session.flush()
        assert (stock(acts, gift), acts.figures(ANNA).available) == (2, 100)
    with pytest.raises(errors.GiftCodeNotGood):
        hand_out(cashier(acts.uow, shop.id), code)


def test_what_nobody_collects_in_three_days_goes_back(acts, anna, gift, shop):
    made, code = reserve(acts, anna, gift)
    almost, over = later(acts.uow, days=2, hours=23), later(acts.uow, days=3)
    assert service.expire_reservations(almost) == 0
    with pytest.raises(errors.GiftCodeNotGood):
        hand_out(cashier(over, shop.id), code)
    with pytest.raises(errors.ReservationClosed):
        shown(acts, resident(over), made)
    assert service.expire_reservations(over) == 1
    acts.uow.session.flush()
    assert service.expire_reservations(over) == 0
    assert (stock(acts, gift), acts.later(days=3).available(ANNA)) == (2, 100)
    assert made.state == ReservationState.EXPIRED


def test_another_shops_code_is_as_good_as_none(acts, anna, gift):
    _, code = reserve(acts, anna, gift)
    other = service.open_shop(acts.uow, book=acts.book.code, name="鞋店", street="忠义街")
    for wrong in (code, "000000000000"):
        with pytest.raises(errors.GiftCodeNotGood):
            hand_out(cashier(acts.uow, other.id), wrong)


def test_without_the_points_nothing_is_taken(acts, gift):
    with pytest.raises(PointsInsufficient):
        reserving.reserve_gift(resident(acts.uow, BORIS), book=acts.book.code, gift_id=gift.id)
    assert stock(acts, gift) == 2


def test_what_is_not_to_be_had_is_said(acts, anna, gift, shop):
    book = acts.book.code
    with pytest.raises(errors.GiftMissing):
        reserving.reserve_gift(anna, book=book, gift_id=UUID(int=1))
    with pytest.raises(errors.ReservationMissing):
        reserving.show_reservation(anna, book=book, reservation_id=UUID(int=1))
    with pytest.raises(errors.StockWrong):
        gifts.change_stock(acts.uow, book=book, gift_id=gift.id, pieces=-3)
    gifts.change_stock(acts.uow, book=book, gift_id=gift.id, pieces=-2)
    acts.uow.session.flush()
    with pytest.raises(errors.GiftGone), acts.uow.session.begin_nested():
        reserving.reserve_gift(anna, book=book, gift_id=gift.id)
    assert acts.figures(ANNA).available == 100  # the hold went with the refusal
    gifts.end_gift(acts.uow, book=book, gift_id=gift.id)
    acts.uow.session.flush()
    for act in (
        lambda: reserving.reserve_gift(anna, book=book, gift_id=gift.id),
        lambda: gifts.end_gift(acts.uow, book=book, gift_id=gift.id),
        lambda: gifts.change_stock(acts.uow, book=book, gift_id=gift.id, pieces=1),
    ):
        with pytest.raises(errors.GiftEnded):
            act()
    assert gifts.list_gifts(acts.uow, book=book, shop_id=None, limit=9, cursor=None).items == []


def test_five_gifts_are_set_aside_at_most(acts, anna, shop):
    cheap = gifts.offer_gift(
        acts.uow, book=acts.book.code, shop_id=shop.id, title="糖", description="", points=1, stock=9
    )
    acts.uow.session.flush()
    for _ in range(5):
        reserving.reserve_gift(anna, book=acts.book.code, gift_id=cheap.id)
    with pytest.raises(errors.ReservationsTooMany):
        reserving.reserve_gift(anna, book=acts.book.code, gift_id=cheap.id)


def test_attack_8_nobody_takes_gifts_at_the_own_shop(acts, anna, gift, shop):
    merchant = acts.uow.session.get_one(Merchant, shop.id)
    merchants.register_person(
        acts.uow, merchant, kind=PersonKind.STAFF, name="x", phone=None, person_id=ANNA, shop_id=shop.id
    )
    acts.uow.session.flush()
    with pytest.raises(errors.OwnShop):
        reserving.reserve_gift(anna, book=acts.book.code, gift_id=gift.id)


def test_a_suspended_shop_gives_no_gifts_and_shows_none(acts, anna, gift, shop):
    branch = acts.uow.session.get_one(Branch, shop.id)
    merchants.change_branch(acts.uow, branch, state=BranchState.SUSPENDED, reason="x")
    acts.uow.session.flush()
    with pytest.raises(errors.BranchClosed):
        reserving.reserve_gift(anna, book=acts.book.code, gift_id=gift.id)
    assert gifts.list_gifts(acts.uow, book=acts.book.code, shop_id=None, limit=9, cursor=None).items == []


def test_a_till_collects_over_the_wire_and_a_repeat_hands_nothing_out_twice(client, acts, anna, gift, shop):
    _, code = reserve(acts, anna, gift)
    acts.uow.session.flush()
    pen = enrol(acts.uow, acts.uow.session.get_one(Branch, shop.id))
    path = "/v1/merchant/gift-collections"
    first = pen.send(client, "POST", path, {"code": code}, key="till-1")
    assert first.status_code == 201, first.text
    assert (first.json["title"], first.json["state"]) == ("毛巾", "collected")
    repeat = pen.send(client, "POST", path, {"code": code}, key="till-1")
    assert (repeat.status_code, repeat.headers["Idempotency-Replayed"]) == (201, "true")
    # the answer was lost, and the key with it: the very till is told what it did, for two minutes
    asked = pen.send(client, "POST", path, {"code": code}, key="till-2")
    assert (asked.status_code, asked.json) == (201, first.json)
    assert acts.figures(ANNA).posted == 70  # taken once
    other = enrol(acts.uow, acts.uow.session.get_one(Branch, shop.id), name="2号机")
    late = replace(pen, at=pen.at + timedelta(minutes=2))
    for till in (other, late):
        again = till.send(client, "POST", path, {"code": code}, key="till-3")
        assert refused(again)[:2] == (404, errors.GiftCodeNotGood.code)


def test_attack_2_a_till_guesses_five_codes_a_minute_and_then_not_even_right_ones(client, app, acts, anna, gift, shop):
    app.extensions["linli.redis"].flushdb()
    _, code = reserve(acts, anna, gift)
    pen = enrol(acts.uow, acts.uow.session.get_one(Branch, shop.id))
    path = "/v1/merchant/gift-collections"
    answers = [pen.send(client, "POST", path, {"code": f"{n:012}"}) for n in range(5)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.json["detail"] for answer in answers}) == 1
    assert pen.send(client, "POST", path, {"code": code}).status_code == 429


def test_attack_1_a_code_to_collect_a_gift_by_is_worth_a_minute(client, acts, anna, gift, shop):
    """Passed on, it comes too late for whoever does not stand at the counter."""
    _, first = reserve(acts, anna, gift)
    branch = acts.uow.session.get_one(Branch, shop.id)
    for seconds, taken in ((75, False), (74, True)):
        at = acts.uow.now + timedelta(seconds=seconds)
        pen = replace(enrol(acts.uow, branch), at=at)
        answer = pen.send(client, "POST", "/v1/merchant/gift-collections", {"code": first})
        assert answer.status_code == (201 if taken else 404), answer.text
    assert answer.json["state"] == "collected"


def test_the_code_before_ends_with_the_grace(app, acts, anna, gift, shop):
    made, first = reserve(acts, anna, gift)
    keys = app.extensions["linli.redis"]
    key = f"linli:gift-codes:{hash_gift_code(first).hex()}"
    assert 60_000 < keys.pttl(key) <= 75_000
    second = shown(acts, anna, made)
    assert keys.pttl(key) <= 15_000
    assert first != second
    assert hand_out(cashier(acts.uow, shop.id), second).reservation.id == made.id


def test_without_redis_no_code_is_shown_and_none_is_taken(make_app, acts, anna, gift, shop):
    made, code = reserve(acts, anna, gift)
    with make_app(redis_url="redis://127.0.0.1:1/0", redis_timeout_ms=50).app_context():
        for act in (lambda: shown(acts, anna, made), lambda: hand_out(cashier(acts.uow, shop.id), code)):
            with pytest.raises(errors.CodesAway):
                act()
    assert made.state == ReservationState.RESERVED


def test_a_resident_sets_aside_over_http_and_reads_the_code_alone(api, acts, gift):
    acts.uow.session.flush()
    who = {"person_id": ANNA}
    made = api.post(f"/gifts/{gift.id}/reserve", {}, Role.RESIDENT, key="k", **who)
    assert made.status_code == 201, made.text
    assert "code" not in made.json
    path = f"/passbook/gift-reservations/{made.json['id']}"
    assert "code" not in api.get(path, Role.RESIDENT, **who).json
    issued = api.post(f"{path}/codes", {}, Role.RESIDENT, **who)
    assert (issued.status_code, len(issued.json["code"])) == (201, 12)
    assert api.post(f"{path}/codes", {}, Role.RESIDENT, person_id=BORIS).status_code == 404
    assert api.get(path, Role.RESIDENT, person_id=BORIS).status_code == 404
    (listed,) = api.get("/passbook/gift-reservations", Role.RESIDENT, **who).json["items"]
    assert listed["id"] == made.json["id"]
    assert api.post(f"{path}/cancel", {}, Role.RESIDENT, **who).json["state"] == "cancelled"


# --- with real commits


class Stall:
    """A book with a shop, three residents with points and a gift, all committed."""

    def __init__(self, app, *, pieces):
        self.app = app
        self.ledger = alone(open_ledger)
        self.book = self.ledger.book.code
        self.people = [ANNA, BORIS, named("carla")]
        for who in self.people:
            alone(lambda uow, who=who: Acts(uow, self.ledger).award(who, 100))
        self.shop_id = alone(lambda uow: service.open_shop(uow, book=self.book, name="x", street="忠义街").id)
        self.gift_id = alone(
            lambda uow: (
                gifts.offer_gift(
                    uow, book=self.book, shop_id=self.shop_id, title="x", description="", points=30, stock=pieces
                ).id
            )
        )

    def reserve(self, who):
        return lambda uow: (
            reserving.reserve_gift(resident(uow, who), book=self.book, gift_id=self.gift_id).reservation.id
        )

    def left(self):
        return alone(lambda uow: uow.session.get_one(Gift, (self.ledger.id, self.gift_id)).stock)

    def available(self, who, *, at=None):
        return alone(lambda uow: Acts(uow, self.ledger).figures(who).available, at=at)


def test_the_last_piece_goes_to_one_of_many_and_the_others_keep_their_points(real_commits):
    stall = Stall(real_commits, pieces=1)
    acts = [stall.reserve(who) for who in stall.people]
    done, refusals = split(together(real_commits, *acts, gate="merchants_gifts"))
    assert (len(done), [type(each) for each in refusals]) == (1, [errors.GiftGone] * 2)
    assert stall.left() == 0
    assert sorted(stall.available(who) for who in stall.people) == [70, 100, 100]
    assert alone(lambda uow: invariants.list_wrongs(invariants.fetch_in(uow.session), stall.ledger.id)) == []


def test_a_gift_is_collected_or_given_back_never_both(real_commits):
    stall = Stall(real_commits, pieces=1)
    made = alone(stall.reserve(ANNA))
    code = alone(
        lambda uow: gift_codes.issue_gift_code(resident(uow), book=stall.book, reservation_id=made).code,
    )
    done, refusals = split(
        together(
            real_commits,
            lambda uow: hand_out(cashier(uow, stall.shop_id), code).reservation.state,
            lambda uow: hand_out(cashier(uow, stall.shop_id, "another"), code).reservation.state,
            lambda uow: (
                reserving.cancel_reservation(resident(uow), book=stall.book, reservation_id=made).reservation.state
            ),
            gate="merchants_reservations",
        )
    )
    assert len(done) == 1
    assert all(isinstance(each, errors.GiftCodeNotGood | errors.ReservationClosed) for each in refusals)
    collected = done == [ReservationState.COLLECTED]
    assert (stall.left(), stall.available(ANNA)) == ((0, 70) if collected else (1, 100))


def test_two_sweeps_at_once_give_a_piece_back_once(real_commits):
    stall = Stall(real_commits, pieces=1)
    alone(stall.reserve(ANNA))
    after = clock() + timedelta(days=3, minutes=1)
    swept = together(
        real_commits, service.expire_reservations, service.expire_reservations, at=after, gate="merchants_gifts"
    )
    assert sum(swept) == 1
    assert (stall.left(), stall.available(ANNA, at=after)) == (1, 100)
