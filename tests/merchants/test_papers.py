"""A merchant's papers take three people, its bank account two; who is of the house redeems nothing there."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.infra.vault import vault
from app.kernel.actor import Actor, Role
from app.merchants import errors, service
from app.merchants.errors import office
from app.merchants.models import Merchant
from app.merchants.queries import merchants as merchant_queries
from app.merchants.queries.tills import find_ties, get_till, get_till_of, is_staff_of
from app.merchants.rules.tills import Till as TillView
from app.merchants.rules.tills import check_tier, check_trading
from app.merchants.service import merchants, own, papers, payouts
from app.merchants.terms import ApplicationState, BranchState, MerchantState, PersonKind
from app.notices.models import Notice
from tests.identity.conftest import areas, desk, headers, keyring
from tests.identity.homes import Homes
from tests.points.api import refused
from tests.points.ledger import ANNA, BORIS, named, open_ledger

__all__ = ["areas", "desk", "keyring"]

BANK = {"bank": "工商银行", "holder": "面馆", "account_no": "6222020200012345678"}
PAPERS = {
    "name": "忠义餐饮有限公司",
    "licence_no": "91310000MA1K000019",
    "contact_name": "赵掌柜",
    "contact_phone": "13700001111",
    "bank": BANK,
    "branches": [{"name": "忠义面馆", "street": "忠义街", "address": "忠义街8号"}],
}
CLERK, FIRST, SECOND = (named(f"papers {name}") for name in ("clerk", "first", "second"))


@pytest.fixture
def by(acts):
    """The unit of work of somebody at the desk."""
    return lambda who: replace(acts.uow, actor=Actor(who, frozenset({Role.TREASURER})))


@pytest.fixture
def applied(acts, by):
    return papers.apply_to_enrol(by(CLERK), book=acts.book.code, merchant_id=None, papers=PAPERS)


@pytest.fixture
def enrolled(acts, by, applied):
    """A merchant with one branch."""
    papers.review_application(by(FIRST), book=acts.book.code, application_id=applied.id)
    papers.approve_application(by(SECOND), book=acts.book.code, application_id=applied.id)
    return acts.uow.session.get_one(Merchant, applied.merchant_id)


def only_branch(acts, merchant):
    (branch,) = merchant_queries.list_branches(acts.uow.session, merchant.id, after=None, limit=9)
    return branch


def test_three_people_enrol_a_merchant_and_the_book_accepts_its_branches(acts, by, enrolled):
    assert (enrolled.state, enrolled.name) == (MerchantState.ACTIVE, "忠义餐饮有限公司")
    branch = only_branch(acts, enrolled)
    shops = service.list_shops(acts.uow, book=acts.book.code, limit=9, cursor=None).items
    assert [(shop.id, shop.name, shop.street) for shop in shops] == [(branch.id, "忠义面馆", "忠义街")]
    sheet = merchants.show_merchant(acts.uow, enrolled)
    assert [account.masked for account in sheet.accounts] == ["工商银行 ****5678"]
    owner = merchants.list_people(acts.uow, enrolled, limit=9, cursor=None).items[0]
    assert (owner.kind, owner.name, owner.branch_id) == (PersonKind.OWNER, "赵掌柜", None)


@pytest.mark.parametrize("steps", [[CLERK], [FIRST, CLERK], [FIRST, FIRST]])
def test_nobody_does_two_of_the_steps(acts, by, applied, steps):
    acts_of = [papers.review_application, papers.approve_application]
    for act, who in zip(acts_of[: len(steps) - 1], steps[:-1], strict=False):
        act(by(who), book=acts.book.code, application_id=applied.id)
    with pytest.raises(errors.ReviewBySame):
        acts_of[len(steps) - 1](by(steps[-1]), book=acts.book.code, application_id=applied.id)


@pytest.mark.parametrize(
    "change",
    [
        "state = 'reviewed', reviewed_by = applied_by, reviewed_at = now()",
        "state = 'approved', reviewed_by = '{0}', reviewed_at = now(), decided_by = '{0}', decided_at = now()",
        "state = 'approved', reviewed_by = '{0}', reviewed_at = now(), decided_by = applied_by, decided_at = now()",
        "state = 'approved', decided_by = '{0}', decided_at = now()",
        "state = 'rejected', decided_by = applied_by, decided_at = now(), decided_why = 'x'",
    ],
)
def test_the_database_holds_it_too_whoever_asks(acts, applied, change):
    acts.uow.session.flush()
    with pytest.raises(IntegrityError, match="ck_merchants_applications"), acts.uow.session.begin_nested():
        acts.uow.session.execute(
            text(f"UPDATE merchants_applications SET {change.format(FIRST)} WHERE id = '{applied.id}'")
        )


def test_papers_are_approved_only_after_the_review_and_decided_once(acts, by, applied):
    book = acts.book.code
    with pytest.raises(errors.NotReviewed):
        papers.approve_application(by(SECOND), book=book, application_id=applied.id)
    with pytest.raises(errors.ReviewBySame):
        papers.reject_application(by(CLERK), book=book, application_id=applied.id, reason="x")
    papers.reject_application(by(FIRST), book=book, application_id=applied.id, reason="blurred")
    for act in (papers.review_application, papers.approve_application):
        with pytest.raises(errors.ApplicationDecided):
            act(by(SECOND), book=book, application_id=applied.id)
    with pytest.raises(errors.ApplicationDecided):
        papers.withdraw_application(by(CLERK), application_id=applied.id)
    with pytest.raises(errors.ApplicationMissing):
        papers.show_application(acts.uow, book=book, application_id=UUID(int=1))


def test_ones_own_papers_are_withdrawn_by_oneself(acts, by, applied):
    with pytest.raises(errors.ApplicationMissing):
        papers.withdraw_application(by(FIRST), application_id=applied.id)
    assert papers.withdraw_application(by(CLERK), application_id=applied.id).state == ApplicationState.WITHDRAWN
    acts.uow.session.flush()


def test_one_licence_is_one_merchant(acts, by, enrolled):
    book = acts.book.code
    with pytest.raises(errors.LicenceKnown):
        papers.apply_to_enrol(by(FIRST), book=book, merchant_id=None, papers=PAPERS)


def test_a_shop_the_treasurer_opened_gets_its_papers_later(acts, by, shop):
    book = acts.book.code
    with pytest.raises(errors.BranchesNeeded):
        papers.apply_to_enrol(by(CLERK), book=book, merchant_id=None, papers=PAPERS | {"branches": []})
    given = PAPERS | {"branches": []}
    one = papers.apply_to_enrol(by(CLERK), book=book, merchant_id=shop.id, papers=given)
    with pytest.raises(errors.ApplicationOpen), acts.uow.session.begin_nested():
        papers.apply_to_enrol(by(CLERK), book=book, merchant_id=shop.id, papers=given)
    papers.review_application(by(FIRST), book=book, application_id=one.id)
    papers.approve_application(by(SECOND), book=book, application_id=one.id)
    assert acts.uow.session.get_one(Merchant, shop.id).state == MerchantState.ACTIVE
    with pytest.raises(errors.MerchantVerified):
        papers.apply_to_enrol(by(CLERK), book=book, merchant_id=shop.id, papers=given)


def test_what_is_kept_tells_nobody_who_reads_the_database(acts, enrolled):
    acts.uow.session.flush()
    for table in ("merchants_merchants", "merchants_applications", "merchants_bank_accounts", "merchants_people"):
        kept = str(acts.uow.session.execute(text(f"SELECT t::text FROM {table} t")).all())
        assert "6222020200012345678" not in kept
        assert "13700001111" not in kept
    opened = vault().open(enrolled.licence_sealed, context=f"merchants.licence:{enrolled.id}")
    assert opened == "91310000MA1K000019"


def test_who_applied_and_whom_the_papers_name_are_told_how_it_was_decided(acts, by, enrolled):
    acts.uow.session.execute(
        text(
            "INSERT INTO identity_people (id, name, phone_index, phone_sealed, registered_at)"
            " VALUES (:id, 'x', :p, :p, :now)"
        ),
        {"id": BORIS, "p": vault().index(PAPERS["contact_phone"], kind="phone"), "now": acts.uow.now},
    )
    again = PAPERS | {"licence_no": "91310000MA1K00002C"}
    applied = papers.apply_to_enrol(by(CLERK), book=acts.book.code, merchant_id=None, papers=again)
    papers.reject_application(by(FIRST), book=acts.book.code, application_id=applied.id, reason="blurred")
    told = [(each.person_id, each.template, each.data["phrase2"]) for each in acts.uow.session.query(Notice)]
    assert sorted(told, key=str) == sorted(
        [
            (CLERK, "papers_decided", "已批准"),
            (CLERK, "papers_decided", "未通过"),
            (BORIS, "papers_decided", "未通过"),
        ],
        key=str,
    )


# --- bank accounts


def change_bank(acts, by, merchant, *, who=CLERK, approver=FIRST, at=None):
    bank = BANK | {"account_no": "6217000010001239999"}
    asked = papers.apply_for_bank(by(who), merchant, bank=bank)
    approving = by(approver) if at is None else replace(by(approver), now=at)
    return papers.approve_application(approving, book=acts.book.code, application_id=asked.id)


def test_another_bank_account_takes_two_people_and_its_history_stays(acts, by, enrolled):
    with pytest.raises(errors.ReviewBySame):
        change_bank(acts, by, enrolled, who=CLERK, approver=CLERK)
    acts.uow.session.flush()
    (waiting,) = papers.list_applications(
        acts.uow, book=acts.book.code, state=ApplicationState.OPEN, limit=9, cursor=None
    ).items
    papers.withdraw_application(by(CLERK), application_id=waiting.id)
    acts.uow.session.flush()
    change_bank(acts, by, enrolled)
    accounts = merchants.show_merchant(acts.uow, enrolled).accounts
    assert [account.masked for account in accounts] == ["工商银行 ****9999", "工商银行 ****5678"]
    assert accounts[0].ended_at is None
    assert accounts[1].ended_at == acts.uow.now


def test_nothing_is_paid_to_a_new_account_for_a_week_nor_to_a_suspended_merchant(acts, by, till, shop):
    merchant = acts.uow.session.get_one(Merchant, shop.id)
    till.pay(50)
    settlement = till.settle()
    one = papers.apply_to_enrol(by(CLERK), book=acts.book.code, merchant_id=shop.id, papers=PAPERS | {"branches": []})
    papers.review_application(by(FIRST), book=acts.book.code, application_id=one.id)
    papers.approve_application(by(SECOND), book=acts.book.code, application_id=one.id)
    change_bank(acts, by, merchant)
    for early in (timedelta(0), timedelta(days=6, hours=23)):
        with pytest.raises(errors.PayoutHeld) as refused:
            till.later(seconds=early.total_seconds()).pay_out(settlement)
    assert "2026-06-22 10:00" in refused.value.detail("en")
    later = till.later(days=7)
    merchants.change_merchant(by(FIRST), merchant, state=MerchantState.SUSPENDED, reason="dispute")
    acts.uow.session.flush()
    with pytest.raises(errors.PayoutStopped):
        later.pay_out(settlement)
    merchants.change_merchant(by(SECOND), merchant, state=MerchantState.ACTIVE, reason="settled")
    acts.uow.session.flush()
    with pytest.raises(office.PaidThroughBank):
        later.pay_out(settlement)
    assert payouts.make_payout(later.uow, book=acts.book.code).payout.line_count == 1


# --- states


def test_one_stops_and_another_lets_go_on(acts, by, enrolled):
    branch = only_branch(acts, enrolled)
    check_trading(get_till_of(acts.uow.session, branch.id))
    merchants.change_branch(by(FIRST), branch, state=BranchState.SUSPENDED, reason="fire")
    acts.uow.session.flush()
    with pytest.raises(errors.BranchClosed):
        check_trading(get_till_of(acts.uow.session, branch.id))
    with pytest.raises(errors.ResumeBySame):
        merchants.change_branch(by(FIRST), branch, state=BranchState.OPEN, reason="x")
    with pytest.raises(errors.StateSame):
        merchants.change_branch(by(SECOND), branch, state=BranchState.SUSPENDED, reason="x")
    merchants.change_branch(by(SECOND), branch, state=BranchState.OPEN, reason="repaired")
    merchants.change_merchant(by(FIRST), enrolled, state=MerchantState.CLOSED, reason="gone")
    acts.uow.session.flush()
    with pytest.raises(errors.BranchClosed):
        check_trading(get_till_of(acts.uow.session, branch.id))
    with pytest.raises(errors.MerchantClosed):
        merchants.change_merchant(by(SECOND), enrolled, state=MerchantState.ACTIVE, reason="x")


def test_a_merchant_without_papers_goes_on_without_papers(acts, by, shop):
    merchant = acts.uow.session.get_one(Merchant, shop.id)
    merchants.change_merchant(by(FIRST), merchant, state=MerchantState.SUSPENDED, reason="x")
    acts.uow.session.flush()
    merchants.change_merchant(by(SECOND), merchant, state=MerchantState.ACTIVE, reason="x")
    assert merchant.state == MerchantState.UNVERIFIED
    acts.uow.session.flush()


def test_a_till_with_a_shared_secret_takes_little():
    till = TillView(
        ANNA, ANNA, ANNA, low_tier=True, branch_state=BranchState.OPEN, merchant_state=MerchantState.ACTIVE, name="x"
    )
    check_tier(till, points=500, day_points=4500)
    for points, day_points in ((501, 0), (500, 4501)):
        with pytest.raises(errors.LowTierOver):
            check_tier(till, points=points, day_points=day_points)
        check_tier(replace(till, low_tier=False), points=points, day_points=day_points)


# --- people of the house


def tie(acts, shop, resident_id):
    till = get_till_of(acts.uow.session, shop.id)
    found = find_ties(acts.uow.session, till, book=acts.book.code, resident_id=resident_id, now=acts.uow.now)
    assert found.own == is_staff_of(
        acts.uow.session, till, book=acts.book.code, resident_id=resident_id, now=acts.uow.now
    )
    return found.own, found.kin


def register(acts, by, shop, **details):
    merchant = acts.uow.session.get_one(Merchant, shop.id)
    given = {"kind": PersonKind.STAFF, "name": "x", "phone": None, "person_id": None, "shop_id": None, **details}
    person = merchants.register_person(by(CLERK), merchant, **given)
    acts.uow.session.flush()
    return merchant, person


def test_attack_8_staff_are_of_the_house_until_they_leave(acts, by, shop):
    assert tie(acts, shop, ANNA) == (False, False)
    merchant, person = register(acts, by, shop, person_id=ANNA, shop_id=shop.id)
    assert tie(acts, shop, ANNA) == (True, False)
    assert tie(acts, shop, BORIS) == (False, False)
    merchants.end_person(by(FIRST), merchant, registration_id=person.id, reason="left")
    acts.uow.session.flush()
    assert tie(acts, shop, ANNA) == (False, False)
    with pytest.raises(errors.PersonEnded):
        merchants.end_person(by(FIRST), merchant, registration_id=person.id, reason="left")
    with pytest.raises(errors.PersonMissing):
        merchants.end_person(by(FIRST), merchant, registration_id=UUID(int=1), reason="left")


def test_attack_8_staff_of_one_branch_redeem_at_another_owners_at_none(acts, by, shop, enrolled):
    branch = only_branch(acts, enrolled)
    person = merchants.register_person(
        by(CLERK), enrolled, kind=PersonKind.OWNER, name="x", phone=None, person_id=BORIS, shop_id=None
    )
    acts.uow.session.flush()
    assert person.branch_id is None
    assert tie(acts, branch, BORIS) == (True, False)
    assert tie(acts, shop, BORIS) == (False, False)
    with pytest.raises(errors.ShopMissing):
        merchants.register_person(
            by(CLERK), enrolled, kind=PersonKind.STAFF, name="x", phone=None, person_id=ANNA, shop_id=shop.id
        )


def test_a_registration_names_somebody_and_an_owner_no_branch(acts, by, shop):
    with pytest.raises(errors.PersonNeeded):
        register(acts, by, shop)
    with pytest.raises(errors.OwnerBranch):
        register(acts, by, shop, kind=PersonKind.OWNER, person_id=ANNA, shop_id=shop.id)


@pytest.fixture
def street(desk):
    """Two in room 501, one in 502; each an owner in the book "meilihua" by the name."""
    homes = Homes(desk).build()
    people = {}
    worker = homes.person("网格员")
    for name, room, phone in (("甲", "501", "13700003333"), ("乙", "501", None), ("丙", "502", None)):
        person_id = homes.person(name, phone)
        homes.confirm(homes.by(worker), homes.claim(person_id, room=room, name=name), named(name))
        people[name] = person_id
    return people


def test_attack_8_somebody_is_known_by_telephone_and_his_household_is_told(acts, by, shop, street, desk):
    till = get_till_of(acts.uow.session, shop.id)

    def tied(name):
        found = find_ties(acts.uow.session, till, book="meilihua", resident_id=named(name), now=acts.uow.now)
        return found.own, found.kin

    assert [tied(name) for name in "甲乙丙"] == [(False, False)] * 3
    register(acts, by, shop, phone="13700003333")
    assert [tied(name) for name in "甲乙丙"] == [(True, True), (False, True), (False, False)]


def test_attack_8_cashiers_and_declared_relatives_count(acts, shop, street, desk):
    till = get_till_of(acts.uow.session, shop.id)
    insert = text(
        "INSERT INTO identity_relatives (id, person_id, relative_id, kind, declared_by, declared_at)"
        " VALUES (gen_random_uuid(), :a, :b, 'sibling', :a, now())"
    )
    acts.uow.session.execute(insert, {"a": street["丙"], "b": street["甲"]})
    desk.hold(street["甲"], Role.CASHIER, shop_id=shop.id)
    acts.uow.session.flush()
    now = desk.uow.now + timedelta(seconds=1)

    def tied(name, at=now):
        found = find_ties(acts.uow.session, till, book="meilihua", resident_id=named(name), now=at)
        return found.own, found.kin

    assert [tied(name) for name in "甲乙丙"] == [(True, True), (False, True), (False, True)]
    assert tied("甲", at=desk.uow.now - timedelta(days=1)) == (False, False)  # before it was granted
    for name in "甲乙丙":  # nor do they decide about it at the desk: he, who lives with him, his sister
        with pytest.raises(errors.OwnBusiness):
            own.check_shop(replace(acts.uow, actor=Actor(street[name], frozenset({Role.TREASURER}))), shop.id)
    own.check_shop(replace(acts.uow, actor=Actor(named("another"), frozenset({Role.TREASURER}))), shop.id)


# --- books and streets


def test_a_book_accepts_a_street_and_leaves_out_what_is_closed(acts, by, enrolled, shop):
    branch = only_branch(acts, enrolled)
    other = service.open_shop(acts.uow, book=acts.book.code, name="鞋店", street="忠义街")
    merchants.change_branch(
        by(FIRST), merchants.branch_in(acts.uow, acts.book.code, other.id), state=BranchState.CLOSED, reason="x"
    )
    acts.uow.session.flush()
    neighbour = open_ledger(acts.uow).book.code
    taken = merchants.accept_into_book(acts.uow, book=neighbour, branch_ids=[], street="忠义街")
    assert {each.id for each in taken} == {branch.id, shop.id}
    assert merchants.accept_into_book(acts.uow, book=neighbour, branch_ids=[branch.id], street=None) == []
    assert merchants.branch_in(acts.uow, neighbour, branch.id).id == branch.id
    with pytest.raises(errors.ShopMissing):  # a book that accepts a branch does not care for it
        merchants.branch_of_home(acts.uow, neighbour, branch.id)
    with pytest.raises(errors.MerchantMissing):
        merchants.merchant_of_home(acts.uow, neighbour, enrolled.id)
    with pytest.raises(errors.ShopMissing):
        merchants.get_branch(acts.uow, UUID(int=1))


def test_a_till_is_of_a_shop_and_a_cashier_of_one_too(acts, shop):
    cashier = Actor(BORIS, frozenset({Role.CASHIER}), shop_id=shop.id)
    assert get_till(acts.uow.session, cashier).terminal_id is None
    with pytest.raises(errors.ShopMissing):
        get_till(acts.uow.session, replace(cashier, roles=frozenset({Role.TERMINAL})))
    with pytest.raises(errors.ShopNotOnToken):
        get_till(acts.uow.session, replace(cashier, shop_id=None))


# --- owners over HTTP


def test_an_owner_applies_and_runs_his_tills(client, acts, by, desk):
    book = acts.book.code
    tokens = desk.wechat("赵掌柜")
    desk.uow.session.flush()
    who = headers(tokens)
    sent = client.post("/v1/me/merchant-applications", json={"book": book, "papers": PAPERS}, headers=who)
    assert sent.status_code == 201, sent.text
    assert sent.json["shown"]["contact_phone"] == "137****1111"
    assert "6222020200012345678" not in sent.text
    assert client.get("/v1/me/merchant-applications", headers=who).json["items"][0]["state"] == "open"
    for act, person in ((papers.review_application, FIRST), (papers.approve_application, SECOND)):
        act(by(person), book=book, application_id=UUID(sent.json["id"]))
    acts.uow.session.flush()
    (merchant,) = client.get("/v1/me/merchants", headers=who).json["items"]
    sheet = client.get(f"/v1/me/merchants/{merchant['id']}", headers=who).json
    branch = f"/v1/me/merchants/{merchant['id']}/branches/{sheet['branches'][0]['id']}"
    code = client.post(f"{branch}/terminals/codes", json={"name": "1号机"}, headers=who)
    assert code.status_code == 201, code.text
    assert client.get(f"{branch}/terminals", headers=who).json["items"] == []
    stranger = headers(desk.wechat("路人", install="installation-0002"))
    desk.uow.session.flush()
    for path in (f"/v1/me/merchants/{merchant['id']}", f"{branch}/terminals"):
        assert refused(client.get(path, headers=stranger))[:2] == (404, errors.MerchantMissing.code)
