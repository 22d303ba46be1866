"""The books as an auditor reads them, and the treasurer's corrections."""

from datetime import date, datetime
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.points import service
from app.points.schemas.journal import (
    AccountEntriesQuery,
    AccountPage,
    AccountsQuery,
    AccountStatementPage,
    ReverseIn,
    TransactionOut,
    TrialBalanceOut,
)
from app.points.schemas.proofs import AccountBalanceOut, AsOfQuery, ChainCheckOut, ChainQuery
from app.points.service import balances, verifying
from app.web.endpoint import Blueprint, endpoint

TREASURER = frozenset({Role.TREASURER})
READERS = frozenset({Role.AUDITOR, Role.TREASURER})

blueprint = Blueprint("journal", __name__, description="总账与更正 / the journal and its corrections")


@blueprint.route("/v1/books/<book>/trial-balance")
@endpoint(roles=READERS, query=AsOfQuery, reply=TrialBalanceOut)
def show_trial_balance(uow: UnitOfWork, *, book: str, as_of: datetime | None) -> object:
    """试算平衡,现在或以往任一时刻 / the trial balance, now or at an instant: each asset sums to zero."""
    return service.show_trial_balance(uow, book=book, as_of=as_of)


@blueprint.route("/v1/books/<book>/accounts")
@endpoint(roles=READERS, query=AccountsQuery, reply=AccountPage)
def list_accounts(uow: UnitOfWork, *, book: str, kind: str | None, limit: int, cursor: str | None) -> object:
    """账户及余额 / accounts with their balances."""
    return service.list_accounts(uow, book=book, kind=kind, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/accounts/<uuid:account_id>/entries")
@endpoint(roles=READERS, query=AccountEntriesQuery, reply=AccountStatementPage)
def list_account_entries(
    uow: UnitOfWork,
    *,
    book: str,
    account_id: UUID,
    first: date | None,
    last: date | None,
    limit: int,
    cursor: str | None,
) -> object:
    """账户明细,新的在前,可按日期 / the entries of an account, newest first, of all days or some."""
    return service.list_account_entries(
        uow, book=book, account_id=account_id, first=first, last=last, limit=limit, cursor=cursor
    )


@blueprint.route("/v1/books/<book>/accounts/<uuid:account_id>/balance")
@endpoint(roles=READERS, query=AsOfQuery, reply=AccountBalanceOut)
def show_account_balance(uow: UnitOfWork, *, book: str, account_id: UUID, as_of: datetime | None) -> object:
    """账户余额,现在或以往任一时刻 / what an account holds, or held at an instant."""
    return balances.show_account_balance(uow, book=book, account_id=account_id, as_of=as_of)


@blueprint.route("/v1/books/<book>/accounts/<uuid:account_id>/chain")
@endpoint(roles=READERS, query=ChainQuery, reply=ChainCheckOut)
def check_chain(uow: UnitOfWork, *, book: str, account_id: UUID, after_version: int) -> object:
    """核对账户校验链,每次至多 1000 笔 / recompute an account's chain, 1000 entries at a time."""
    return verifying.check_chain(uow, book=book, account_id=account_id, after_version=after_version)


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
