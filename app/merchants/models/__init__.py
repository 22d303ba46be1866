"""Tables of merchants, tills, offers, gifts, redemptions, refunds and settlements."""

from app.merchants.models.merchants import Application, BankAccount, Branch, Merchant, MerchantPerson
from app.merchants.models.offers import Gift, Offer, Reservation
from app.merchants.models.redemptions import Redemption, Refund, Sign
from app.merchants.models.settlements import Settlement, SettlementLine
from app.merchants.models.shops import Shop
from app.merchants.models.terminals import EnrolmentCode, Nonce, Terminal, TerminalAddress, TerminalKey

__all__ = [
    "Application",
    "BankAccount",
    "Branch",
    "EnrolmentCode",
    "Gift",
    "Merchant",
    "MerchantPerson",
    "Nonce",
    "Offer",
    "Redemption",
    "Refund",
    "Reservation",
    "Settlement",
    "SettlementLine",
    "Shop",
    "Sign",
    "Terminal",
    "TerminalAddress",
    "TerminalKey",
]
