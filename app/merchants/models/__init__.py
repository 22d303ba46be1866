"""Tables of shops, codes, payments, refunds and settlements."""

from app.merchants.models.payments import Code, Payment, Refund
from app.merchants.models.settlements import Settlement, SettlementLine
from app.merchants.models.shops import Shop

__all__ = ["Code", "Payment", "Refund", "Settlement", "SettlementLine", "Shop"]
