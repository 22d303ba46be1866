"""Tables of shops, redemptions, refunds and settlements."""

from app.merchants.models.redemptions import Redemption, Refund, Sign
from app.merchants.models.settlements import Settlement, SettlementLine
from app.merchants.models.shops import Shop

__all__ = ["Redemption", "Refund", "Settlement", "SettlementLine", "Shop", "Sign"]
