"""Files for the bank, and what it answers."""

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from app.kernel.actor import Role
from app.kernel.paging import CursorInvalid
from app.merchants import errors, service
from app.merchants.errors import office
from app.merchants.models import Branch, Dispute, Merchant, PayoutLine, Redemption, Settlement, SettlementLine
from app.merchants.service import complaints, merchants, papers, payouts
from app.merchants.service.results import Imported
from app.merchants.terms import BranchState, ComplaintKind, DisputeState, MerchantState
from tests.merchants.settled import FIRST, SECOND, Desk, by, enrol_shop, spoil_account
from tests.points.ledger import ANNA, BORIS, named

PAYOUT_LINE = [column.key for column in PayoutLine.__table__.columns]


@pytest.fixture
def desk(acts):
    acts.award(ANNA, 100)
    return Desk(acts)


@pytest.fixture
def shops(acts, desk):
    """Three shops with bank accounts; each took points, was stated at night, and signed by two."""
    made = [enrol_shop(acts, number) for number in (1, 2, 3)]
    for number, shop in enumerate(made, 1):
        desk.till(shop).pay(10 * number)
    desk.on(1).night()
    desk.on(1).sign()
    return made


def states(desk):
    rows = desk.uow.session.query(Settlement).order_by(Settlement.fen).all()
    return [each.state for each in rows]


def payable(acts):
    return acts.trial()["merchant_payable"]


def test_a_file_pays_what_is_due_and_comes_out_the_same_again(acts, desk, shops):
    with pytest.raises(errors.PayoutEmpty):
        desk.file()  # due tomorrow
    made = desk.on(1).file()
    assert (made.payout.number, made.payout.line_count, made.payout.fen, made.skipped) == (1, 3, 600, [])
    assert states(desk) == ["sent"] * 3
    first = desk.on(1).written(made)
    assert first.count("\r\n") == 4
    assert desk.on(30).written(made) == first
    assert desk.on(1).result(made, desk.answer(made)) == Imported(3, 0, 0, 0)
    assert states(desk) == ["paid"] * 3
    assert payable(acts) == 0
    assert desk.on(1).findings() == []


def test_a_failed_line_goes_into_the_next_file(acts, desk, shops):
    made = desk.on(1).file()
    answer = desk.answer(made, 2)
    assert desk.on(1).result(made, answer) == Imported(2, 1, 0, 0)
    failed = desk.uow.session.query(Settlement).filter_by(state="approved").one()
    assert (failed.failure, failed.payout_id, payable(acts)) == ("账号户名不符", None, failed.fen)
    assert desk.on(1).result(made, answer) == Imported(0, 0, 3, 0)  # the same again changes nothing
    assert payable(acts) == failed.fen
    again = desk.on(2).file()
    assert (again.payout.number, again.payout.line_count) == (2, 1)
    assert desk.on(2).result(made, answer) == Imported(0, 0, 3, 0)  # an old answer says nothing of a new file
    assert desk.on(2).result(again, desk.answer(again)) == Imported(1, 0, 0, 0)
    assert (payable(acts), failed.state, failed.bank_reference) == (0, "paid", "B-000002-0001")
    assert desk.on(2).findings() == []


@pytest.mark.parametrize("kind", ["line", "released"])
def test_what_was_complained_of_while_the_bank_had_it_is_kept_back_when_it_was_not_paid(acts, desk, shops, kind):
    if kind == "released":  # its money had moved on: it stands in an earlier statement
        (stated,) = desk.uow.session.query(Settlement).filter_by(shop_id=shops[2])
        disputed = desk.dispute(
            stated, desk.uow.session.query(Redemption).filter_by(branch_id=shops[2]).one().transaction_id
        )
        desk.close(disputed, DisputeState.FOR_SHOP)
        desk.on(1).till(shops[2]).pay(1)
        desk.on(2).night()
        desk.on(2).sign()
    made = desk.on(3).file()
    for shop in shops[1:]:
        first = desk.uow.session.query(Redemption).filter_by(branch_id=shop).order_by(Redemption.id).first()
        complaints.open_complaint(
            desk.on(3).till(shop).acting(ANNA, Role.RESIDENT),
            book=desk.book,
            redemption_id=first.id,
            kind=ComplaintKind.NOT_RECEIVED,
            words="没有收到",
        )
    kept = desk.uow.session.query(Dispute).filter_by(cause="resident")
    assert kept.count() == 0  # the bank has it
    lines = desk.uow.session.query(PayoutLine).order_by(PayoutLine.position).all()
    position = next(each.position for each in lines if of(desk, each).shop_id == shops[2])
    desk.on(3).result(made, desk.answer(made, position))
    assert [(each.shop_id, each.fen) for each in kept] == [(shops[2], 300)]  # what was paid is paid
    failed = desk.uow.session.get_one(Settlement, (kept.one().book_id, kept.one().settlement_id))
    left = 0 if kind == "line" else 10
    assert (failed.payable_fen, failed.state) == (left, "approved" if left else "closed")
    assert payable(acts) == 300 + left
    assert desk.on(3).findings() == []


