"""Refusals around closing accounts, consents and acting for somebody else."""

from app.kernel.errors import DomainError, Kind


class ClosingUnconfirmed(DomainError):
    kind = Kind.INVALID
    code = "identity.closing_unconfirmed"
    text = {
        "zh": "注销账号须输入“{word}”确认。",
        "en": "To close the account, type “{word}” to confirm.",
    }
    field = "confirm"


class ClosingWithRoles(DomainError):
    kind = Kind.CONFLICT
    code = "identity.closing_with_roles"
    text = {
        "zh": "账号还有工作角色(或待批准的),请先请管理员结束,再注销。",
        "en": "This account still holds a role or waits for one; ask an administrator to end it first.",
    }


class ClosingWhileFrozen(DomainError):
    kind = Kind.CONFLICT
    code = "identity.closing_while_frozen"
    text = {
        "zh": "账号已冻结,解冻后才能注销。",
        "en": "This account is frozen; it can be closed once it is thawed.",
    }


class ConsentTextMissing(DomainError):
    kind = Kind.MISSING
    code = "identity.consent_text_missing"
    text = {"zh": "没有这份文本。", "en": "There is no such text."}
    field = "text"


class ConsentVersionOld(DomainError):
    kind = Kind.CONFLICT
    code = "identity.consent_version_old"
    text = {
        "zh": "这份文本现在的版本是 {version},请阅读后再同意。",
        "en": "The current version of this text is {version}; please read that one and agree to it.",
    }
    field = "version"


class ConsentNotGiven(DomainError):
    kind = Kind.CONFLICT
    code = "identity.consent_not_given"
    text = {"zh": "没有同意过这份文本,或已经撤回。", "en": "This text was not agreed to, or was taken back already."}
    field = "text"


class ConsentNeeded(DomainError):
    kind = Kind.DENIED
    code = "identity.consent_needed"
    text = {
        "zh": "请先阅读并同意《{title_zh}》({title_en})。",
        "en": "Please read and agree to “{title_en}” ({title_zh}) first.",
    }


class NotGuardian(DomainError):
    """One answer for nobody, somebody else's ward, a guardianship that is over, and an account that is frozen."""

    kind = Kind.DENIED
    code = "identity.not_guardian"
    text = {"zh": "您不能代此人办理。", "en": "You may not act for this person."}


class GuardianMissing(DomainError):
    kind = Kind.MISSING
    code = "identity.guardian_missing"
    text = {
        "zh": "没有绑定这个手机号的账号;请代办人先登录小程序并绑定手机号。",
        "en": "No account has this number; whoever is to act must sign in and bind the number first.",
    }
    field = "guardian_phone"


class GuardianshipToSelf(DomainError):
    kind = Kind.DENIED
    code = "identity.guardianship_to_self"
    text = {
        "zh": "不能给自己办理代办或监护,也不能代办自己。",
        "en": "Nobody makes himself a guardian or helper, nor acts for himself.",
    }
    field = "guardian_phone"


class GuardianshipTwice(DomainError):
    kind = Kind.CONFLICT
    code = "identity.guardianship_twice"
    text = {
        "zh": "此人已可代办,请先结束原来的。",
        "en": "This person may act for the other already; end that first.",
    }
    field = "guardian_phone"


class GuardianshipMissing(DomainError):
    kind = Kind.MISSING
    code = "identity.guardianship_missing"
    text = {"zh": "没有这项代办关系。", "en": "There is no such guardianship."}
    field = "guardianship_id"


class GuardianshipEnded(DomainError):
    kind = Kind.CONFLICT
    code = "identity.guardianship_ended"
    text = {"zh": "这项代办关系已经结束。", "en": "This guardianship has ended already."}
    field = "guardianship_id"
