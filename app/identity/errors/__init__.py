"""Refusals of identity."""

from app.identity.errors.accounts import *  # noqa: F403 - all of them are met here, by one name
from app.kernel.errors import Declined, DomainError, Kind


class TokenInvalid(DomainError):
    """Deliberately coarse: it never says which check a token failed."""

    kind = Kind.UNAUTHENTICATED
    code = "identity.token_invalid"
    text = {"zh": "登录已失效,请重新登录。", "en": "The sign-in is not valid or has expired; please sign in again."}


class SessionEnded(Declined):
    """A refresh token was used twice, so two have it: the whole family ended, which stays."""

    kind = Kind.UNAUTHENTICATED
    code = "identity.session_ended"
    text = {
        "zh": "登录凭证被重复使用,为安全起见已退出,请重新登录。",
        "en": "This sign-in was used in two places and has been ended for safety; please sign in again.",
    }


class SignInRefused(Declined):
    """One answer for an unknown name, a wrong password and a wrong code. The counted try stays."""

    kind = Kind.UNAUTHENTICATED
    code = "identity.sign_in_refused"
    text = {
        "zh": "用户名、密码或动态码不对。",
        "en": "The user name, the password or the one-time code is wrong.",
    }


class SignInStopped(Declined):
    """Anti-fraud stopped it. What it decided stays, and can be appealed against with the next proof of who one is."""

    kind = Kind.DENIED
    code = "identity.sign_in_stopped"
    text = {
        "zh": "很抱歉,为了账号安全,这次没有登录成功,您的积分没有减少。这不代表您做错了什么:请在登录页点“申诉”写明情况,"
        "由工作人员答复;也可到社区窗口当面核实(编号 {decision})。",
        "en": "We are sorry: to keep your account safe this sign-in was stopped; your points are untouched. It does "
        "not mean that you did anything wrong: appeal on the sign-in page and staff will answer, or ask at the "
        "community's desk (number {decision}).",
    }


class SignInLocked(DomainError):
    """Too many wrong tries under this name, whether anybody is called so or not."""

    kind = Kind.LIMITED
    code = "identity.sign_in_locked"
    text = {
        "zh": "这个用户名试错太多,请 {seconds} 秒后再试。",
        "en": "There were too many wrong tries under this name; please try again in {seconds} seconds.",
    }
    retryable = True

    def __init__(self, *, seconds: int) -> None:
        """Say after how many seconds another try makes sense."""
        super().__init__(seconds=seconds)
        self.retry_after_seconds = seconds


class PasswordWeak(DomainError):
    kind = Kind.INVALID
    code = "identity.password_weak"
    text = {
        "zh": "密码太容易猜:须为 {length_min} 到 {length_max} 个字符,不含用户名,且至少有 5 个不同的字符。",
        "en": "The password is too easy to guess: {length_min} to {length_max} characters, without the user name, "
        "with at least 5 different characters.",
    }
    field = "password"


class UsernameTaken(DomainError):
    kind = Kind.CONFLICT
    code = "identity.username_taken"
    text = {"zh": "用户名 {username} 已有人用,请换一个。", "en": "The user name {username} is taken; choose another."}
    field = "username"


class InvitationOfPowerful(DomainError):
    """Whoever invites holds the token: he could sign in as the other, and be both of two people."""

    kind = Kind.DENIED
    code = "identity.invitation_of_powerful"
    text = {
        "zh": "此人持有须两人授予的角色,不能由一人重置登录;请先结束这些角色,重新邀请后再由两人授予。",
        "en": "This person holds a role that takes two people, so one alone does not renew the sign-in: end those "
        "roles, invite again, and let two people grant them anew.",
    }
    field = "person_id"


class InvitationNotGood(DomainError):
    """Unknown, used and expired are one: who guesses learns nothing."""

    kind = Kind.MISSING
    code = "identity.invitation_not_good"
    text = {
        "zh": "邀请无效或已过期,请管理员重新邀请。",
        "en": "The invitation is not good or has expired; ask the administrator for a new one.",
    }
    field = "token"


class InvitationUnprepared(DomainError):
    kind = Kind.CONFLICT
    code = "identity.invitation_unprepared"
    text = {
        "zh": "请先设置密码并绑定动态码,再确认。",
        "en": "Choose the password and set up the one-time code first, then confirm.",
    }


class TotpWrong(DomainError):
    kind = Kind.INVALID
    code = "identity.totp_wrong"
    text = {
        "zh": "动态码不对,请输入认证器此刻显示的 6 位数字。",
        "en": "The one-time code is wrong; enter the six digits the authenticator shows now.",
    }
    field = "totp"


