"""Refusals of the paperwork between desk and owner: who leaves, who agrees to what the shop bears, many at once."""

from app.kernel.errors import DomainError, Kind


class OwnerStays(DomainError):
    kind = Kind.DENIED
    code = "merchants.owner_stays"
    text = {
        "zh": "店主的登记只能由社区会计办理,请联系社区。",
        "en": "The registration of an owner is ended by the desk of the community only; ask there.",
    }


class ProposalMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.proposal_missing"
    text = {
        "zh": "这家店在这个账簿里没有这份待店主同意的约定。",
        "en": "There are no such terms of this shop that wait for its owner in this book.",
    }
    field = "offer_id"


class ProposalClosed(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.proposal_closed"
    text = {
        "zh": "这份约定已经办结:已同意、已拒绝,或被后来的约定代替。",
        "en": "These terms wait no longer: the owner said yes or no, or others took their place.",
    }


class ConsentBySame(DomainError):
    kind = Kind.DENIED
    code = "merchants.consent_by_same"
    text = {
        "zh": "拟定约定的人不能代店主同意,请店主本人或另一位会计办理。",
        "en": "Whoever set these terms does not agree to them for the shop; its owner does, or another treasurer.",
    }


class OwnerDecides(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.owner_decides"
    text = {
        "zh": "这家店登记了店主,请店主在手机上同意,不能凭纸面代办。",
        "en": "This shop has a registered owner: he agrees on his telephone, and no paper does it for him.",
    }


class PaidThroughBank(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.paid_through_bank"
    text = {
        "zh": "这家商户有收款账户,请用付款文件付款;手工登记只用于没有银行资料的商户。",
        "en": "This merchant has a bank account: a payout file pays it. By hand only shops without bank data are paid.",
    }


class PaidBySame(DomainError):
    kind = Kind.DENIED
    code = "merchants.paid_by_same"
    text = {
        "zh": "出单或复核的人不能登记付款,请另一位会计登记。",
        "en": "Whoever stated or checked a settlement does not book its payment; another treasurer does.",
    }


class LicenceWrong(DomainError):
    kind = Kind.INVALID
    code = "merchants.licence_wrong"
    text = {
        "zh": "统一社会信用代码 {licence_no} 的校验位不对:前 17 位的校验位是 {check},请对照营业执照重填。",
        "en": "The licence number {licence_no} is mistyped: its first 17 characters have the check character {check}. "
        "Compare it with the licence.",
    }
    field = "papers.licence_no"


class BankUnfit(DomainError):
    kind = Kind.INVALID
    code = "merchants.bank_unfit"
    text = {
        "zh": "{what}({part})不能写进银行付款文件:只能有文字、数字、空格和 ·()（）-.&,最多 60 个字,"
        "不以 = + - @ 开头,且在 GBK 字符集内。",
        "en": "The {part} ({what}) does not fit a bank's file: only letters, digits, blanks and ·()（）-.& of GBK, "
        "at most 60, not beginning with = + - @.",
    }


class BranchTwice(DomainError):
    kind = Kind.INVALID
    code = "merchants.branch_twice"
    text = {
        "zh": "{street}有两家门店都叫“{name}”,请用不同的名称区分。",
        "en": "Two branches in {street} are called “{name}”; give them names that tell them apart.",
    }
    field = "papers.branches"
