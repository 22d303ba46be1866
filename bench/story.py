"""Every act of the ledger once, for the question which index nothing ever uses."""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import text

from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import SYSTEM
from app.kernel.periods import local_date
from app.points import queries
from app.points import service as points
from app.points.rules.accounts import AccountRef, account_id
from app.points.terms import AccountKind


def play(owner: UUID, budget_id: UUID) -> float:
    """Act, look and tidy up, as residents, tills, clerks and jobs do."""
    run_in_transaction(lambda uow: _play(uow, owner, budget_id), actor=SYSTEM)
    return 0


def _play(uow: UnitOfWork, owner: UUID, budget_id: UUID) -> None:
    # small tables are read whole whatever indexes they have; here the question is whether an index would serve
    uow.session.execute(text("SET LOCAL enable_seqscan = off"))
    book, shop = queries.list_books(uow.session)[0], uuid4()
    name = str(uow.new_id())
    queries.get_book(uow.session, book.code)
    bought = points.redeem_points(uow, book.id, cause=f"{name}:b", resident_id=owner, shop_id=shop, points=9)
    points.refund_redemption(
        uow, book, cause=f"{name}:r", transaction_id=bought.subject_id, resident_id=owner, shop_id=shop, points=4
    )
    award = points.award_points(uow, book, budget_id=budget_id, awards=[points.Award(f"{name}:a", owner, 5)])[0]
    points.reverse_transaction(uow, book, cause=f"{name}:v", transaction_id=award.subject_id, reason="bench")
    soon = uow.now + timedelta(minutes=1)
    held = points.hold_points(uow, book.id, cause=f"{name}:h", resident_id=owner, points=3, expires_at=soon)
    points.release_hold(uow, book.id, hold_id=held.hold_id)
    points.hold_points(uow, book.id, cause=f"{name}:i", resident_id=owner, points=3, expires_at=soon)
    uow.now += timedelta(minutes=2)
    points.release_expired_holds(uow, book.id)
    points.freeze_passbook(uow, book.id, resident_id=owner, reason="bench")
    points.thaw_passbook(uow, book.id, resident_id=owner, reason="bench")
    points.expire_points(uow, book)
    points.fold_balances(uow, book.id, limit=10)
    passbook = account_id(book.id, AccountRef(AccountKind.RESIDENT, owner))
    taken = account_id(book.id, AccountRef(AccountKind.MERCHANT_POINTS, shop))
    queries.get_passbook(uow.session, book.id, passbook, today=local_date(uow.now), now=uow.now)
    queries.list_strict_entries(uow.session, book.id, passbook, before=None, limit=20)
    queries.list_folded_entries(uow.session, book.id, taken, before=None, limit=20)
    queries.list_budgets(uow.session, book.id, after=None, limit=20)
    queries.list_trial_balance(uow.session, book.id)
    queries.sums_by_kind(uow.session, book.id, since=uow.now - timedelta(minutes=5), until=uow.now)
