"""Statements over HTTP: by kind and month, each entry told; what is held; years."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.kernel.actor import Role
from app.merchants import service as merchants
from app.points import errors
from app.points import service as points
from app.points.models import Successor
from app.points.rules.accounts import AccountRef
from app.points.rules.postings import Leg, LotChange, Posting
from app.points.service import statements, years
from app.points.terms import PASSBOOK_CODES, AccountKind, Code, OwnerKind
from tests.points.api import Api, refused
from tests.points.api import statements as watched
from tests.points.ledger import ANNA, BORIS, SHOP, open_ledger
from tests.points.registered import register

PATHS = ("/entries", "/holds", "/years/2026", "/export", "/export.csv", "/export.xlsx", "/export.pdf")


@pytest.fixture
def api(client, bearer, ledger):
    return Api(client, bearer, ledger.book.code)


def own(api, path, **more):
    return api.get(f"/passbook{path}", Role.RESIDENT, person_id=ANNA, **more)


def named(acts, name="忠义粮油店"):
    points.name_owner(acts.uow, acts.ledger.id, owner_id=SHOP, kind=OwnerKind.SHOP, name=name)


def transfer(acts, giver, taker, amount, expires_on):
    """Points from one passbook to another, as the act of another part of the programme posts them."""
    give, take = AccountRef(AccountKind.RESIDENT, giver), AccountRef(AccountKind.RESIDENT, taker)
    lots = tuple(
        LotChange(account, expires_on, acts.ledger.budget_id, sign * amount, sign * amount * 10)
        for account, sign in ((give, -1), (take, 1))
    )
    return points.post_one(
        acts.uow,
        acts.ledger.id,
        Posting(cause="move", code=Code.TRANSFER, legs=(Leg(give, -amount), Leg(take, amount)), lots=lots),
    )


def a_life(acts):
    """A year with every kind of entry that the ledger itself can make."""
    january = acts.on(date(2026, 7, 1))
    named(january)
    points.take_over_passbooks(
        january.uow,
        book=acts.book.code,
        budget_id=acts.ledger.budget_id,
        rows=[points.PaperPassbook("MLH-0123", ANNA, 40, date(2026, 9, 30))],
    )
    register(january, january.award(ANNA, 30), ANNA, "楼道保洁", minutes=90)
    august = acts.on(date(2026, 8, 2))
    spent = august.redeem(ANNA, 10)
    wrong = august.award(ANNA, 7)
    register(august, wrong, ANNA, "夜间巡逻", minutes=60)
    september = acts.on(date(2026, 9, 3))
    september.refund(spent.subject_id, ANNA, 4)
    september.reverse(wrong.subject_id)
    register(september, september.award(ANNA, 5, code=Code.REPORT_AWARD), ANNA, "路灯不亮")
    october = acts.on(date(2026, 10, 4))
    october.expire()
    stolen = october.award(ANNA, 9)
    november = acts.on(date(2026, 11, 5))
    november.redeem(ANNA, 20)
    november.claw_back(stolen.subject_id)
    december = acts.on(date(2026, 12, 6))
    register(december, december.award(ANNA, 3), ANNA, "楼道保洁", performed_on=date(2026, 12, 5), minutes=30)
    december.award(BORIS, 8)
    transfer(december, BORIS, ANNA, 8, date(2028, 12, 31))
    return replace(acts, uow=december.uow)


def at_year_end(api):
    return replace(api, at="2026-12-31T12:00:00+08:00")


# --- lines


def test_every_entry_of_a_life_is_told_in_both_languages(api, acts):
    a_life(acts)
    zh = [item["summary"] for item in own(at_year_end(api), "/entries").json["items"]]
    assert zh == [
        "从另一本存折转入",
        "周六楼道保洁 30 分钟",
        "收回2026年10月4日的“志愿服务奖励”",
        "商户消费 · 忠义粮油店",
        "志愿服务奖励",
        "积分到期(有效期至2026年9月30日)",
        "反映问题被采纳:路灯不亮",
        "更正2026年8月2日的“周一夜间巡逻 60 分钟”",
        "商户退款 · 忠义粮油店",
        "周一夜间巡逻 60 分钟",
        "商户消费 · 忠义粮油店",
        "周一楼道保洁 90 分钟",
        "纸质存折转入(原折号 MLH-0123)",
    ]
    en = [item["sentence"] for item in own(at_year_end(api), "/entries", lang="en").json["items"]]
    assert en[3] == "Spent at a shop · 忠义粮油店: 20 points out"
    assert en[5] == "Expired: good until 30 September 2026: 34 points out"
    assert en[7] == 'Correction of "Monday 夜间巡逻, 60 minutes", booked on 2 August 2026: 7 points out'
    assert en[11] == "Monday 楼道保洁, 90 minutes: 30 points in"


def test_a_transfer_says_why(api, acts):
    acts.award(BORIS, 8)
    moved = transfer(acts, BORIS, ANNA, 8, date(2028, 6, 30))
    acts.uow.session.add(
        Successor(
            book_id=acts.ledger.id,
            owner_id=BORIS,
            successor_id=ANNA,
            kind="death",
            proposal_id=acts.uow.new_id(),
            transaction_id=moved.subject_id,
            recorded_at=acts.uow.now,
        )
    )
    acts.uow.session.flush()
    assert own(api, "/entries").json["items"][0]["summary"] == "从另一本存折转入(继承)"
    given = api.get(f"/passbooks/{BORIS}/entries").json["items"][0]
    assert given["sentence"] == "转到另一本存折(继承),支出 8 积分"


def test_a_page_is_told_in_a_fixed_number_of_reads(api, acts):
    life = a_life(acts)
    counts = []
    for _ in range(2):
        with watched() as run:
            page = own(at_year_end(api), "/entries?limit=100").json
        counts.append((len(run), len(page["items"])))
        for _ in range(10):
            spent = life.redeem(ANNA, 1)
            life.refund(spent.subject_id, ANNA, 1)
            life.reverse(life.award(ANNA, 1).subject_id)
    # book, length, page, corrected ones, awards, shops, lots, successors
    assert counts == [(8, 13), (8, 53)]


def test_a_shop_that_opened_is_named_in_passbooks(api, acts):
    shop = merchants.open_shop(acts.uow, book=api.book, name="忠义面馆", street="忠义街", shop_id=SHOP)
    acts.award(ANNA, 5)
    acts.redeem(ANNA, 1)
    assert shop.id == SHOP
    assert own(api, "/entries").json["items"][0]["summary"] == "商户消费 · 忠义面馆"


# --- filters


def walk(api, query, limit):
    """All items, however short single pages are; and how many pages it took."""
    items, cursor, pages = [], "", 0
    while True:
        page = own(api, f"/entries?limit={limit}{query}{cursor}").json
        items += page["items"]
        pages += 1
        assert len(page["items"]) <= limit
        if page["next_cursor"] is None:
            return items, pages
        cursor = f"&cursor={page['next_cursor']}"


@pytest.mark.parametrize(("scanned", "limit"), [(1, 100), (3, 2), (500, 1), (500, 100)])
def test_filters_find_what_a_look_at_every_entry_finds(api, acts, monkeypatch, scanned, limit):
    a_life(acts)
    api = at_year_end(api)
    monkeypatch.setattr(statements, "SCANNED_MAX", scanned)
    everything, _ = walk(api, "", 100)
    assert len(everything) == 13
    for kind in (None, *PASSBOOK_CODES):
        for month in (None, "2026-06", "2026-07", "2026-08", "2026-12", "2027-01"):
            wanted = [
                item
                for item in everything
                if kind in (None, item["code"]) and (month is None or item["recorded_at"].startswith(month))
            ]
            query = (f"&kind={kind}" if kind else "") + (f"&month={month}" if month else "")
            assert walk(api, query, limit)[0] == wanted, query


def test_a_search_for_a_kind_looks_through_so_many_entries_at_once_and_goes_on(api, acts, monkeypatch):
    monkeypatch.setattr(statements, "SCANNED_MAX", 4)
    acts.award(ANNA, 100)
    acts.redeem(ANNA, 1)
    for _ in range(9):
        acts.award(ANNA, 1)
    first = own(api, "/entries?kind=redemption").json
    assert (first["items"], first["next_cursor"] is None) == ([], False)
    items, pages = walk(api, "&kind=redemption", 20)
    assert ([item["version"] for item in items], pages) == ([2], 3)


def test_months_are_the_districts(api, acts):
    late = replace(acts, uow=replace(acts.uow, now=acts.uow.now.replace(day=30, hour=15, minute=59, second=59)))
    late.award(ANNA, 1)
    replace(late, uow=replace(late.uow, now=late.uow.now + timedelta(seconds=1))).award(ANNA, 2)
    july = replace(api, at="2026-07-01T00:00:00+08:00")
    assert [item["amount"] for item in own(july, "/entries?month=2026-06").json["items"]] == [1]
    assert [item["amount"] for item in own(july, "/entries?month=2026-07").json["items"]] == [2]


def test_a_cursor_of_another_month_leads_to_nothing_outside_the_month(api, acts):
    a_life(acts)
    api = at_year_end(api)
    cursor = own(api, "/entries?month=2026-07&limit=1").json["next_cursor"]
    for query in ("", "&kind=award"):
        assert own(api, f"/entries?month=2026-12{query}&cursor={cursor}").json == {"items": [], "next_cursor": None}
    late = own(api, "/entries?limit=1").json["next_cursor"]
    wanted = own(api, "/entries?month=2026-07").json
    assert own(api, f"/entries?month=2026-07&cursor={late}").json == wanted


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.COORDINATOR, Role.TREASURER])
def test_staff_filter_the_passbooks_of_others(api, acts, role):
    a_life(acts)
    page = api.get(f"/passbooks/{ANNA}/entries?kind=redemption&month=2026-11", role).json
    assert [item["amount"] for item in page["items"]] == [-20]


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "2026", "2026-6", "2026-06-01", "0999-01", "3000-01", "", "x"])
def test_a_month_has_a_year_and_a_month(api, month):
    answer = own(api, f"/entries?month={month}")
    assert refused(answer) == (422, "web.invalid", ["month"])
    assert "2026-11" in answer.json["detail"]


@pytest.mark.parametrize("kind", ["fund", "mint", "REDEMPTION", "", "x"])
def test_a_kind_is_one_that_a_passbook_can_have(api, kind):
    assert refused(own(api, f"/entries?kind={kind}")) == (422, "web.invalid", ["kind"])


@pytest.mark.parametrize("month", ["2000-01", "2199-12"])
def test_months_at_the_ends_of_time_are_empty(api, acts, month):
    acts.award(ANNA, 1)
    assert own(api, f"/entries?month={month}").json == {"items": [], "next_cursor": None}


def test_the_kinds_are_those_the_database_lets_into_passbooks(acts):
    rows = acts.uow.session.connection().exec_driver_sql(
        "SELECT DISTINCT code FROM points_code_legs WHERE kind = 'resident'"
    )
    assert {row[0] for row in rows} == set(PASSBOOK_CODES)


# --- strangers


@pytest.mark.parametrize("path", PATHS)
def test_a_passbook_of_another_book_is_missing(api, acts, uow, path):
    replace(acts, ledger=open_ledger(uow)).award(ANNA, 5)
    assert refused(api.get(f"/passbooks/{ANNA}{path}")) == (404, "points.account_missing", ["account_id"])


# --- what is held


def test_what_is_held_says_where_and_until_when(api, acts):
    shop = merchants.open_shop(acts.uow, book=api.book, name="忠义面馆", street="忠义街")
    acts.award(ANNA, 50)
    code = api.post("/passbook/codes", {}, Role.RESIDENT, person_id=ANNA).json["code"]
    body = {"code": code, "points": 20, "out_trade_no": "no-1"}
    paid = api.post("/payments", body, Role.CASHIER, shop_id=shop.id)
    assert paid.status_code == 201, paid.text
    other = acts.hold(ANNA, 5, seconds=60)
    first, second = own(api, "/holds").json["items"]
    assert first | {"hold_id": ""} == {
        "hold_id": "",
        "points": 20,
        "placed_at": "2026-06-15T10:00:00+08:00",
        "expires_at": "2026-06-15T10:15:00+08:00",
        "shop_id": str(shop.id),
        "shop_name": "忠义面馆",
    }
    assert (second["hold_id"], second["shop_id"], second["shop_name"]) == (str(other.hold_id), None, None)
    assert sum(hold["points"] for hold in (first, second)) == own(api, "").json["held"]
    assert api.walk("/passbook/holds", Role.RESIDENT, person_id=ANNA, limit=1) == [first, second]
    assert api.get(f"/passbooks/{ANNA}/holds", Role.COORDINATOR).json["items"] == [first, second]


def test_what_is_released_or_past_its_time_is_not_held(api, acts):
    acts.award(ANNA, 50)
    acts.release(acts.hold(ANNA, 1).hold_id)
    acts.hold(ANNA, 2, seconds=60)
    acts.award(BORIS, 9)
    acts.hold(BORIS, 3)
    assert [hold["points"] for hold in own(api, "/holds").json["items"]] == [2]
    late = replace(api, at="2026-06-15T10:01:00+08:00")
    assert own(late, "/holds").json == {"items": [], "next_cursor": None}


def test_a_page_of_holds_takes_three_reads(api, acts):
    acts.award(ANNA, 50)
    for number in range(4):
        acts.hold(ANNA, 1, cause=f"pay:{SHOP}:{number}")
    with watched() as run:
        assert len(own(api, "/holds").json["items"]) == 4
    assert len(run) == 3  # the book, the holds, the names of their shops


# --- years


def test_a_year_in_figures(api, acts):
    a_life(acts)
    with watched() as run:
        year = own(at_year_end(api), "/years/2026").json
    assert len(run) == 5  # the book, what was merged into it, the months' ends, the sums, the activities
    flow = {name: year[name] for name in ("earned", "spent", "refunded", "expired", "other")}
    assert flow == {"earned": 54, "spent": 30, "refunded": 4, "expired": 34, "other": 32}
    assert (year["opening"], year["closing"], year["entries"]) == (0, 26, 13)
    assert [month["balance"] for month in year["months"]] == [0, 0, 0, 0, 0, 0, 70, 67, 69, 44, 15, 26]
    assert year["months"][10] == {
        "month": "2026-11",
        "earned": 0,
        "spent": 20,
        "refunded": 0,
        "expired": 0,
        "other": -9,
        "balance": 15,
    }
    assert year["kinds"][0] == {
        "kind": "award",
        "title": "志愿服务奖励",
        "points_in": 49,
        "points_out": 0,
        "entries": 4,
    }
    assert year["activities"] == [
        {"title": "楼道保洁", "times": 2, "minutes": 120, "points": 33},
        {"title": "路灯不亮", "times": 1, "minutes": 0, "points": 5},
    ]
    assert api.get(f"/passbooks/{ANNA}/years/2026", Role.AUDITOR, lang="en").json["kinds"][0]["title"] == (
        "Earned by volunteering"
    )


def test_the_years_around_begin_and_end_where_it_does(api, acts):
    a_life(acts)
    after = replace(api, at="2027-02-01T12:00:00+08:00")
    before = own(after, "/years/2025").json
    assert (before["opening"], before["closing"], before["kinds"]) == (0, 0, [])
    later = own(after, "/years/2027").json
    assert (later["opening"], later["closing"], later["entries"]) == (26, 26, 0)
    assert [month["balance"] for month in later["months"]] == [26, 26] + [None] * 10


@pytest.mark.parametrize("year", ["1999", "2200", "0", "999999999999"])
def test_a_year_is_one_of_ours(api, acts, year):
    assert refused(own(api, f"/years/{year}")) == (422, errors.YearOutside.code, ["year"])


def test_a_year_of_too_many_entries_says_what_to_do_instead(api, acts, monkeypatch):
    monkeypatch.setattr(years, "ENTRIES_MAX", 1)
    acts.award(ANNA, 1)
    assert own(api, "/years/2026").status_code == 200
    acts.award(ANNA, 1)
    answer = own(api, "/years/2026", lang="en")
    assert refused(answer) == (422, errors.YearTooBusy.code, ["year"])
    assert "CSV" in answer.json["detail"]
