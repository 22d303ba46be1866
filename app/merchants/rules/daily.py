"""What bounds a payment on its day, beside its bill. Asked of a quote, and again of the payment itself."""

from dataclasses import dataclass

from app.merchants import terms
from app.merchants.rules import redemptions as rules
from app.merchants.rules import tills as till_rules
from app.merchants.rules.offers import YUAN_FEN, OfferTerms, Quote
from app.merchants.rules.redemptions import Day
from app.merchants.rules.tills import Till
from app.merchants.terms import RedeemMode


@dataclass(frozen=True, slots=True)
class Bounds:
    """How a payment comes about, and what was taken on its day before. `attended`: somebody of the shop accepts it."""

    till: Till
    offer: OfferTerms | None
    mode: RedeemMode
    attended: bool
    day: Day

    def check(self, quote: Quote) -> None:
        """Refuse PersonDayOver, ShopDayOver, ShopCodeDayOver, UnattendedOver, LowTierOver."""
        if self.offer is not None:
            rules.check_day(self.offer, self.day, quote.points)
        rules.check_mode(self.mode, quote.discount_fen, self.day, attended=self.attended)
        till_rules.check_tier(self.till, points=quote.points, day_points=self.day.terminal_points)

    def points_left(self) -> int | None:
        """Say how many points `check` would let pass, 0 that it would let none pass; None: any number."""
        left = [*self._of_offer(), *self._of_mode()]
        if self.till.low_tier:
            left.append(terms.LOW_TIER_POINTS_MAX)
            left.append(terms.LOW_TIER_DAY_POINTS_MAX - self.day.terminal_points)
        return max(0, min(left)) if left else None

    def _of_offer(self) -> list[int]:
        offer, day = self.offer, self.day
        if offer is None:
            return []
        if offer.person_day_count_max is not None and day.person_count >= offer.person_day_count_max:
            return [0]
        limits = (offer.person_day_points_max, day.person_points), (offer.shop_day_points_max, day.shop_points)
        return [most - used for most, used in limits if most is not None]

    def _of_mode(self) -> list[int]:
        if self.offer is None or self.mode is not RedeemMode.SHOP_CODE:
            return []
        fen = terms.SHOP_CODE_DAY_FEN_MAX - self.day.shop_code_fen
        if not self.attended:
            fen = min(fen, terms.UNATTENDED_FEN_MAX)
        return [fen * self.offer.points_per_yuan // YUAN_FEN]
