"""Refusals of signing, disputing and paying settlements."""

from app.kernel.errors import DomainError, Kind


class SettlementDecided(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.settlement_decided"
    text = {
        "zh": "这张结算单已不是待审状态(现为 {state}),不能再复核或批准。",
        "en": "This settlement is no longer waiting (it is {state}); it cannot be signed again.",
    }


class NotChecked(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.not_checked"
    text = {
        "zh": "这张结算单还没有人复核,请先由一人复核,再由另一人批准。",
        "en": "Nobody has checked this settlement yet: one person checks it, another approves it.",
    }


class ApproveBySame(DomainError):
    kind = Kind.DENIED
    code = "merchants.approve_by_same"
    text = {
        "zh": "复核和批准须由不同的人完成,请另一位会计批准。",
        "en": "Whoever checked a settlement does not approve it; another treasurer must.",
    }


class NotApproved(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.not_approved"
    text = {
        "zh": "这张结算单现为 {state},只有经两人批准且不在付款文件中的才能直接付款。",
        "en": "This settlement is {state}; by hand only one is paid that two people approved and that is in no file.",
    }


class PayoutEarly(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.payout_early"
    text = {
        "zh": "这张结算单 {payable_on} 起才能付款。",
        "en": "This settlement is not paid before {payable_on}.",
    }


class LineMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.line_missing"
    text = {
        "zh": "这张结算单里没有这笔交易。",
        "en": "There is no such transaction in this settlement.",
    }
    field = "transaction_id"


class LineMoved(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.line_moved"
    text = {
        "zh": "这笔曾暂扣,钱已转入结算单 {settlement_id};请在那张结算单上提出争议。",
        "en": "This line was kept back before; its money is in settlement {settlement_id} now. Dispute it there.",
    }
    field = "settlement_id"


class DisputeMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.dispute_missing"
    text = {
        "zh": "没有这项争议。",
        "en": "There is no such dispute.",
    }
    field = "dispute_id"


class DisputeTwice(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.dispute_twice"
    text = {
        "zh": "这笔交易正在暂扣,或已经提过争议。",
        "en": "This line is kept back now, or was disputed before.",
    }
    field = "transaction_id"


class DisputeLate(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.dispute_late"
    text = {
        "zh": "这张结算单现为 {state},钱已在付款途中或已付,不能再暂扣;请用退款或调整。",
        "en": "This settlement is {state}: its money is on its way or paid and cannot be kept back; "
        "refund or adjust instead.",
    }


class NothingToDispute(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.nothing_to_dispute"
    text = {
        "zh": "这笔交易没有可暂扣的应付款。",
        "en": "Nothing of this line is still to be paid, so nothing can be kept back.",
    }
    field = "transaction_id"


class DisputeClosed(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.dispute_closed"
    text = {
        "zh": "这项争议已经办结({state})。",
        "en": "This dispute is closed already ({state}).",
    }


class DisputeBySame(DomainError):
    kind = Kind.DENIED
    code = "merchants.dispute_by_same"
    text = {
        "zh": "提出争议的人不能自己办结,请另一人处理。",
        "en": "Whoever opened a dispute does not close it; another person must.",
    }


class DisputeNotRefunded(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.dispute_not_refunded"
    text = {
        "zh": "要判给居民,请先把这笔全部退给居民(或经两人批准为这项争议调减),再办结;还差 {left_fen} 分钱。",
        "en": "To close it for the resident, first give all of the line back (or have two people adjust it for this "
        "dispute); {left_fen} fen are still missing.",
    }
    field = "outcome"


class AdjustmentOver(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.adjustment_over"
    text = {
        "zh": "这笔还能调减 {left_fen} 分钱,不能更多。",
        "en": "No more than {left_fen} fen are left to be taken off for this line.",
    }
    field = "fen"


class DisputeWaits(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.dispute_waits"
    text = {
        "zh": "这笔暂扣随{what}一起办结,不能单独办结。",
        "en": "This line is kept back until something else is decided ({what}); it is not closed by itself.",
    }


class PayoutTermsMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.payout_terms_missing"
    text = {"zh": "没有这份付款条件。", "en": "There are no such payout terms."}
    field = "terms_id"


class TermsDecided(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.terms_decided"
    text = {"zh": "这份付款条件已经批准过。", "en": "These payout terms were approved before."}


class TermsBySame(DomainError):
    kind = Kind.DENIED
    code = "merchants.terms_by_same"
    text = {
        "zh": "付款条件须由另一位会计批准。",
        "en": "Whoever set payout terms does not approve them; another treasurer must.",
    }


class PayoutMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.payout_missing"
    text = {
        "zh": "没有这份付款文件。",
        "en": "There is no such payout file.",
    }
    field = "payout_id"


class PayoutEmpty(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.payout_empty"
    text = {
        "zh": "没有到期、已批准且能付款的结算单;暂不能付的有 {skipped} 张({whys}),逐张及原因见 payouts/due。",
        "en": "No settlement is approved, due and payable; {skipped} cannot be paid now ({whys}); see payouts/due.",
    }


class PayoutChanged(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.payout_changed"
    text = {
        "zh": "这份付款文件的内容与生成时不一致,已停止下载,请联系审计。",
        "en": "This payout file does not come out as it was made; it is not given out. Tell the auditor.",
    }


class ResultNoCsv(DomainError):
    kind = Kind.INVALID
    code = "merchants.result_no_csv"
    text = {
        "zh": "银行回单不是能读的 CSV 文件。",
        "en": "The bank's answer is no CSV that can be read.",
    }
    field = "content"


class ResultTooLong(DomainError):
    kind = Kind.INVALID
    code = "merchants.result_too_long"
    text = {
        "zh": "银行回单最多 {lines_max} 行。",
        "en": "The bank's answer has at most {lines_max} lines.",
    }
    field = "content"


class ResultEmpty(DomainError):
    kind = Kind.INVALID
    code = "merchants.result_empty"
    text = {
        "zh": "银行回单里没有结果行。",
        "en": "The bank's answer has no lines.",
    }
    field = "content"


class ResultColumnMissing(DomainError):
    kind = Kind.INVALID
    code = "merchants.result_column_missing"
    text = {
        "zh": "银行回单缺少列“{column}”({name})。",
        "en": "The bank's answer lacks the column {name} ({column}).",
    }
    field = "content"


class ResultUnreadable(DomainError):
    kind = Kind.INVALID
    code = "merchants.result_unreadable"
    text = {
        "zh": "银行回单有 {count} 行有误(行:列):{rows}。成功的要有银行流水号,失败的要有原因,"
        "客户流水号不得重复。没有导入任何内容。",
        "en": "{count} rows of the bank's answer are wrong (line:column): {rows}. Paid ones need the "
        "bank's reference, failed ones a reason, and no reference stands twice. Nothing was imported.",
    }
    field = "content"


class ResultUnknown(DomainError):
    kind = Kind.INVALID
    code = "merchants.result_unknown"
    text = {
        "zh": "银行回单第 {line} 行的客户流水号 {reference} 不在这份付款文件中。没有导入任何内容。",
        "en": "Line {line} of the bank's answer names {reference}, which is not in this payout file. "
        "Nothing was imported.",
    }
    field = "content"


class ResultContradicts(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.result_contradicts"
    text = {
        "zh": "银行回单第 {line} 行与先前导入的结果不同:{reference} 已记为 {state}。没有导入任何内容。",
        "en": "Line {line} of the bank's answer contradicts an earlier one: {reference} was recorded "
        "as {state}. Nothing was imported.",
    }
    field = "content"


class ResultOwn(DomainError):
    kind = Kind.DENIED
    code = "merchants.result_own"
    text = {
        "zh": "银行回单第 {line} 行({reference})付给您或亲属的商户:请去掉,由另一位会计导入。没有导入任何内容。",
        "en": "Line {line} of the bank's answer ({reference}) pays a shop of yours or of somebody close to you: "
        "leave it out, another treasurer takes it in. Nothing was imported.",
    }
    field = "content"


class StatementTooLong(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.statement_too_long"
    text = {
        "zh": "这张结算单有 {lines} 行,这种文件最多 {lines_max} 行。",
        "en": "This settlement has {lines} lines; such a file has at most {lines_max}.",
    }