class PhoneTaken(DomainError):
    kind = Kind.CONFLICT
    code = "identity.phone_taken"
    text = {
        "zh": "这个手机号已绑定另一个账号;如需更换,请在原账号解绑或联系社区。",
        "en": "This number belongs to another account; release it there first, or ask the community office.",
    }
    field = "phone_code"


class PersonMissing(DomainError):
    kind = Kind.MISSING
    code = "identity.person_missing"
    text = {"zh": "没有这个人。", "en": "There is no such person."}
    field = "person_id"


class SessionMissing(DomainError):
    kind = Kind.MISSING
    code = "identity.session_missing"
    text = {"zh": "没有这个登录。", "en": "There is no such session."}
    field = "session_id"


class AreaMissing(DomainError):
    """Not there, or not in the actor's care: which of them is not said."""

    kind = Kind.MISSING
    code = "identity.area_missing"
    text = {"zh": "没有这个区域。", "en": "There is no such area."}
    field = "area_id"


class GrantMissing(DomainError):
    kind = Kind.MISSING
    code = "identity.grant_missing"
    text = {"zh": "没有这项授权。", "en": "There is no such grant."}
    field = "grant_id"


class GrantToSelf(DomainError):
    kind = Kind.DENIED
    code = "identity.grant_to_self"
    text = {"zh": "不能给自己授权。", "en": "Nobody grants a role to himself."}
    field = "person_id"


class GrantBySame(DomainError):
    kind = Kind.DENIED
    code = "identity.grant_by_same"
    text = {
        "zh": "这项授权须由提出人和本人以外的另一位管理员批准。",
        "en": "This grant must be approved by another administrator than who made it and who gets it.",
    }
    field = "grant_id"


class GrantNotWaiting(DomainError):
    kind = Kind.CONFLICT
    code = "identity.grant_not_waiting"
    text = {"zh": "这项授权不在等待批准。", "en": "This grant does not wait for an approval."}
    field = "grant_id"


class GrantEnded(DomainError):
    kind = Kind.CONFLICT
    code = "identity.grant_ended"
    text = {"zh": "这项授权已经结束。", "en": "This grant has ended already."}
    field = "grant_id"


class GrantTwice(DomainError):
    kind = Kind.CONFLICT
    code = "identity.grant_twice"
    text = {
        "zh": "此人在这个区域已有这个角色(或待批准),请先结束原来的。",
        "en": "This person has this role in this area already, or waits for it; end that first.",
    }
    field = "role"


class RoleBeyond(DomainError):
    kind = Kind.DENIED
    code = "identity.role_beyond"
    text = {
        "zh": "只有区级管理员能授予角色 {role}。",
        "en": "Only the district office grants the role {role}.",
    }
    field = "role"


class ShopNeeded(DomainError):
    kind = Kind.INVALID
    code = "identity.shop_needed"
    text = {
        "zh": "收银员须指明商户,其他角色不填商户。",
        "en": "A cashier needs a shop; no other role takes one.",
    }
    field = "shop_id"


class ShopElsewhere(DomainError):
    kind = Kind.MISSING
    code = "identity.shop_elsewhere"
    text = {
        "zh": "这个区域的账本里没有这家店:收银员只能为本区域账本接受的店授予。",
        "en": "No book of this area takes this shop: a cashier is granted for a shop that one of them takes.",
    }
    field = "shop_id"


class PeriodBackwards(DomainError):
    kind = Kind.INVALID
    code = "identity.period_backwards"
    text = {
        "zh": "结束时间须晚于开始时间和现在。",
        "en": "The end must come after the beginning and after now.",
    }
    field = "valid_to"


class FrozenAlready(DomainError):
    kind = Kind.CONFLICT
    code = "identity.frozen_already"
    text = {"zh": "这个账号已经冻结。", "en": "This account is frozen already."}


class NotFrozen(DomainError):
    kind = Kind.CONFLICT
    code = "identity.not_frozen"
    text = {"zh": "这个账号没有冻结。", "en": "This account is not frozen."}


class ThawByOwner(DomainError):
    kind = Kind.DENIED
    code = "identity.thaw_by_owner"
    text = {
        "zh": "不能给自己解冻,请由另一位工作人员核实后办理。",
        "en": "Nobody thaws his own account; another member of staff must see to it.",
    }


class AppealedAlready(DomainError):
    kind = Kind.CONFLICT
    code = "identity.appealed_already"
    text = {"zh": "已经申诉过,请等待处理。", "en": "You have appealed already; please wait for the answer."}
