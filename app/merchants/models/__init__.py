"""Tables of merchants, tills, offers, gifts, redemptions, refunds, settlements and payouts."""

from app.merchants.models.complaints import Complaint
from app.merchants.models.merchants import Application, BankAccount, Branch, Merchant, MerchantPerson
from app.merchants.models.offers import Gift, Offer, OfferProposal, Reservation
from app.merchants.models.payouts import Payout, PayoutLine, PayoutSkip, PayoutTerms
from app.merchants.models.redemptions import Redemption, Refund, Sign
from app.merchants.models.settlements import Dispute, Settlement, SettlementFinding, SettlementLine
from app.merchants.models.shops import Shop
from app.merchants.models.terminals import EnrolmentCode, Nonce, Terminal, TerminalAddress, TerminalKey

__all__ = [
    "Application",
    "BankAccount",
    "Branch",
    "Complaint",
    "Dispute",
    "EnrolmentCode",
    "Gift",
    "Merchant",
    "MerchantPerson",
    "Nonce",
    "Offer",
    "OfferProposal",
    "Payout",
    "PayoutLine",
    "PayoutSkip",
    "PayoutTerms",
    "Redemption",
    "Refund",
    "Reservation",
    "Settlement",
    "SettlementFinding",
    "SettlementLine",
    "Shop",
    "Sign",
    "Terminal",
    "TerminalAddress",
    "TerminalKey",
]
