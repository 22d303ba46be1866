"""Tables of merchants, tills, offers, gifts, codes, payments, refunds and settlements."""

from app.merchants.models.merchants import Application, BankAccount, Branch, Merchant, MerchantPerson
from app.merchants.models.offers import Gift, Offer, Reservation
from app.merchants.models.payments import Code, Payment, Refund
from app.merchants.models.settlements import Settlement, SettlementLine
from app.merchants.models.shops import Shop
from app.merchants.models.terminals import EnrolmentCode, Nonce, Terminal, TerminalAddress, TerminalKey

__all__ = [
    "Application",
    "BankAccount",
    "Branch",
    "Code",
    "EnrolmentCode",
    "Gift",
    "Merchant",
    "MerchantPerson",
    "Nonce",
    "Offer",
    "Payment",
    "Refund",
    "Reservation",
    "Settlement",
    "SettlementLine",
    "Shop",
    "Terminal",
    "TerminalAddress",
    "TerminalKey",
]
