"""What PostgreSQL itself refuses to the application's role, whatever the application does."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from app.merchants.models import Redemption, Refund, SettlementLine
from app.merchants.terms import RedemptionState, RefundState
from tests.points.ledger import ANNA, named, open_ledger

TABLES = ["shops", "redemptions", "signs", "refunds", "settlements", "settlement_lines"]
FIXED = [
    "shops SET street = 'x'",
    "redemptions SET order_fen = 1",
    "redemptions SET out_trade_no = 'x'",
    "redemptions SET branch_id = branch_id",
    "redemptions SET request_hash = request_hash",
    "redemptions SET requested_at = requested_at",
    "signs SET branch_id = branch_id",
    "refunds SET points = 1",
    "refunds SET redemption_id = id",
    "settlements SET shop_id = id",
    "settlements SET through = '2030-01-01'",
    "settlement_lines SET fen = 0",
]


@pytest.mark.parametrize(
    "statement", [f"DELETE FROM merchants_{t}" for t in TABLES] + [f"UPDATE merchants_{f}" for f in FIXED]
)
def test_what_happened_is_never_changed(session, statement):
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text(statement))


@pytest.mark.parametrize(
    "change",
    [
        "state = 'captured'",
        "state = 'declined'",
        "state = 'reversed'",
        "state = 'expired'",
        "state = 'tombstone'",
        "state = 'ordered'",
        "state = 'pending_confirm'",
        "state = 'refunded'",
        "hold_id = NULL",
        "resident_id = NULL",
        "captured_points = 10",
        "decline = 'x'",
    ],
)
def test_a_redemption_in_no_true_state_is_refused(acts, till, change):
    till.authorise(10)
    acts.uow.session.flush()
    with pytest.raises(IntegrityError, match="ck_merchants_redemptions_state"), acts.uow.session.begin_nested():
        acts.uow.session.execute(text(f"UPDATE merchants_redemptions SET {change}"))


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("captured_points = 11", "captured"),
        ("refunded_points = 11", "refunded"),
        ("refunded_points = -1", "refunded"),
        ("points = 10000000000", "points"),
        ("match_code = '12a4'", "match_code"),
    ],
)
def test_no_more_is_captured_than_held_and_no_more_refunded_than_captured(acts, till, change, constraint):
    till.pay(10)
    acts.uow.session.flush()
    with pytest.raises(IntegrityError, match=f"ck_merchants_redemptions_{constraint}"), acts.uow.session.begin_nested():
        acts.uow.session.execute(text(f"UPDATE merchants_redemptions SET {change}"))


def test_a_code_pays_once_whoever_tries(acts, till):
    one, two = till.authorise(10), till.authorise(10)
    acts.uow.session.flush()
    move = text("UPDATE merchants_redemptions SET code_hash = :code WHERE id = :id")
    values = {"code": one.redemption.code_hash, "id": two.redemption.id}
    with pytest.raises(IntegrityError, match="uq_merchants_redemptions_code_hash"), acts.uow.session.begin_nested():
        acts.uow.session.execute(move, values)


@pytest.mark.parametrize(
    "change", ["state = 'declined'", "state = 'requested'", "transaction_id = NULL", "decline = 'x'"]
)
def test_a_refund_in_no_true_state_is_refused(acts, till, change):
    till.refund(till.pay(10), 5)
    acts.uow.session.flush()
    with pytest.raises(IntegrityError, match="ck_merchants_refunds_state"), acts.uow.session.begin_nested():
        acts.uow.session.execute(text(f"UPDATE merchants_refunds SET {change}"))


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("fen = -1", "ck_merchants_settlements_fen"),
        ("state = 'paid'", "ck_merchants_settlements_state"),
        ("bank_reference = 'x'", "ck_merchants_settlements_state"),
    ],
)
def test_a_settlement_in_no_true_state_is_refused(acts, till, change, constraint):
    till.pay(10)
    till.settle()
    acts.uow.session.flush()
    with pytest.raises(IntegrityError, match=constraint), acts.uow.session.begin_nested():
        acts.uow.session.execute(text(f"UPDATE merchants_settlements SET {change}"))


def test_a_bank_reference_pays_once_whoever_tries(acts, till):
    session = acts.uow.session
    till.pay(60)
    till.pay_out(till.settle())
    tomorrow = till.later(days=1)
    tomorrow.pay(10)
    stated = tomorrow.settle(date(2026, 6, 16))
    session.flush()
    paid = "SET (state, bank_reference, paid_by, paid_at, transaction_id) = ('paid', 'ICBC-1', id, stated_at, :moved)"
    update = text(f"UPDATE merchants_settlements {paid} WHERE id = :id")
    values = {"id": stated.id, "moved": acts.fund(1).subject_id}
    with pytest.raises(IntegrityError, match="uq_merchants_settlements_bank_reference"), session.begin_nested():
        session.execute(update, values)


def test_a_transaction_is_settled_once_whoever_tries(acts, till):
    payment = till.pay(10)
    stated = till.settle()
    session = acts.uow.session
    session.flush()
    line = {
        "book_id": acts.ledger.id,
        "transaction_id": payment.redemption.transaction_id,
        "settlement_id": stated.id,
        "code": "redemption",
        "points": 10,
        "fen": 100,
        "recorded_at": acts.uow.now,
    }
    with pytest.raises(IntegrityError, match="pk_merchants_settlement_lines"), session.begin_nested():
        write(session, SettlementLine(**line))


def write(session, row):
    session.add(row)
    session.flush()


def test_nothing_points_into_another_book(acts, till):
    """A shop, a redemption's transaction of one book cannot be named by a row of another."""
    payment = till.pay(10)
    session, foreign = acts.uow.session, open_ledger(acts.uow)
    session.flush()
    redemption = Redemption(
        id=named("row"),
        branch_id=till.shop_id,
        out_trade_no="T",
        mode="cashier",
        state=RedemptionState.REQUESTED,
        takes_at_once=False,
        book_id=foreign.id,
        requested_at=acts.uow.now,
    )
    refund = Refund(
        book_id=foreign.id,
        id=named("row"),
        branch_id=till.shop_id,
        out_refund_no="R",
        redemption_id=payment.redemption.id,
        points=10,
        state=RefundState.REFUNDED,
        transaction_id=payment.redemption.transaction_id,
        asked_by=ANNA,
        requested_at=acts.uow.now,
    )
    for row in (redemption, refund):
        with pytest.raises(IntegrityError, match="violates foreign key"), session.begin_nested():
            write(session, row)
