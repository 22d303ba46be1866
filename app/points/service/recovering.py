"""Points that are owed: taken from a later award of whoever owes them, as soon as it is paid."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.points import queries
from app.points.models import Book, LotMove
from app.points.queries.undoing import Debt, list_debts
from app.points.rules.accounts import AccountRef, account_id, stripe_for
from app.points.rules.postings import Leg, LotChange, Posting
from app.points.service.corrections import LIABILITY, lock_holders
from app.points.service.posting import post
from app.points.terms import AccountKind, Code

DEBTS_MAX = 1000


def recover_owed(uow: UnitOfWork, book: Book, *, transaction_id: UUID) -> int:
    """Take what the person of an award owes out of its points, the oldest debt first; answers how many were taken.

    To be called when it was just paid. The points and the money behind them go to the budget that is owed them, whose
    points must cost as much: else the money would not be what they cost. Refuses TransactionMissing.
    """
    owners = lock_holders(uow, book, transaction_id)
    debtor = AccountRef(AccountKind.CLAWBACK, owners[0])
    if queries.sum_folded(uow.session, book.id, account_id(book.id, debtor)) >= 0:
        return 0
    (move,) = queries.list_lot_moves_of(uow.session, book.id, transaction_id)
    value_fen = queries.get_budget(uow.session, book.id, move.budget_id).point_value_fen
    debts = list_debts(uow.session, book.id, owners, value_fen=value_fen, limit=DEBTS_MAX)
    postings, left = [], move.points
    for debt in debts:
        part = min(left, debt.points)
        if part:
            postings.append(_recovery(move, owners[0], debt, part, value_fen))
            left -= part
    if postings:
        for outcome in post(uow, book.id, postings):
            outcome.raise_if_declined()
    return move.points - left


def _recovery(move: LotMove, owner_id: UUID, debt: Debt, part: int, value_fen: int) -> Posting:
    passbook = AccountRef(AccountKind.RESIDENT, owner_id)
    stripe = stripe_for(AccountKind.SPONSOR_BUDGET, owner_id)
    fen = part * value_fen
    amounts = (
        (passbook, -part),
        (AccountRef(AccountKind.SPONSOR_BUDGET, debt.budget_id, stripe), part),
        (AccountRef(AccountKind.CLAWBACK, owner_id), part),
        (AccountRef(AccountKind.CLAWBACK, debt.budget_id), -part),
        (LIABILITY, -fen),
        (AccountRef(AccountKind.BUDGET_RESERVE, debt.budget_id), fen),
    )
    return Posting(
        cause=f"recover:{move.transaction_id}:{debt.award_transaction_id}",
        code=Code.RECOVERY,
        legs=tuple(Leg(account, amount) for account, amount in amounts if amount),
        lots=(LotChange(passbook, move.expires_on, move.budget_id, -part, -fen),),
        refers_to=debt.award_transaction_id,
        evidence=f"award:{move.transaction_id}",
    )
