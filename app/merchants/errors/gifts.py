"""Refusals of gifts."""

from app.kernel.errors import Declined, DomainError, Kind


class GiftMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.gift_missing"
    text = {"zh": "没有这件礼品。", "en": "There is no such gift."}
    field = "gift_id"


class GiftGone(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.gift_gone"
    text = {"zh": "“{title}”已经兑完。", "en": "No “{title}” is left."}


class GiftEnded(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.gift_ended"
    text = {"zh": "“{title}”已经下架。", "en": "“{title}” is not offered any more."}


class StockWrong(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.stock_wrong"
    text = {
        "zh": "库存调整后须在 0 到 {stock_max} 之间,现有 {stock} 件。",
        "en": "There must be 0 to {stock_max} pieces afterwards; there are {stock} now.",
    }
    field = "pieces"


class ReservationsTooMany(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.reservations_too_many"
    text = {
        "zh": "您已预留 {open_max} 件礼品,请先领取或取消。",
        "en": "You have {open_max} gifts set aside; collect or cancel one first.",
    }


class GiftPersonOver(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.gift_person_over"
    text = {
        "zh": "“{title}”每人 {days} 天内限 {pieces_max} 件,您已达上限。",
        "en": "“{title}” is limited to {pieces_max} for each person in {days} days, and you have had as many.",
    }


class GiftRefused(Declined):
    """Deliberately coarse: he is not told why; under his own decisions he may appeal."""

    kind = Kind.DENIED
    code = "merchants.gift_refused"
    text = {
        "zh": "这件礼品的兑换未获通过,积分没有动用。",
        "en": "This gift was not approved for you; your points were not touched.",
    }


class GiftReturnStopped(Declined):
    """Deliberately coarse, with the way on: a case is open, and a treasurer can undo what the till cannot."""

    kind = Kind.DENIED
    code = "merchants.gift_return_stopped"
    text = {
        "zh": "这件礼品的退回需要人工核实,积分没有退回。请联系社区财务。",
        "en": "That this gift comes back is to be looked at first; no points came back. Ask the community's treasurer.",
    }


class ReservationMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.reservation_missing"
    text = {"zh": "没有这条预留。", "en": "There is no such reservation."}
    field = "reservation_id"


class ReservationClosed(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.reservation_closed"
    text = {"zh": "这条预留的状态是 {state}。", "en": "This reservation is {state}."}


class GiftCodeNotGood(DomainError):
    """Deliberately coarse: it never says whether a code is another shop's, was used, or never was."""

    kind = Kind.MISSING
    code = "merchants.gift_code_not_good"
    text = {
        "zh": "领取码不正确、不属于本店、已领取或已过期。",
        "en": "The code is wrong, another shop's, used or expired.",
    }
    field = "code"
