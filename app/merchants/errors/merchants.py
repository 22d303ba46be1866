"""Refusals around merchants, their papers, branches and people."""

from app.kernel.errors import Declined, DomainError, Kind


class MerchantMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.merchant_missing"
    text = {"zh": "没有这个商户。", "en": "There is no such merchant."}
    field = "merchant_id"


class ApplicationMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.application_missing"
    text = {"zh": "没有这份申请。", "en": "There is no such application."}
    field = "application_id"


class ApplicationDecided(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.application_decided"
    text = {
        "zh": "这份申请的状态是 {state},不能再这样处理。",
        "en": "This application is {state}; that is no longer to be done.",
    }


class ApplicationOpen(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.application_open"
    text = {
        "zh": "这个商户已有一份同类申请在审核中,请等它办结或先撤回。",
        "en": "Another application of this kind is under review for this merchant; wait for it, or withdraw it first.",
    }


class ReviewBySame(DomainError):
    kind = Kind.DENIED
    code = "merchants.review_by_same"
    text = {
        "zh": "申请、初审和批准须由不同的人办理,您已办过其中一步。",
        "en": "Who applies, reviews and approves are different people; you did one of these steps.",
    }


class NotReviewed(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.not_reviewed"
    text = {
        "zh": "入驻申请须先初审,再由另一人批准。",
        "en": "An enrolment is reviewed first, then approved by somebody else.",
    }


class LicenceKnown(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.licence_known"
    text = {
        "zh": "这个统一社会信用代码已有商户登记。",
        "en": "A merchant of this licence number is enrolled already.",
    }
    field = "licence_no"


class MerchantVerified(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.merchant_verified"
    text = {"zh": "这个商户的证照已审核过。", "en": "The papers of this merchant were reviewed before."}
    field = "merchant_id"


class BranchesNeeded(DomainError):
    kind = Kind.INVALID
    code = "merchants.branches_needed"
    text = {"zh": "新商户至少要有一个门店。", "en": "A new merchant needs at least one branch."}
    field = "branches"


class MerchantClosed(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.merchant_closed"
    text = {"zh": "已关闭,不能再改变状态。", "en": "It is closed, and stays so."}
    field = "state"


class ResumeBySame(DomainError):
    kind = Kind.DENIED
    code = "merchants.resume_by_same"
    text = {
        "zh": "暂停由一个人决定,恢复须由另一个人。",
        "en": "One person suspends; another one has to resume.",
    }


class OwnBusiness(DomainError):
    """Nobody decides at the desk about a shop that he, or somebody close to him, owns or works for."""

    kind = Kind.DENIED
    code = "merchants.own_business"
    text = {
        "zh": "您、与您同住的人或您的亲属是这家商户的经营者或工作人员,须由另一位会计办理。",
        "en": "You, somebody you live with or a relative of yours owns this merchant or works there; "
        "another treasurer must do this.",
    }


class CloseSuspended(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.close_suspended"
    text = {
        "zh": "暂停中不能关闭:关闭后所欠照付。请先由另一人恢复,再关闭;要继续停付就保持暂停。",
        "en": "It is suspended and cannot be closed so: what closes is paid what it is owed. Another person resumes it "
        "first; to go on paying nothing, leave it suspended.",
    }
    field = "state"


class StateSame(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.state_same"
    text = {"zh": "已经是这个状态:{state}。", "en": "It is {state} already."}
    field = "state"


class PersonNeeded(DomainError):
    kind = Kind.INVALID
    code = "merchants.person_needed"
    text = {"zh": "请填写手机号或账户编号。", "en": "Give a telephone number or the id of an account."}
    field = "phone"


class PersonMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.person_missing"
    text = {"zh": "没有登记这个人。", "en": "Nobody is registered so."}
    field = "registration_id"


class PersonEnded(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.person_ended"
    text = {"zh": "这条登记已经结束。", "en": "This registration has ended."}


class OwnerBranch(DomainError):
    kind = Kind.INVALID
    code = "merchants.owner_branch"
    text = {"zh": "店主属于整个商户,不填门店。", "en": "An owner is of the whole merchant; name no branch."}
    field = "shop_id"


class PayoutHeld(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.payout_held"
    text = {
        "zh": "收款账户刚变更,{until}(北京时间)之前暂停付款。",
        "en": "The bank account was changed lately: nothing is paid out before {until} (China time).",
    }


class PayoutStopped(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.payout_stopped"
    text = {
        "zh": "商户“{name}”或其门店已暂停,付款暂停。",
        "en": "“{name}” or its branch is suspended; it is paid nothing meanwhile.",
    }


class AlertMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.alert_missing"
    text = {"zh": "没有这条提醒。", "en": "There is no such alert."}
    field = "alert_id"


class OwnShop(Declined):
    """A hard line, not a matter of risk: whoever is of the house redeems nothing there (attack 8)."""

    kind = Kind.DENIED
    code = "merchants.own_shop"
    text = {
        "zh": "店主和店员不能在自己的店使用积分。",
        "en": "Owners and staff of a shop do not use points there.",
    }
