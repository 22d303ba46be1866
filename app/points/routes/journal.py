"""The books as an auditor reads them, and the treasurer's corrections."""

from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.points import service
from app.points.schemas.journal import (
    AccountEntryPage,
    AccountPage,
    AccountsQuery,
    ReverseIn,
    TransactionOut,
    TrialBalanceOut,
)
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

TREASURER = frozenset({Role.TREASURER})
READERS = frozenset({Role.AUDITOR, Role.TREASURER})

blueprint = Blueprint("journal", __name__, description="总账与更正 / the journal and its corrections")


@blueprint.route("/v1/books/<book>/trial-balance")
@endpoint(roles=READERS, reply=TrialBalanceOut)
def show_trial_balance(uow: UnitOfWork, *, book: str) -> object:
    """试算平衡:各类账户合计,每种资产之和为零 / the trial balance: each asset sums to zero."""
    return service.show_trial_balance(uow, book=book)


@blueprint.route("/v1/books/<book>/accounts")
@endpoint(roles=READERS, query=AccountsQuery, reply=AccountPage)
def list_accounts(uow: UnitOfWork, *, book: str, kind: str | None, limit: int, cursor: str | None) -> object:
    """账户及余额 / accounts with their balances."""
    return service.list_accounts(uow, book=book, kind=kind, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/accounts/<uuid:account_id>/entries")
@endpoint(roles=READERS, query=PageQuery, reply=AccountEntryPage)
def list_account_entries(uow: UnitOfWork, *, book: str, account_id: UUID, limit: int, cursor: str | None) -> object:
    """账户明细,新的在前 / the entries of an account, newest first."""
    return service.list_account_entries(uow, book=book, account_id=account_id, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/transactions/<uuid:transaction_id>")
@endpoint(roles=READERS, reply=TransactionOut)
def show_transaction(uow: UnitOfWork, *, book: str, transaction_id: UUID) -> object:
    """一笔交易:分录、批次、是否已更正 / a transaction: its legs, its lots, whether it was corrected."""
    return service.show_transaction(uow, book=book, transaction_id=transaction_id)


@blueprint.route("/v1/books/<book>/transactions/<uuid:transaction_id>/reverse", methods=["POST"])
@endpoint(roles=TREASURER, body=ReverseIn, reply=TransactionOut, status=HTTPStatus.CREATED, idempotent=True)
def reverse_transaction(uow: UnitOfWork, *, book: str, transaction_id: UUID, reason: str, claw_back: bool) -> object:
    """整笔冲正,或清退已使用的奖励;返回更正交易 / undo a transaction; answers the correction."""
    return service.correct_transaction(
        uow, book=book, transaction_id=transaction_id, reason=reason, claw_back=claw_back
    )
