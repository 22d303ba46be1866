"""The refusals of the ledger itself: postings, holds, corrections."""

from app.kernel.errors import Declined, DomainError, Kind
from app.points.terms import Decline


class BookMissing(DomainError):
    kind = Kind.MISSING
    code = "points.book_missing"
    text = {"zh": "没有这个账簿。", "en": "There is no such book."}
    field = "book"


class BookCodeTaken(DomainError):
    kind = Kind.CONFLICT
    code = "points.book_code_taken"
    text = {"zh": "账簿代码 {book} 已被使用,请换一个。", "en": "The book code {book} is taken; choose another."}
    field = "code"


class BudgetMissing(DomainError):
    kind = Kind.MISSING
    code = "points.budget_missing"
    text = {"zh": "没有这个预算。", "en": "There is no such budget."}
    field = "budget_id"


class AccountMissing(DomainError):
    kind = Kind.MISSING
    code = "points.account_missing"
    text = {"zh": "没有这个账户。", "en": "There is no such account."}
    field = "account_id"


class TransactionMissing(DomainError):
    kind = Kind.MISSING
    code = "points.transaction_missing"
    text = {"zh": "没有这笔交易。", "en": "There is no such transaction."}
    field = "transaction_id"


class HoldMissing(DomainError):
    kind = Kind.MISSING
    code = "points.hold_missing"
    text = {"zh": "没有这笔预占。", "en": "There is no such hold."}
    field = "hold_id"


class HoldNotReleasable(DomainError):
    kind = Kind.CONFLICT
    code = "points.hold_not_releasable"
    text = {
        "zh": "这笔预占已经入账,不能释放;请退款。",
        "en": "This hold was captured already and cannot be released; refund it instead.",
    }


class PostingInvalid(DomainError):
    kind = Kind.INVALID
    code = "points.posting_invalid"
    text = {"zh": "记账请求有误:{problem}。", "en": "The posting is not well formed: {problem}."}


class PointsTooCostly(DomainError):
    kind = Kind.INVALID
    code = "points.too_costly"
    text = {
        "zh": "{points} 积分(每分 {point_value_fen} 分钱)超过一笔交易的金额上限;一次最多 {points_max} 积分。",
        "en": "{points} points of {point_value_fen} fen each are more money than one posting carries; post at most "
        "{points_max} at once.",
    }
    field = "points"


class ExpiryDatePast(DomainError):
    kind = Kind.INVALID
    code = "points.expiry_date_past"
    text = {
        "zh": "到期日 {expires_on} 已经过去,应不早于 {today}。",
        "en": "The expiry day {expires_on} has passed; it must not be before {today}.",
    }
    field = "expires_on"


class CorrectionNotReversible(DomainError):
    kind = Kind.CONFLICT
    code = "points.correction_not_reversible"
    text = {
        "zh": "冲正、退款、清退、存折转移和调仓交易不能再冲正,请按原业务重新入账。",
        "en": "A reversal, refund, clawback, transfer or restripe is not itself reversed; post the business act anew.",
    }


class PartlyRefunded(DomainError):
    kind = Kind.CONFLICT
    code = "points.partly_refunded"
    text = {
        "zh": "这笔兑换已部分退款,不能整笔冲正;请退还余下部分。",
        "en": "This redemption was refunded in part and cannot be reversed whole; refund the rest.",
    }


class UndoneElsewhere(DomainError):
    kind = Kind.CONFLICT
    code = "points.undone_elsewhere"
    text = {
        "zh": "兑换、付款、调整、划拨和通兑另有单据,不能在这里冲正:"
        "兑换请由店铺退款,付款和调整请另作调整,划拨请收回额度,通兑请由居民转回。",
        "en": "Redemptions, payouts, adjustments, allotments and clearing have records of their own and are not "
        "reversed here: a redemption is given back by a refund at the shop, a payout or an adjustment is corrected by "
        "another adjustment, an allotment is closed, cleared points are moved back.",
    }


class CauseReused(DomainError):
    kind = Kind.CONFLICT
    code = "points.cause_reused"
    text = {
        "zh": "同一业务号 {cause} 已用于内容不同的交易,请使用新的业务号。",
        "en": "The reference {cause} was used for an act with other content; use a new one.",
    }


class PointsInsufficient(Declined):
    kind = Kind.CONFLICT
    code = "points.insufficient"
    text = {
        "zh": "积分不足:可用 {available},需要 {requested}。",
        "en": "Not enough points: {available} available, {requested} needed.",
    }


class FundingInsufficient(Declined):
    kind = Kind.CONFLICT
    code = "points.funding_insufficient"
    text = {
        "zh": "资助资金不足:可用 {available} 分,需要 {requested} 分。",
        "en": "The sponsor's money does not suffice: {available} fen available, {requested} needed.",
    }


class AccountFrozen(Declined):
    kind = Kind.DENIED
    code = "points.account_frozen"
    text = {
        "zh": "账户已冻结,暂不能使用积分;请联系社区工作站。",
        "en": "The account is frozen and cannot spend; please ask the community station.",
    }


class NothingDue(Declined):
    kind = Kind.CONFLICT
    code = "points.nothing_due"
    text = {"zh": "没有到期的积分。", "en": "No points have fallen due."}


class ReferredMissing(Declined):
    kind = Kind.MISSING
    code = "points.referred_missing"
    text = {"zh": "没有找到对应的预占或原交易。", "en": "The hold or the transaction referred to was not found."}


class HoldResolved(Declined):
    kind = Kind.CONFLICT
    code = "points.hold_resolved"
    text = {"zh": "这笔预占已经结束({resolution})。", "en": "This hold has ended already ({resolution})."}


class AmountOver(Declined):
    kind = Kind.CONFLICT
    code = "points.amount_over"
    text = {
        "zh": "数额超出:最多 {available},请求 {requested}。",
        "en": "Too many points: at most {available}, asked for {requested}.",
    }
    field = "points"


class AlreadyReversed(Declined):
    kind = Kind.CONFLICT
    code = "points.already_reversed"
    text = {"zh": "这笔交易已经冲正过。", "en": "This transaction was reversed already."}


class AlreadySpent(Declined):
    kind = Kind.CONFLICT
    code = "points.already_spent"
    text = {
        "zh": "原积分已被使用或预占,仅余 {available};请改用清退。",
        "en": "The points were spent or are held, {available} are left; use a clawback.",
    }


_BY_DECLINE: dict[Decline, type[Declined]] = {
    Decline.INSUFFICIENT: PointsInsufficient,
    Decline.ACCOUNT_FROZEN: AccountFrozen,
    Decline.NOTHING_DUE: NothingDue,
    Decline.NOT_FOUND: ReferredMissing,
    Decline.HOLD_CAPTURED: HoldResolved,
    Decline.HOLD_RELEASED: HoldResolved,
    Decline.HOLD_EXPIRED: HoldResolved,
    Decline.OVER_CAPTURE: AmountOver,
    Decline.OVER_REFUND: AmountOver,
    Decline.ALREADY_REVERSED: AlreadyReversed,
    Decline.ALREADY_SPENT: AlreadySpent,
}


def refusal(decline: Decline, detail: dict[str, int], *, cause: str) -> DomainError:
    """Turn the engine's decline code into the refusal to raise."""
    if decline is Decline.CAUSE_REUSED:
        return CauseReused(cause=cause)
    resolution = decline.removeprefix("hold_")
    return _BY_DECLINE[decline](**detail, cause=cause, resolution=resolution)
