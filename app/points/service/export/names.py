"""What each account is called in a journal. The table stands in the package's docstring."""

from app.points.queries.export import Leg
from app.points.terms import AccountKind

NAMES: dict[AccountKind, str] = {
    AccountKind.ISSUANCE: "Equity:Points:Issuance",
    AccountKind.SPONSOR_BUDGET: "Liabilities:Points:Budget:{owner}:S{stripe}",
    AccountKind.ALLOTMENT: "Liabilities:Points:Allotment:{owner}",
    AccountKind.RESIDENT: "Liabilities:Points:Resident:{owner}",
    AccountKind.MERCHANT_POINTS: "Equity:Points:Redeemed:{owner}",
    AccountKind.BREAKAGE: "Equity:Points:Breakage",
    AccountKind.CLAWBACK: "Assets:Points:Clawback:{owner}",
    AccountKind.BANK: "Assets:Money:Bank",
    AccountKind.SPONSOR_FUNDING: "Liabilities:Money:SponsorFunding:{owner}",
    AccountKind.BUDGET_RESERVE: "Liabilities:Money:BudgetReserve:{owner}",
    AccountKind.POINTS_LIABILITY: "Liabilities:Money:PointsLiability",
    AccountKind.MERCHANT_PAYABLE: "Liabilities:Money:MerchantPayable:{owner}",
    AccountKind.BREAKAGE_RESULT: "Income:Money:Breakage",
    AccountKind.CLEARING: "Equity:Points:Clearing:{owner}",
    AccountKind.CLEARING_DUE: "Liabilities:Money:Clearing:{owner}",
}


def account_name(leg: Leg) -> str:
    """The name both programs accept: capitals, digits and dashes."""
    return NAMES[AccountKind(leg.kind)].format(owner=str(leg.owner_id).upper(), stripe=leg.stripe)
