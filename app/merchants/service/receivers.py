"""Where the money of a statement goes, or why it does not go anywhere now; and what the bank refused before."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import vault
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.periods import local_date
from app.merchants import errors
from app.merchants.models import BankAccount, Branch, Merchant, PayoutLine, Settlement
from app.merchants.queries import payouts as payout_queries
from app.merchants.rules import bank_files
from app.merchants.rules.bank_files import Receiver
from app.merchants.rules.papers import check_payout
from app.merchants.service import own
from app.points import queries as points_queries

NO_BANK_ACCOUNT = "no_bank_account"


@dataclass(frozen=True, slots=True)
class RefusedBefore:
    """That the bank did not pay a statement, the last time. `same_account`: it is sent to the same one again."""

    line: PayoutLine
    same_account: bool


@dataclass(frozen=True, slots=True)
class Payable:
    """A statement that is due. `why`: what keeps it out of a file, a refusal's code or what is unfit; None: nothing."""

    settlement: Settlement
    why: str | None
    refused: RefusedBefore | None


def receiver_of(
    uow: UnitOfWork, merchant: Merchant, branch: Branch, account: BankAccount | None
) -> tuple[Receiver | None, str]:
    """Say where a merchant's money goes, or why it does not go anywhere now."""
    if account is None:
        return None, NO_BANK_ACCOUNT
    try:
        check_payout(
            name=merchant.name,
            state=merchant.state,
            branch_state=branch.state,
            payable_from=account.payable_from,
            now=uow.now,
        )
    except (errors.PayoutStopped, errors.PayoutHeld) as refused:
        return None, refused.code
    receiver = open_account(account)
    problem = bank_files.unfit(receiver)
    return (receiver, "") if problem is None else (None, f"unfit_{problem}")


def open_account(account: BankAccount) -> Receiver:
    """Read a sealed bank account."""
    bank = json.loads(vault().open(account.sealed, context=f"merchants.bank:{account.id}"))
    return Receiver(account_no=bank["account_no"], holder=bank["holder"], bank=bank["bank"])


def list_refused(
    uow: UnitOfWork, book_id: int, accounts: Mapping[UUID, UUID | None], *, before: UUID | None = None
) -> Mapping[UUID, RefusedBefore]:
    """Those of these statements (with the account they go to) that the bank refused, in files older than `before`."""
    lines = payout_queries.list_failed(uow.session, book_id, list(accounts), before=before)
    return {
        each.settlement_id: RefusedBefore(each, each.bank_account_id == accounts[each.settlement_id]) for each in lines
    }


def list_due(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[Payable]:
    """What is approved, due and comes to money today, by id: what the next file takes, and what it cannot, with why."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = payout_queries.list_due(
        uow.session, book_id, today=local_date(uow.now), after=read_id(cursor), limit=limit + 1
    )
    accounts = {settlement.id: None if account is None else account.id for settlement, _, _, account in rows}
    refused = list_refused(uow, book_id, accounts)
    own_shops = set(own.list_own_shops(uow))
    items: Sequence[Payable] = [
        Payable(
            settlement,
            errors.OwnBusiness.code
            if settlement.shop_id in own_shops
            else receiver_of(uow, merchant, branch, account)[1] or None,
            refused.get(settlement.id),
        )
        for settlement, merchant, branch, account in rows
    ]
    return page_by_id(items, limit, lambda each: each.settlement.id)
