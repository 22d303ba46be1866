from datetime import date, timedelta

import pytest

from app.merchants import errors, queries, service, terms
from app.merchants.models import SettlementLine
from app.points import queries as points_queries
from app.points import service as points
from app.points.rules.accounts import AccountRef, account_id
from app.points.terms import AccountKind
from tests.merchants.till import Till
from tests.points.ledger import ANNA, BORIS, SPONSOR, Acts, open_ledger

TODAY = date(2026, 6, 15)


def lines_of(till, settlement):
    till.uow.session.flush()
    shown = service.show_settlement(till.uow, book=till.book, settlement_id=settlement.id, limit=100, cursor=None)
    return [(line.code, line.points, line.fen) for line in (each.line for each in shown.lines.items)]


def owed(acts, till):
    """What the ledger says the shop is owed."""
    account = account_id(acts.ledger.id, AccountRef(AccountKind.MERCHANT_PAYABLE, till.shop_id))
    rows = points_queries.list_accounts(acts.uow.session, acts.ledger.id, kind=None, after=None, limit=100)
    return {row.id: row.balance for row in rows}.get(account, 0)


def test_a_statement_holds_every_redemption_and_refund_once(acts, till):
    payment = till.pay(60)
    till.refund(payment, 15)
    till.authorise(20)  # only held: nothing to settle yet
    stated = till.settle()
    assert (stated.line_count, stated.points, stated.fen) == (2, 45, 450)
    assert lines_of(till, stated) == [("redemption", 60, 600), ("refund", -15, -150)]
    assert stated.fen == owed(acts, till)


def test_the_same_statement_again_is_the_same(till):
    till.pay(60)
    first = till.settle()
    till.pay(10)
    again = till.settle()
    assert (again.id, again.fen, again.line_count) == (first.id, 600, 1)


def test_what_came_later_is_in_the_next_statement(acts, till):
    payment = till.pay(60)
    till.settle()
    tomorrow = till.later(days=1)
    tomorrow.pay(10)
    tomorrow.refund(payment, 4)
    stated = tomorrow.settle(TODAY + timedelta(days=1))
    assert lines_of(till, stated) == [("redemption", 10, 100), ("refund", -4, -40)]


def test_a_day_ends_at_midnight_in_the_district(till):
    till.later(hours=13, minutes=59).pay(10)  # 23:59
    till.later(hours=14).pay(20)  # 00:00
    tomorrow = till.later(days=1)
    assert tomorrow.settle(TODAY).points == 10
    assert tomorrow.settle(TODAY + timedelta(days=1)).points == 20


def test_another_shops_transactions_are_its_own(acts, till):
    other = service.open_shop(acts.uow, book=till.book, name="豆腐坊", street="忠义街")
    till.pay(10)
    till.of(other.id).pay(20)
    assert till.settle().points == 10
    assert till.of(other.id).settle().points == 20


def test_points_without_money_are_settled_too(acts, till):
    free = points.create_budget(acts.uow, acts.ledger.id, sponsor_id=SPONSOR, name="Free", point_value_fen=0)
    points.mint_points(acts.uow, acts.ledger.id, cause="mint free", budget_id=free.id, points=100)
    award = points.Award("free award", BORIS, 30)
    points.award_points(acts.uow, acts.book, budget_id=free.id, awards=[award])
    till.pay(30, BORIS)
    stated = till.settle()
    assert (stated.points, stated.fen) == (30, 0)
    with pytest.raises(errors.NothingToPay):
        till.pay_out(stated)


def test_a_reversed_redemption_is_owed_no_more(acts, till):
    payment = till.pay(60)
    till.pay(10)
    acts.reverse(payment.redemption.transaction_id)
    stated = till.settle()
    assert lines_of(till, stated) == [("redemption", 60, 600), ("redemption", 10, 100), ("reversal", -60, -600)]
    assert stated.fen == owed(acts, till) == 100


def test_a_payout_is_no_line_of_the_next_statement(acts, till):
    till.pay(60)
    till.pay_out(till.settle())
    tomorrow = till.later(days=1)
    tomorrow.pay(10)
    assert lines_of(till, tomorrow.settle(TODAY + timedelta(days=1))) == [("redemption", 10, 100)]
    assert owed(acts, till) == 100


def test_many_lines_are_taken_in_batches(till, monkeypatch):
    monkeypatch.setattr(terms, "SETTLEMENT_BATCH", 2)
    for _ in range(5):
        till.pay(3)
    stated = till.settle()
    assert (stated.line_count, stated.points, stated.fen) == (5, 15, 150)