def of(desk, line):
    return desk.uow.session.get_one(Settlement, (line.book_id, line.settlement_id))


def test_an_answer_may_come_in_parts(acts, desk, shops):
    made = desk.on(1).file()
    assert desk.on(1).result(made, desk.answer(made, only=1)) == Imported(1, 0, 0, 2)
    assert desk.on(1).result(made, desk.answer(made)) == Imported(2, 0, 1, 0)
    assert payable(acts) == 0


def test_a_wrong_answer_changes_nothing(acts, desk, shops):
    made = desk.on(1).file()
    head = "客户流水号,结果,失败原因,银行流水号\n"
    good = "000001-0001,成功,,B1\n"
    wrongs = [
        (errors.ResultUnknown, f"{good}000001-0004,成功,,B2\n"),
        (errors.ResultUnknown, f"{good}000002-0001,成功,,B2\n"),
        (errors.BankReferenceUsed, f"{good}000001-0002,成功,,B1\n"),
        (errors.ResultUnreadable, f"{good}000001-0002,成功,,\n"),
    ]
    for refusal, rows in wrongs:
        with pytest.raises(refusal):
            desk.on(1).result(made, (head + rows).encode())
    assert states(desk) == ["sent"] * 3
    desk.on(1).result(made, (head + good + "000001-0002,失败,x,\n").encode())
    for rows in ("000001-0001,成功,,B9\n", "000001-0001,失败,x,\n", "000001-0002,成功,,B9\n"):
        with pytest.raises(errors.ResultContradicts) as caught:
            desk.on(1).result(made, (head + rows).encode())
        assert "2" in caught.value.detail("zh")
    with pytest.raises(errors.BankReferenceUsed):
        desk.on(1).result(made, (head + "000001-0003,成功,,B1\n").encode())


def test_what_cannot_be_paid_is_left_out_and_named(acts, desk, shops, till):
    acts.award(BORIS, 100)
    unfit = enrol_shop(acts, 4)
    spoil_account(acts.uow, unfit, "=店")
    for shop in (unfit, till.shop_id):
        desk.till(shop).pay(5, BORIS)
    desk.on(1).night()
    desk.on(1).sign()
    session = desk.uow.session
    stopped = session.query(Settlement).filter_by(shop_id=shops[0]).one()
    merchant_id = session.execute(
        text("SELECT merchant_id FROM merchants_branches WHERE id = :id"), {"id": shops[0]}
    ).scalar_one()
    merchant = session.get_one(Merchant, merchant_id)
    merchant.state, merchant.changed_at, merchant.changed_by, merchant.changed_why = (
        "suspended",
        desk.uow.now,
        FIRST,
        "x",
    )
    session.flush()
    made = desk.on(1).file()
    whys = {each.shop_id: each.why for each in made.skipped}
    assert whys == {
        unfit: "unfit_holder",
        till.shop_id: "no_bank_account",
        shops[0]: "merchants.payout_stopped",
    }
    assert (made.payout.line_count, stopped.state) == (2, "approved")
    with pytest.raises(errors.PayoutEmpty) as caught:
        desk.on(1).file()
    assert caught.value.params["skipped"] == 3


def test_what_is_in_a_file_is_not_paid_by_hand_nor_disputed(desk, shops):
    desk.on(1).file()
    stated = desk.uow.session.query(Settlement).filter_by(shop_id=shops[0]).one()
    with pytest.raises(errors.NotApproved):
        service.pay_settlement(desk.on(1).uow, book=desk.book, settlement_id=stated.id, bank_reference="X")
    line = desk.uow.session.query(SettlementLine).filter_by(settlement_id=stated.id).one()
    with pytest.raises(errors.DisputeLate):
        desk.on(1).dispute(stated, line.transaction_id)


def test_a_file_that_comes_out_otherwise_is_not_given_out(desk, shops):
    made = desk.on(1).file()
    with desk.uow.session.no_autoflush:
        made.payout.digest = bytes(32)
        with pytest.raises(errors.PayoutChanged):
            payouts.write_payout(desk.uow, book=desk.book, payout_id=made.payout.id)
    desk.uow.session.expire(made.payout)
    assert desk.written(made)


