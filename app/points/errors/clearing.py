"""The refusals of clearing between books."""

from app.kernel.errors import DomainError, Kind


class ClearingAgreementMissing(DomainError):
    kind = Kind.MISSING
    code = "points.clearing_agreement_missing"
    text = {"zh": "没有这份通存通兑协议。", "en": "There is no such clearing agreement."}
    field = "agreement_id"


class ClearingTransferMissing(DomainError):
    kind = Kind.MISSING
    code = "points.clearing_transfer_missing"
    text = {"zh": "没有这笔通兑。", "en": "There is no such transfer."}
    field = "transfer_id"


class ClearingNettingMissing(DomainError):
    kind = Kind.MISSING
    code = "points.clearing_netting_missing"
    text = {"zh": "没有这份往来轧差单。", "en": "There is no such netting."}
    field = "netting_id"


class ClearingTermsWrong(DomainError):
    """`field` names the term that is at fault."""

    kind = Kind.INVALID
    code = "points.clearing_terms_wrong"
    text = {
        "zh": "条款有误:对方须是另一账簿;单笔下限 ≤ 单笔上限 ≤ 每人每月上限;起始日 ≤ 截止日,截止日不早于今天。",
        "en": "The terms do not fit: the partner is another book; the least of one transfer ≤ the most of one ≤ the "
        "most of one person in a month; the first day ≤ the last, which is not before today.",
    }


class ClearingOverlaps(DomainError):
    kind = Kind.CONFLICT
    code = "points.clearing_overlaps"
    text = {
        "zh": "与 {partner} 的另一份协议({valid_from} 至 {valid_to})与此期间重叠,请先停止它或另选期间。",
        "en": "Another agreement with {partner} ({valid_from} to {valid_to}) lies in this period; stop it first or "
        "choose another one.",
    }
    field = "valid_from"


class ClearingStopped(DomainError):
    kind = Kind.CONFLICT
    code = "points.clearing_stopped"
    text = {"zh": "这份通存通兑协议已经停止。", "en": "This clearing agreement has been stopped."}
    field = "agreement_id"


class ClearingNotInForce(DomainError):
    kind = Kind.CONFLICT
    code = "points.clearing_not_in_force"
    text = {
        "zh": "目前与 {partner} 没有生效的通存通兑协议。",
        "en": "No clearing agreement with {partner} is in force now.",
    }
    field = "to"


class ClearingAmountWrong(DomainError):
    kind = Kind.INVALID
    code = "points.clearing_amount_wrong"
    text = {
        "zh": "每笔须为 {points_min} 到 {points_max} 积分。",
        "en": "One transfer moves {points_min} to {points_max} points.",
    }
    field = "points"


class ClearingMonthOver(DomainError):
    kind = Kind.CONFLICT
    code = "points.clearing_month_over"
    text = {
        "zh": "本月最多可转出 {month_points_max} 积分,还可转出 {left}。",
        "en": "At most {month_points_max} points may leave in a month; {left} are left of it.",
    }
    field = "points"


class ClearingTooFew(DomainError):
    kind = Kind.INVALID
    code = "points.clearing_too_few"
    text = {
        "zh": "按约定比例({rate_num}:{rate_den})折算后不足 1 积分,请多转一些。",
        "en": "At the agreed rate ({rate_num} for {rate_den}) less than one point would arrive; move more.",
    }
    field = "points"


class ClearingPassbookClosed(DomainError):
    kind = Kind.CONFLICT
    code = "points.clearing_passbook_closed"
    text = {
        "zh": "存折已经注销或并入另一本,不能通兑。",
        "en": "The passbook is closed or was merged into another; points cannot be moved with it.",
    }


class ClearingReceiverUnknown(DomainError):
    kind = Kind.CONFLICT
    code = "points.clearing_receiver_unknown"
    text = {
        "zh": "您在 {partner} 社区还没有确认的居住登记,积分没有地方可转;请先在那里登记并由网格员确认。",
        "en": "You have no confirmed residency in the community of {partner}, so there is no passbook to move points "
        "to; register there first and have it confirmed.",
    }
    field = "to"


class ClearingPassbookFrozen(DomainError):
    kind = Kind.CONFLICT
    code = "points.clearing_passbook_frozen"
    text = {
        "zh": "您在对方社区的存折已冻结,积分没有转入。",
        "en": "Your passbook in the other community is frozen; the points were not taken in.",
    }


class ClearingLapsed(DomainError):
    kind = Kind.CONFLICT
    code = "points.clearing_lapsed"
    text = {
        "zh": "积分在途中到期,已退回原存折并给予宽限。",
        "en": "Points fell due on the way; they were given back with days of grace.",
    }


class ClearingMonthOpen(DomainError):
    kind = Kind.CONFLICT
    code = "points.clearing_month_open"
    text = {
        "zh": "{month} 还没有结束;从次月第二天起可以轧差。",
        "en": "{month} is not over; it can be netted from the second day of the next month on.",
    }
    field = "month"


class ClearingUnderWay(DomainError):
    """Retryable: what is under way arrives or is given back within minutes."""

    kind = Kind.CONFLICT
    code = "points.clearing_under_way"
    text = {
        "zh": "{month} 还有 {count} 笔通兑在途,请稍后再轧差。",
        "en": "{count} transfers of {month} are still under way; net it a little later.",
    }
    field = "month"
    retryable = True


class ClearingFiguresDiffer(DomainError):
    kind = Kind.CONFLICT
    code = "points.clearing_figures_differ"
    text = {
        "zh": "两个账簿的金额不一致(本方应付净额 {own} 分钱,对方记为 {partner};“-”表示对方数字未到),请先核对。",
        "en": "The two books do not agree (net owed {own} fen here, {partner} there; “-” stands for figures that have "
        "not come yet); clear that up first.",
    }


class ClearingNothingOwed(DomainError):
    kind = Kind.CONFLICT
    code = "points.clearing_nothing_owed"
    text = {"zh": "这个月两相抵消,无需付款。", "en": "This month comes out even; there is nothing to pay."}


class ClearingPaid(DomainError):
    kind = Kind.CONFLICT
    code = "points.clearing_paid"
    text = {
        "zh": "这个月已用银行流水号 {bank_reference} 结清。",
        "en": "This month was paid before, with the bank reference {bank_reference}.",
    }


class ClearingReferenceUsed(DomainError):
    kind = Kind.CONFLICT
    code = "points.clearing_reference_used"
    text = {
        "zh": "银行流水号 {bank_reference} 已用于另一份轧差单,请核对。",
        "en": "The bank reference {bank_reference} paid another netting; check it.",
    }
    field = "bank_reference"


REFUSED_OVER_THERE: dict[str, type[DomainError]] = {
    cls.code: cls
    for cls in (
        ClearingStopped,
        ClearingAgreementMissing,
        ClearingPassbookClosed,
        ClearingPassbookFrozen,
        ClearingLapsed,
    )
}
"""What the receiving book may refuse a transfer for; the other book keeps the code and reads the sentence here."""