def test_nothing_to_settle_is_said(till):
    with pytest.raises(errors.NothingToSettle) as caught:
        till.settle()
    assert "2026-06-15" in caught.value.detail("en")


def test_a_day_that_has_not_begun_is_refused(till):
    till.pay(10)
    with pytest.raises(errors.ThroughInFuture):
        till.settle(TODAY + timedelta(days=1))


def test_more_refunded_than_redeemed_is_carried_over(acts, till):
    payment = till.pay(60)
    till.settle()
    tomorrow, after = till.later(days=1), till.later(days=2)
    tomorrow.refund(payment, 25)
    with acts.uow.session.begin_nested() as attempt:
        with pytest.raises(errors.SettlementNegative) as caught:
            tomorrow.settle(TODAY + timedelta(days=1))
        attempt.rollback()  # as the unit of work does
    assert caught.value.params["fen"] == -250
    after.pay(40)
    stated = after.settle(TODAY + timedelta(days=2))
    assert (stated.line_count, stated.points, stated.fen) == (2, 15, 150)


def test_a_settlement_is_paid_once(acts, till):
    till.pay(60)
    stated = till.settle()
    first = till.pay_out(stated)
    assert (first.state, first.bank_reference, first.paid_by) == ("paid", "ICBC-1", till.uow.actor.id)
    transaction = first.transaction_id
    assert till.pay_out(stated).transaction_id == transaction
    assert owed(acts, till) == 0
    with pytest.raises(errors.AlreadyPaid) as caught:
        till.pay_out(stated, "ICBC-2")
    assert "ICBC-1" in caught.value.detail("zh")


def test_one_bank_reference_pays_one_settlement_of_a_book(acts, till):
    till.pay(60)
    till.pay_out(till.settle())
    tomorrow = till.later(days=1)
    tomorrow.pay(10)
    second = tomorrow.settle(TODAY + timedelta(days=1))
    with pytest.raises(errors.BankReferenceUsed) as caught:
        tomorrow.pay_out(second)
    assert "ICBC-1" in caught.value.detail("en")
    assert (second.state, owed(acts, till)) == ("approved", 100)
    assert tomorrow.pay_out(second, "ICBC-2").state == "paid"


def test_another_book_has_bank_references_of_its_own(acts, till):
    till.pay(60)
    till.pay_out(till.settle())
    elsewhere = Acts(acts.uow, open_ledger(acts.uow))
    elsewhere.award(ANNA, 100)
    other = Till(acts.uow, elsewhere.book.code, None)
    other = other.of(service.open_shop(acts.uow, book=other.book, name="豆腐坊", street="忠义街").id)
    other.pay(10)
    assert other.pay_out(other.settle()).bank_reference == "ICBC-1"


def test_settlements_and_shops_of_another_book_are_missing(acts, till):
    till.pay(60)
    stated = till.settle()
    till.book = open_ledger(acts.uow).book.code
    with pytest.raises(errors.SettlementMissing):
        till.pay_out(stated)
    with pytest.raises(errors.SettlementMissing):
        service.show_settlement(till.uow, book=till.book, settlement_id=stated.id, limit=5, cursor=None)
    with pytest.raises(errors.ShopMissing):
        till.settle()


def test_settlements_and_their_lines_come_page_by_page(acts, till):
    for day in range(3):
        at = till.later(days=day)
        for _ in range(3):
            at.pay(2)
        at.settle(TODAY + timedelta(days=day))
    acts.uow.session.flush()
    page = service.list_settlements(till.uow, book=till.book, shop_id=till.shop_id, limit=2, cursor=None)
    rest = service.list_settlements(till.uow, book=till.book, shop_id=None, limit=2, cursor=page.next_cursor)
    assert [stated.through.day for stated in [*page.items, *rest.items]] == [17, 16, 15]
    assert service.list_settlements(till.uow, book=till.book, shop_id=ANNA, limit=2, cursor=None).items == []
    first = rest.items[0].id
    one = service.show_settlement(till.uow, book=till.book, settlement_id=first, limit=2, cursor=None).lines
    two = service.show_settlement(till.uow, book=till.book, settlement_id=first, limit=2, cursor=one.next_cursor).lines
    assert (len(one.items), len(two.items), two.next_cursor) == (2, 1, None)
    totals = queries.sum_lines(acts.uow.session, acts.ledger.id, first)
    assert totals == (3, 6, 60)
    assert acts.uow.session.query(SettlementLine).count() == 9
