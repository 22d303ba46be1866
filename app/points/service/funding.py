"""Money in, points made for it, points handed on, money out."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.points import errors, queries
from app.points.rules.accounts import AccountRef, allotment_account, allotment_stripe, split_over_stripes
from app.points.rules.postings import Leg, Posting, check_amount, cost_of
from app.points.service.posting import Outcome, post, post_one
from app.points.terms import CHART, FEN_MAX, POINTS_MAX, AccountKind, Code, Decline

BANK = AccountRef(AccountKind.BANK)
ISSUANCE = AccountRef(AccountKind.ISSUANCE)


@dataclass(frozen=True, slots=True)
class ShopPayment:
    """What was paid to a shop: 1 to FEN_MAX fen, under the bank's reference."""

    cause: str
    shop_id: UUID
    amount_fen: int
    bank_reference: str


def fund_sponsor(
    uow: UnitOfWork, book_id: int, *, cause: str, sponsor_id: UUID, amount_fen: int, bank_reference: str
) -> Outcome:
    """Book money a sponsor paid in: 1 to FEN_MAX fen."""
    funding = AccountRef(AccountKind.SPONSOR_FUNDING, sponsor_id)
    check_amount(amount_fen, FEN_MAX)
    legs = (Leg(BANK, -amount_fen), Leg(funding, amount_fen))
    return post_one(uow, book_id, Posting(cause=cause, code=Code.FUND, legs=legs, evidence=bank_reference))


def mint_points(uow: UnitOfWork, book_id: int, *, cause: str, budget_id: UUID, points: int) -> Outcome:
    """Make points for a budget, spread over its stripes, and set their money aside from the sponsor's funding.

    Refuses BudgetMissing, PointsTooCostly, and FundingInsufficient when the sponsor's money does not cover them.
    """
    budget = queries.get_budget(uow.session, book_id, budget_id)
    cost = cost_of(points, budget.point_value_fen)
    shares = split_over_stripes(points, CHART[AccountKind.SPONSOR_BUDGET].stripes)
    stripes = [
        Leg(AccountRef(AccountKind.SPONSOR_BUDGET, budget_id, stripe), share) for stripe, share in enumerate(shares)
    ]
    money = _moved(
        AccountRef(AccountKind.SPONSOR_FUNDING, budget.sponsor_id),
        AccountRef(AccountKind.BUDGET_RESERVE, budget_id),
        cost,
    )
    outcome = post(
        uow, book_id, [Posting(cause=cause, code=Code.MINT, legs=(Leg(ISSUANCE, -points), *stripes, *money))]
    )[0]
    if outcome.decline is Decline.INSUFFICIENT:
        raise errors.FundingInsufficient(**outcome.detail)
    return outcome.raise_if_declined()


def allot_points(
    uow: UnitOfWork, book_id: int, *, cause: str, budget_id: UUID, allotment_id: UUID, points: int
) -> Outcome:
    """Move part of a budget onto the account of an allotment; its money stays in the budget's reserve.

    One stripe is asked, always the same for an allotment; when it holds too little the posting door levels the budget
    first, so that the points come from wherever they are. Refuses BudgetMissing, BudgetInsufficient (not sticky).
    """
    check_amount(points, POINTS_MAX)
    queries.get_budget(uow.session, book_id, budget_id)
    legs = (Leg(allotment_stripe(budget_id, allotment_id), -points), Leg(allotment_account(allotment_id), points))
    outcome = post(uow, book_id, [Posting(cause=cause, code=Code.ALLOT, legs=legs)])[0]
    if outcome.decline is Decline.INSUFFICIENT:
        raise errors.BudgetInsufficient(**outcome.detail)
    return outcome.raise_if_declined()


def pay_merchant(
    uow: UnitOfWork, book_id: int, *, cause: str, shop_id: UUID, amount_fen: int, bank_reference: str
) -> Outcome:
    """Book money paid to a shop against what it is owed."""
    return pay_merchants(uow, book_id, [ShopPayment(cause, shop_id, amount_fen, bank_reference)])[0]


def pay_merchants(uow: UnitOfWork, book_id: int, payments: Sequence[ShopPayment]) -> list[Outcome]:
    """Book money paid to several shops, in one call of the posting door; outcomes in the order asked."""
    postings = []
    for paid in payments:
        check_amount(paid.amount_fen, FEN_MAX)
        payable = AccountRef(AccountKind.MERCHANT_PAYABLE, paid.shop_id)
        legs = (Leg(payable, -paid.amount_fen), Leg(BANK, paid.amount_fen))
        postings.append(Posting(cause=paid.cause, code=Code.PAYOUT, legs=legs, evidence=paid.bank_reference))
    return [outcome.raise_if_declined() for outcome in post(uow, book_id, postings)]


def _moved(source: AccountRef, target: AccountRef, amount: int) -> tuple[Leg, ...]:
    return (Leg(source, -amount), Leg(target, amount)) if amount else ()
