"""A shop compares a day of its till with ours: what was asked for, and what was given back."""

import pytest

from app.merchants import errors, service
from app.merchants.errors.counter import RefundMissing
from app.merchants.service import refunded
from tests.merchants.counter import Counter, offer
from tests.points.api import refused
from tests.points.ledger import ANNA


@pytest.fixture
def counter(api, acts, shop):
    acts.award(ANNA, 1000)
    offer(acts.uow, acts.book.code, shop.id)
    return Counter.at(api, acts.uow, shop.id)


def numbers(answer, name="out_trade_no"):
    assert answer.status_code == 200, answer.text
    return [item[name] for item in answer.json["items"]]


def walk(counter, path, name="out_trade_no"):
    """All pages of one, newest first."""
    found, cursor = [], ""
    while cursor is not None:
        answer = counter.send("GET", f"{path}&limit=1{cursor and '&cursor=' + cursor}")
        found += numbers(answer, name)
        cursor = answer.json["next_cursor"]
    return found


def test_the_redemptions_of_some_days_are_read_page_by_page(counter):
    counter.take(10, number="T-1")
    late = counter.later(hours=13, minutes=59, seconds=59)  # 23:59:59 in the district
    late.reverse("T-2")
    after = counter.later(hours=14)
    after.take(10, number="T-3")
    assert numbers(after.send("GET", "/redemptions?from=2026-06-15&to=2026-06-15")) == ["T-2", "T-1"]
    assert numbers(after.send("GET", "/redemptions?from=2026-06-16")) == ["T-3"]
    assert numbers(after.send("GET", "/redemptions?to=2026-06-14")) == []
    assert numbers(after.send("GET", "/redemptions?from=2026-06-15&to=2026-06-16&state=tombstone")) == ["T-2"]
    assert walk(after, "/redemptions?from=2026-06-15&to=2026-06-16") == ["T-3", "T-2", "T-1"]
    wrong = after.send("GET", "/redemptions?from=15.6.2026")
    assert refused(wrong) == (422, "web.invalid", ["from"])


def test_the_refunds_of_an_order_and_of_a_day_are_read(counter):
    first, second = counter.take(100, number="T-1"), counter.take(50, number="T-2")
    counter.refund("T-1", 30, "R-1")
    assert counter.refund("T-1", 71, "R-2").status_code == 409
    tomorrow = counter.later(days=1)
    tomorrow.refund("T-1", 20, "R-3")
    tomorrow.refund("T-2", 50, "R-4")
    assert numbers(tomorrow.send("GET", "/redemptions/T-1/refunds"), "out_refund_no") == ["R-1", "R-2", "R-3"]
    assert walk(tomorrow, "/refunds?from=2026-06-16", "out_refund_no") == ["R-4", "R-3"]
    today = tomorrow.send("GET", "/refunds?to=2026-06-15").json["items"]
    assert [(one["out_refund_no"], one["out_trade_no"], one["state"], one["decline"]) for one in today] == [
        ("R-2", "T-1", "declined", "points.amount_over"),
        ("R-1", "T-1", "refunded", None),
    ]
    one = tomorrow.send("GET", "/refunds/R-4").json
    assert (one["out_trade_no"], one["redemption_id"], one["points"]) == ("T-2", second["id"], 50)
    assert first["id"] != second["id"]


def test_another_shops_refunds_are_as_missing_as_none(acts, counter):
    counter.take(100, number="T-1")
    counter.refund("T-1", 30, "R-1")
    elsewhere = service.open_shop(acts.uow, book=acts.book.code, name="豆腐坊", street="忠义街")
    other = Counter.at(counter.api, acts.uow, elsewhere.id)
    assert numbers(other.send("GET", "/refunds?from=2026-06-01")) == []
    assert refused(other.send("GET", "/redemptions/T-1/refunds")) == (
        404,
        "merchants.redemption_missing",
        ["out_trade_no"],
    )
    for number in ("R-1", "R-9"):
        missing = other.send("GET", f"/refunds/{number}")
        assert refused(missing) == (404, RefundMissing.code, ["out_refund_no"])


def test_who_has_no_shop_reads_no_refunds(till):
    nowhere = till.of(None).cashier
    for read in (
        lambda: refunded.list_refunds(nowhere, days=(None, None), limit=1, cursor=None),
        lambda: refunded.show_refund(nowhere, out_refund_no="R-1"),
    ):
        with pytest.raises(errors.ShopNotOnToken):
            read()
