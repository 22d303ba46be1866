"""What a shop is owed, changed by two people for a reason that is no redemption and no refund."""

from collections.abc import Callable
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.points import errors, queries
from app.points.models import Book, Proposal
from app.points.rules.accounts import AccountRef, account_id
from app.points.rules.postings import Leg, Posting, check_amount
from app.points.service.posting import post
from app.points.service.proposing import open_proposal
from app.points.terms import FEN_MAX, AccountKind, Code, Decline, OwnerKind, ProposalKind

CheckShop = Callable[[UnitOfWork, UUID], None]
"""Refuses an actor who has to do with a shop himself. Shops stand above: the factory gives the function."""


def propose_adjustment(
    uow: UnitOfWork,
    *,
    book: str,
    shop_id: UUID,
    fen: int,
    sponsor_id: UUID | None,
    reason: str,
    dispute_id: UUID | None = None,
    check_shop: CheckShop | None = None,
) -> Proposal:
    """Propose that a shop be owed `fen` (not 0, to ±FEN_MAX) more, or less: the shop's next statement has it as a line.

    It is borne by a sponsor's free money, or by the book's own result (None). Nothing moves before another person
    approves. `dispute_id`: what it is for, told by whoever keeps disputes. Refuses BookMissing, AdjustedShopMissing,
    AdjustmentZero, AccountMissing (of a sponsor that never paid in), and what `check_shop` does.
    """
    found = queries.get_book(uow.session, book)
    owner = queries.find_owner(uow.session, found.id, shop_id)
    if owner is None or owner.kind != OwnerKind.SHOP:
        raise errors.AdjustedShopMissing
    if check_shop is not None:
        check_shop(uow, shop_id)
    if not fen:
        raise errors.AdjustmentZero
    check_amount(abs(fen), FEN_MAX)
    if sponsor_id is not None:
        funding = account_id(found.id, AccountRef(AccountKind.SPONSOR_FUNDING, sponsor_id))
        queries.get_account(uow.session, found.id, funding)
    payload = {
        "shop_id": str(shop_id),
        "shop": owner.name,
        "fen": fen,
        "sponsor_id": None if sponsor_id is None else str(sponsor_id),
    }
    if dispute_id is not None:
        payload["dispute_id"] = str(dispute_id)
    return open_proposal(uow, found.id, kind=ProposalKind.ADJUSTMENT, payload=payload, reason=reason)


def carry_out(uow: UnitOfWork, book: Book, proposal: Proposal, cause: str) -> UUID:
    """Book the adjustment. Refuses FundingInsufficient when the sponsor has no money that is free (any more)."""
    fen, sponsor = int(proposal.payload["fen"]), proposal.payload["sponsor_id"]
    bearer = (
        AccountRef(AccountKind.BREAKAGE_RESULT)
        if sponsor is None
        else AccountRef(AccountKind.SPONSOR_FUNDING, UUID(sponsor))
    )
    payable = AccountRef(AccountKind.MERCHANT_PAYABLE, UUID(proposal.payload["shop_id"]))
    posting = Posting(
        cause=cause, code=Code.ADJUSTMENT, legs=(Leg(bearer, -fen), Leg(payable, fen)), evidence=proposal.reason
    )
    outcome = post(uow, book.id, [posting])[0]
    if outcome.decline is Decline.INSUFFICIENT:
        raise errors.FundingInsufficient(**outcome.detail)
    return outcome.raise_if_declined().subject_id
