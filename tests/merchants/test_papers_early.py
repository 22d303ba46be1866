"""What is wrong with papers is said when they are handed in, not when three people have read them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.kernel.actor import Actor, Role
from app.merchants import errors
from app.merchants.errors import office
from app.merchants.models import Merchant
from app.merchants.queries import merchants as queries
from app.merchants.rules.papers import check_licence
from app.merchants.service import papers
from tests.fixtures.together import alone, split, together
from tests.merchants.settled import FIRST, SECOND, Desk, by, enrol_shop, licence, spoil_account
from tests.merchants.test_papers import BANK, PAPERS
from tests.points.api import refused
from tests.points.ledger import ANNA, named, open_ledger

TWICE = [{"name": "面馆", "street": "忠义街"}, {"name": "面馆", "street": "忠义街", "address": "9号"}]


def ask(api, name="clerk", **changes):
    given = PAPERS | {"branches": [{"name": "面馆", "street": "忠义街"}]} | changes
    return api.post("/merchant-applications", {"papers": given}, Role.CLERK, name=name)


@pytest.mark.parametrize("number", ["91350100M000100Y43", licence(0), licence(77)])
def test_licences_as_they_are_given_out_are_taken(number):
    check_licence(number)


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"licence_no": "91110000100000000A"}, office.LicenceWrong, "papers.licence_no"),
        ({"licence_no": "91310000MA1K000091"}, office.LicenceWrong, "papers.licence_no"),  # two changed places
        ({"bank": BANK | {"holder": "=丙水果"}}, office.BankUnfit, "papers.bank.holder"),
        ({"bank": BANK | {"bank": "工商,银行"}}, office.BankUnfit, "papers.bank.bank"),
        ({"branches": TWICE}, office.BranchTwice, "papers.branches"),
    ],
)
def test_what_would_fail_later_is_refused_at_once_and_named(api, changes, refusal, field):
    for lang in ("zh-CN", "en"):
        given = PAPERS | {"branches": [{"name": "面馆", "street": "忠义街"}]} | changes
        answer = api.post("/merchant-applications", {"papers": given}, Role.CLERK, lang=lang)
        assert refused(answer) == (422, refusal.code, [field])
    assert ask(api).status_code == 201


def test_one_licence_is_handed_in_once_by_one_person_and_a_stranger_holds_nobody_up(api):
    assert ask(api).status_code == 201
    assert refused(ask(api)) == (409, errors.ApplicationOpen.code, [])
    other = ask(api, name="the owner himself, through the desk")
    assert other.status_code == 201
    rejected = api.post(f"/merchant-applications/{other.json['id']}/reject", {"reason": "x"}, Role.CLERK)
    assert rejected.status_code == 200, rejected.text
    assert ask(api, name="the owner himself, through the desk").status_code == 201


def test_the_same_papers_twice_in_one_moment_are_one(real_commits):
    book = alone(open_ledger).book.code
    clerk = Actor(named("clerk"), frozenset({Role.CLERK}))
    hand_in = lambda uow: papers.apply_to_enrol(  # noqa: E731 - an act
        replace(uow, actor=clerk), book=book, merchant_id=None, papers=PAPERS
    )
    done, refusals = split(together(real_commits, hand_in, hand_in, gate="merchants_applications"))
    assert (len(done), [type(each) for each in refusals]) == (1, [errors.ApplicationOpen])


# --- correcting a holder


@pytest.fixture
def shop_id(acts):
    return enrol_shop(acts, 1)


def change(acts, merchant, at, **bank):
    uow = replace(acts.uow, now=acts.uow.now + at)
    asked = papers.apply_for_bank(by(uow, named("clerk")), merchant, bank=bank)
    papers.approve_application(by(uow, SECOND), book=acts.book.code, application_id=asked.id)
    return queries.find_bank_account(uow.session, merchant.id).payable_from - acts.uow.now


def test_a_corrected_holder_of_the_same_account_waits_no_longer_than_the_account(acts, shop_id):
    """Money goes where it went; a thief gains nothing by it, not even the rest of a cool-down."""
    merchant = acts.uow.session.get_one(Merchant, queries.find_branch(acts.uow.session, shop_id).merchant_id)
    spoil_account(acts.uow, shop_id, "=丙水果")
    same = {"bank": "工商银行", "account_no": "6222020200012345001"}
    day = timedelta(days=1)
    assert change(acts, merchant, day, holder="丙水果", **same) == timedelta()
    another = {"bank": "农业银行", "account_no": "6228480000000000001"}
    assert change(acts, merchant, 2 * day, holder="丙水果", **another) == 9 * day
    assert change(acts, merchant, 3 * day, holder="丁水果", **another) == 9 * day
    assert change(acts, merchant, 4 * day, holder="丁水果", **same) == 11 * day
    assert change(acts, merchant, 5 * day, holder="丁水果", **same | {"bank": "农业银行"}) == 12 * day


def test_a_corrected_holder_is_paid_with_the_next_file(acts, shop_id):
    acts.award(ANNA, 100)
    desk = Desk(acts)
    desk.till(shop_id).pay(10)
    spoil_account(acts.uow, shop_id, "=丙水果")
    desk.on(1).night()
    desk.on(1).sign()
    merchant = acts.uow.session.get_one(Merchant, queries.find_branch(acts.uow.session, shop_id).merchant_id)
    with pytest.raises(errors.PayoutEmpty):
        desk.on(1).file()
    with pytest.raises(office.BankUnfit):
        papers.apply_for_bank(by(acts.uow, FIRST), merchant, bank=BANK | {"holder": "@丙水果"})
    change(acts, merchant, timedelta(days=1), holder="丙水果", bank="工商银行", account_no="6222020200012345001")
    assert desk.on(1).file().payout.line_count == 1