def test_files_and_their_lines_come_page_by_page(desk, shops):
    made = desk.on(1).file()
    show = {"book": desk.book, "payout_id": made.payout.id, "limit": 2}
    first = payouts.show_payout(desk.uow, cursor=None, **show).lines
    rest = payouts.show_payout(desk.uow, cursor=first.next_cursor, **show).lines
    assert [each.line.position for each in [*first.items, *rest.items]] == [1, 2, 3]
    assert rest.next_cursor is None
    with pytest.raises(CursorInvalid):
        payouts.show_payout(desk.uow, cursor="x", **show)
    assert payouts.list_payouts(desk.uow, book=desk.book, limit=5, cursor=None).items == [made.payout]
    with pytest.raises(errors.PayoutMissing):
        payouts.show_payout(desk.uow, cursor=None, **show | {"payout_id": named("no file")})
    with pytest.raises(errors.PayoutMissing):
        payouts.write_payout(desk.uow, book=desk.book, payout_id=named("no file"))


def test_the_database_has_a_statement_in_one_file_at_a_time(desk, shops):
    made = desk.on(1).file()
    session = desk.uow.session
    line = session.query(PayoutLine).filter_by(position=1).one()
    again = {name: getattr(line, name) for name in PAYOUT_LINE} | {"position": 9}
    with pytest.raises(IntegrityError, match="uq_merchants_payout_lines_settlement"), session.begin_nested():
        session.execute(insert(PayoutLine).values(again))
    assert made.payout.line_count == 3


def test_the_newest_bank_account_is_paid_after_its_cool_down(acts, desk, shops):
    session = desk.uow.session
    merchant_id = session.execute(
        text("SELECT merchant_id FROM merchants_branches WHERE id = :id"), {"id": shops[0]}
    ).scalar_one()
    merchant = session.get_one(Merchant, merchant_id)
    bank = {"bank": "农业银行", "holder": "新户名", "account_no": "6228480000000000001"}
    applied = papers.apply_for_bank(by(desk.on(1).uow, named("clerk")), merchant, bank=bank)
    papers.approve_application(by(desk.on(1).uow, FIRST), book=desk.book, application_id=applied.id)
    made = desk.on(1).file()
    assert [each.why for each in made.skipped] == ["merchants.payout_held"]
    later = desk.on(8).file()
    assert "新户名" in desk.on(8).written(later)


# --- suspended, and closed


def change_shop(desk, shop, who, state):
    branch = desk.uow.session.get_one(Branch, shop)
    merchants.change_branch(by(desk.uow, who), branch, state=state, reason="seen")
    desk.uow.session.flush()


def change_owner(desk, shop, who, state):
    merchant = desk.uow.session.get_one(Merchant, desk.uow.session.get_one(Branch, shop).merchant_id)
    merchants.change_merchant(by(desk.uow, who), merchant, state=state, reason="seen")
    desk.uow.session.flush()


@pytest.mark.parametrize("change", [change_shop, change_owner])
def test_what_is_suspended_is_paid_neither_by_file_nor_by_hand(desk, shops, change):
    change(desk, shops[0], FIRST, "suspended")
    made = desk.on(1).file()
    assert [(each.shop_id, each.why) for each in made.skipped] == [(shops[0], "merchants.payout_stopped")]
    assert (made.payout.line_count, made.payout.fen) == (2, 500)
    stated = desk.uow.session.query(Settlement).filter_by(shop_id=shops[0]).one()
    pay = {"book": desk.book, "settlement_id": stated.id, "bank_reference": "ICBC-7"}
    with pytest.raises(errors.PayoutStopped):
        service.pay_settlement(by(desk.on(1).uow, SECOND), **pay)
    with pytest.raises(errors.CloseSuspended):  # nor does closing it lift the stop
        change(desk, shops[0], FIRST, "closed")
    change(desk, shops[0], SECOND, BranchState.OPEN if change is change_shop else MerchantState.ACTIVE)
    with pytest.raises(office.PaidThroughBank):
        service.pay_settlement(by(desk.on(1).uow, SECOND), **pay)
    assert desk.on(1).file().payout.line_count == 1


@pytest.mark.parametrize("change", [change_shop, change_owner])
def test_what_closed_is_paid_what_it_earned(acts, desk, shops, change):
    change(desk, shops[0], FIRST, "closed")
    stated = desk.uow.session.query(Settlement).filter_by(shop_id=shops[0]).one()
    made = desk.on(1).file()
    assert (made.payout.line_count, made.payout.fen, made.skipped) == (3, 600, [])
    desk.on(1).result(made, desk.answer(made))
    assert (stated.state, payable(acts)) == ("paid", 0)


def test_a_closed_branch_of_a_suspended_merchant_waits_and_the_other_way_round(desk, shops):
    change_shop(desk, shops[0], FIRST, "closed")
    change_owner(desk, shops[0], FIRST, "suspended")
    change_shop(desk, shops[1], FIRST, "suspended")
    change_owner(desk, shops[1], FIRST, "closed")
    assert {each.shop_id for each in desk.on(1).file().skipped} == {shops[0], shops[1]}
