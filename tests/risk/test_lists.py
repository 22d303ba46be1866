"""Lists: what stands on one has an effect, once, until it ends; and no copy of it crowds out another list."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.risk import errors, service
from app.risk.terms import EXPIRED, ITEMS_MAX, LISTS_MAX, EventKind, Outcome
from tests.points.ledger import ANNA, BORIS, SHOP, named
from tests.risk.facts import CASHIER, COORDINATOR, DEVICE, ONE, TERMINAL, TWO, spent


def test_a_list_has_items_with_a_reason_and_an_end(desk):
    uow = desk.as_(ONE)
    with pytest.raises(errors.ListMissing):
        service.add_item(uow, book=desk.code, code="nowhere", value=ANNA, reason="x", expires_at=None)
    service.create_list(uow, book=desk.code, code="friends", title="x")
    with pytest.raises(errors.ListTaken):
        service.create_list(uow, book=desk.code, code="friends", title="y")
    listed = service.list_lists(uow, book=desk.code, limit=5, cursor=None)
    assert [each.code for each in listed.items] == ["blocked", "friends", "watched"]
    assert service.list_items(uow, book=desk.code, code="watched", limit=5, cursor=None).items == []
    ends = desk.uow.now + timedelta(hours=1)
    item = service.add_item(uow, book=desk.code, code="blocked", value=ANNA, reason="冒用", expires_at=ends)
    assert desk.decide().outcome is Outcome.BLOCK_AND_REVIEW
    assert desk.later(hours=2).decide().outcome is Outcome.APPROVE
    removed = service.remove_item(uow, book=desk.code, code="blocked", item_id=item.id, reason="查清了")
    assert (removed.removed_by, removed.removed_why) == (ONE.id, "查清了")
    assert desk.decide().outcome is Outcome.APPROVE
    with pytest.raises(errors.ItemMissing):
        service.remove_item(uow, book=desk.code, code="blocked", item_id=item.id, reason="查清了")
    listed = service.list_items(uow, book=desk.code, code="blocked", limit=5, cursor=None)
    assert [each.removed_at for each in listed.items] == [desk.uow.now]


def test_a_list_is_bounded(desk):
    uow = desk.as_(ONE)
    service.add_item(uow, book=desk.code, code="watched", value=ANNA, reason="x", expires_at=None)
    desk.uow.session.execute(
        text(
            "INSERT INTO risk_list_items (book_id, id, list_code, value, reason, added_by, added_at)"
            " SELECT book_id, gen_random_uuid(), list_code, n::text, reason, added_by, added_at"
            " FROM risk_list_items, generate_series(2, :most) n WHERE book_id = :book"
        ),
        {"most": ITEMS_MAX, "book": desk.book.id},
    )
    with pytest.raises(errors.ListFull):
        service.add_item(uow, book=desk.code, code="watched", value=BORIS, reason="x", expires_at=None)


def add(desk, code, value, **changes):
    values = {"book": desk.code, "code": code, "value": value, "reason": "x", "expires_at": None} | changes
    return service.add_item(desk.as_(ONE), **values)


def test_attack_30_copies_on_a_list_of_ones_own_do_not_take_somebody_off_another_list(desk):
    """ItemListed: two hundred copies of a value filled what a decision reads of lists, and `blocked` was not read."""
    service.create_list(desk.as_(TWO), book=desk.code, code="vip", title="x")
    add(desk, "vip", ANNA)
    with pytest.raises(errors.ItemListed, match="vip"):
        add(desk, "vip", ANNA)
    copy = text(
        "INSERT INTO risk_list_items (book_id, id, list_code, value, reason, added_by, added_at)"
        " SELECT book_id, gen_random_uuid(), list_code, value, reason, added_by, added_at FROM risk_list_items"
        " WHERE book_id = :book"
    )
    with pytest.raises(IntegrityError, match="uq_risk_list_items_value"), desk.uow.session.begin_nested():
        desk.uow.session.execute(copy, {"book": desk.book.id})
    add(desk, "blocked", ANNA)
    assert desk.decide().outcome is Outcome.BLOCK_AND_REVIEW


def test_attack_30_nor_do_many_lists(desk):
    """ListsFull: whoever is in a fact, with each on every list, is read whole."""
    ids = {"resident_id": ANNA, "person_id": uuid4(), "device_id": DEVICE, "household_id": uuid4(), "shop_id": SHOP}
    ids |= {"terminal_id": TERMINAL, "cashier_id": CASHIER, "coordinator_id": COORDINATOR}
    codes = [f"l{number}" for number in range(LISTS_MAX)]
    for code in codes:
        service.create_list(desk.as_(TWO), book=desk.code, code=code, title="x")
    with pytest.raises(errors.ListsFull):
        service.create_list(desk.as_(TWO), book=desk.code, code="more", title="x")
    for code in (*codes, "watched", "blocked"):
        add(desk, code, ANNA)
    rest = (
        "INSERT INTO risk_list_items (book_id, id, list_code, value, reason, added_by, added_at)"
        " SELECT i.book_id, gen_random_uuid(), i.list_code, v, 'x', i.added_by, i.added_at"
        " FROM risk_list_items i, unnest(CAST(:ids AS text[])) v WHERE i.book_id = :book"
    )
    others = [str(each) for each in ids.values() if each != ANNA]
    desk.uow.session.execute(text(rest), {"book": desk.book.id, "ids": others})
    read = desk.row(desk.decide(**ids)).features
    assert sum(len(found) for name, found in read.items() if name.startswith("list_")) == 8 * (LISTS_MAX + 2)


def test_what_is_over_can_be_listed_anew_and_not_for_a_time_that_is_past(desk):
    with pytest.raises(errors.ItemOver):
        add(desk, "blocked", ANNA, expires_at=desk.uow.now)
    first = add(desk, "blocked", ANNA, expires_at=desk.uow.now + timedelta(hours=1))
    later = desk.later(hours=2)
    assert later.decide().outcome is Outcome.APPROVE
    add(later, "blocked", ANNA)
    assert (first.removed_by, first.removed_why) == (ONE.id, EXPIRED)
    assert later.decide().outcome is Outcome.BLOCK_AND_REVIEW


BLOCKED = ("resident_id", "person_id", "device_id", "household_id", "shop_id", "terminal_id", "cashier_id")


@pytest.mark.parametrize("who", BLOCKED)
@pytest.mark.parametrize("kind", [EventKind.REDEEM, EventKind.REFUND])
def test_whoever_is_blocked_is_stopped(desk, kind, who):
    """Whom or what a fact has in it: the rules that come with Linli ask about all of it."""
    value = uuid4()
    add(desk, "blocked", value)
    assert service.decide(desk.uow, spent(kind=kind, book_id=desk.book.id)).outcome is Outcome.APPROVE
    fact = spent(kind=kind, book_id=desk.book.id, **{who: value})
    assert service.decide(desk.uow, fact).outcome is Outcome.BLOCK_AND_REVIEW


@pytest.mark.parametrize("kind", [EventKind.AWARD, EventKind.CHECK_IN])
def test_a_blocked_coordinators_awards_wait(desk, kind):
    add(desk, "blocked", COORDINATOR)
    fact = spent(kind=kind, book_id=desk.book.id, shop_id=None, coordinator_id=COORDINATOR)
    assert service.decide(desk.uow, fact).outcome is Outcome.BLOCK_AND_REVIEW


@pytest.mark.parametrize(("code", "outcome"), [("watched", Outcome.REVIEW), ("blocked", Outcome.BLOCK_AND_REVIEW)])
@pytest.mark.parametrize("who", ["person_id", "device_id"])
def test_lists_of_signing_in_are_asked_at_signing_in(desk, code, outcome, who):
    value = named(f"{code} {who}")
    fact = {"kind": EventKind.LOGIN, "book_id": None, "resident_id": None, "shop_id": None, "points": 0}
    add(desk, code, value, book=None)
    assert service.decide(desk.uow, spent(**fact, person_id=uuid4())).outcome is Outcome.APPROVE
    assert service.decide(desk.uow, spent(**fact, **{who: value})).outcome is outcome


def test_two_lists_do_not_decline(desk):
    """They hold up, and people decide."""
    add(desk, "blocked", ANNA)
    add(desk, "blocked", SHOP)
    assert desk.decide().outcome is Outcome.BLOCK_AND_REVIEW


def test_the_lists_that_come_with_linli_are_listed_before_anything_is_on_them(desk):
    def codes(limit):
        found, cursor = [], None
        while True:
            page = service.list_lists(desk.uow, book=desk.code, limit=limit, cursor=cursor)
            found.append([each.code for each in page.items])
            cursor = page.next_cursor
            if cursor is None:
                return found

    assert codes(5) == [["blocked", "watched"]]
    add(desk, "watched", ANNA)
    for code in ("a", "z"):
        service.create_list(desk.as_(TWO), book=desk.code, code=code, title="x")
    assert codes(5) == [["a", "blocked", "watched", "z"]]
    assert codes(1) == [["a"], ["blocked"], ["watched"], ["z"]]
    assert codes(2) == [["a", "blocked"], ["watched", "z"]]
