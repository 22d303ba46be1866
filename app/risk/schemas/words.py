"""The sentences: reasons for staff, and for residents what happened and what they can do. Never how it was found."""

from collections.abc import Mapping

from app.risk.terms import EventKind, Fate, Outcome, Reason

Words = Mapping[str, str]

REASONS: Mapping[Reason, Words] = {
    Reason.VEL_RESIDENT_1H: {"zh": "居民一小时内次数多", "en": "many facts of one resident within an hour"},
    Reason.VEL_RESIDENT_1D: {"zh": "居民一天内数额大", "en": "many points of one resident within a day"},
    Reason.VEL_PAIR_1D: {
        "zh": "同一居民与同一商户(或协调员)往来频繁",
        "en": "one resident and one shop or coordinator, often",
    },
    Reason.VEL_DEVICE_1D: {"zh": "一台设备一天内次数多", "en": "many facts from one device within a day"},
    Reason.VEL_SHOP: {"zh": "商户或终端短时间内异常多", "en": "a burst at a shop or terminal"},
    Reason.VEL_COORDINATOR_1D: {"zh": "协调员一天内发分多", "en": "many points by one coordinator within a day"},
    Reason.VEL_HOUSEHOLD_1D: {"zh": "一户一天内得分多", "en": "many points of one household within a day"},
    Reason.VEL_PERSON: {"zh": "账号短时间内登录多", "en": "many sign-ins of one account"},
    Reason.DEV_SHARED: {"zh": "一台设备多人使用", "en": "one device used by many"},
    Reason.DEV_NEW: {"zh": "刚换的设备", "en": "a device that is new"},
    Reason.ACCOUNT_NEW: {"zh": "新账号", "en": "an account that is new"},
    Reason.SELF_DEAL: {"zh": "商户人员在本店用积分", "en": "staff of the shop spend at the shop"},
    Reason.KIN_DEAL: {"zh": "同住或亲属之间", "en": "among those who live together or are related"},
    Reason.GEO_FAR: {"zh": "位置离得远", "en": "far from where it should be"},
    Reason.GEO_VAGUE: {"zh": "定位不准", "en": "a vague position"},
    Reason.GEO_TRAVEL: {"zh": "移动速度不合常理", "en": "faster than one can travel"},
    Reason.GEO_CONSTANT: {"zh": "坐标一再完全相同", "en": "the very same coordinates again and again"},
    Reason.PHOTO_AGAIN: {"zh": "照片用过", "en": "a photo that was used before"},
    Reason.POINTS_ONLY: {"zh": "大额订单全用积分", "en": "a large order paid by points alone"},
    Reason.ROUND_AMOUNT: {"zh": "整数大额", "en": "a large round amount"},
    Reason.OFF_HOURS: {"zh": "深夜", "en": "in the middle of the night"},
    Reason.OFF_ROSTER: {"zh": "不在排班内", "en": "not on the roster"},
    Reason.RETURN_RATIO: {"zh": "用了又退的多", "en": "much is spent and given back"},
    Reason.QUICK_BURN: {"zh": "刚得分就大额用掉", "en": "earned just now and spent at once"},
    Reason.SHARE_AT_SHOP: {"zh": "积分几乎都用在一家商户", "en": "nearly all points go to one shop"},
    Reason.SHARE_OF_SHOP: {"zh": "商户的积分大多来自少数人", "en": "few people spend most of a shop's points"},
    Reason.RING: {"zh": "在紧密的小团体里", "en": "within a tight group"},
    Reason.RECIPROCITY: {"zh": "协调员互相发分", "en": "coordinators award each other"},
    Reason.LISTED: {"zh": "在名单上", "en": "on a list"},
    Reason.ADDRESS_NEW: {"zh": "从没见过的地址登录", "en": "from an address not seen before"},
    Reason.NET_CROWD: {"zh": "同一网络短期内新账号多", "en": "many new accounts from one network"},
    Reason.HELPER_MANY: {"zh": "一人代许多居民消费", "en": "one helper spends for many residents"},
    Reason.WECHAT_RANK: {"zh": "微信认为风险高", "en": "ranked as risky by WeChat"},
    Reason.CODE_REUSE: {"zh": "付款码重复使用", "en": "a code that was used before"},
    Reason.OTHER: {"zh": "其他(见规则名称)", "en": "another reason: see the rule"},
    Reason.ENGINE_FAILED: {
        "zh": "规则未能全部判断,按规定从严",
        "en": "the rules could not all be asked; the stricter way was taken",
    },
}
ACTS: Mapping[EventKind, Words] = {
    EventKind.REDEEM: {"zh": "使用积分", "en": "spending points"},
    EventKind.REFUND: {"zh": "退还积分", "en": "giving points back"},
    EventKind.AWARD: {"zh": "获得积分", "en": "earning points"},
    EventKind.CHECK_IN: {"zh": "签到", "en": "checking in"},
    EventKind.LOGIN: {"zh": "登录", "en": "signing in"},
}
APPEAL: Words = {
    "zh": "如有疑问可在此申诉,由另一位工作人员答复。",
    "en": "If you disagree, appeal here; another member of staff will answer.",
}
LOOKED: Words = {
    "zh": "只是按惯例由工作人员再看一眼,您不用做什么。",
    "en": "Staff will have a second look, as is usual; you need not do anything.",
}
WENT: Words = {"zh": "您这次{act}已经办成。{looked}{appeal}", "en": "This time {act} went through. {looked} {appeal}"}
HUMANE: Mapping[Outcome, Words] = {
    Outcome.APPROVE: {"zh": "您这次{act}已正常通过。", "en": "This time {act} went through."},
    Outcome.REVIEW: WENT,
    Outcome.BLOCK_AND_REVIEW: {
        "zh": "为了您的积分安全,您这次{act}需要再确认一下。这不代表您做错了什么。{appeal}",
        "en": "To keep your points safe, this time {act} needs one more confirmation. It does not mean that you did "
        "anything wrong. {appeal}",
    },
    Outcome.DECLINE: {
        "zh": "很抱歉,您这次{act}没有办成,您的积分没有减少。{appeal}也可到居委会当面反映。",
        "en": "We are sorry: this time {act} could not be done; your points are untouched. {appeal} Or ask at the "
        "neighbourhood office.",
    },
}
AWARD_WAITS: Words = {
    "zh": "您这次{act}要先由另一位工作人员看过才到账,您不用做什么;到账与否请看积分明细。{appeal}",
    "en": "This time {act} waits until a second member of staff has looked; you need not do anything. Whether it came "
    "stands in your passbook. {appeal}",
}
OF_KIND: Mapping[tuple[EventKind, Outcome], Words] = {
    (EventKind.AWARD, Outcome.REVIEW): AWARD_WAITS,
    (EventKind.AWARD, Outcome.BLOCK_AND_REVIEW): AWARD_WAITS,
    (EventKind.REFUND, Outcome.BLOCK_AND_REVIEW): {
        "zh": "您这次{act}暂时没有办成,由工作人员先看一眼;看过后店家会再退一次,您不用做什么。{appeal}",
        "en": "This time {act} was held up until staff have looked; the shop then gives back anew, and you need not do "
        "anything. {appeal}",
    },
    (EventKind.CHECK_IN, Outcome.BLOCK_AND_REVIEW): {
        "zh": "您这次{act}已记下,要由工作人员看过才算,您不用做什么。{appeal}",
        "en": "This time {act} was noted and counts once staff have looked; you need not do anything. {appeal}",
    },
    (EventKind.LOGIN, Outcome.BLOCK_AND_REVIEW): {
        "zh": "您这次{act}成功,可以查看一切;为了您的积分安全,账号暂停付出积分,由工作人员看过后恢复。"
        "这不代表您做错了什么。{appeal}",
        "en": "This time {act} worked and you can read everything; to keep your points safe the account is paused, and "
        "pays no points until staff have looked. It does not mean that you did anything wrong. {appeal}",
    },
    (EventKind.LOGIN, Outcome.DECLINE): {
        "zh": "很抱歉,您这次{act}没有成功,账号也暂停付出积分,您的积分没有减少。{appeal}也可到居委会当面反映。",
        "en": "We are sorry: this time {act} did not work, and the account is paused; your points are untouched. "
        "{appeal} Or ask at the neighbourhood office.",
    },
}
FATES: Mapping[Fate, Words] = {
    Fate.TO_CONFIRM: {
        "zh": "为了您的积分安全,您这次{act}要您在手机上再确认一下才办成。这不代表您做错了什么。{appeal}",
        "en": "To keep your points safe, this time {act} waits until you confirm it on your phone. It does not mean "
        "that you did anything wrong. {appeal}",
    },
    Fate.WAITING: {
        "zh": "您这次{act}还没有办完:积分先留着,等店家收取。{looked}{appeal}",
        "en": "This time {act} is not finished: the points are set aside until the shop takes them. {looked} {appeal}",
    },
    Fate.DONE: WENT,
    Fate.UNDONE: {
        "zh": "您这次{act}没有办成或已撤销,您的积分没有减少。{appeal}",
        "en": "This time {act} did not come to pass or was taken back; your points are untouched. {appeal}",
    },
    Fate.RETURNED: {
        "zh": "您这次{act}已经办成,后来积分全部退还给您了。{appeal}",
        "en": "This time {act} went through, and later all the points came back to you. {appeal}",
    },
}


def reason(code: str, lang: str) -> str:
    """Say a reason to staff."""
    return REASONS[Reason(code)][lang]


def humane(kind: str, outcome: str, lang: str, *, fate: Fate | None = None, by_buying: bool = False) -> str:
    """Say to a resident what became of his act: what really did, where that is known.

    `by_buying`: an award for a purchase, which a review does not keep back.
    """
    act, end = EventKind(kind), Outcome(outcome)
    words = OF_KIND.get((act, end), HUMANE[end])
    told = end is Outcome.DECLINE or (act is EventKind.REFUND and fate is Fate.UNDONE and (act, end) in OF_KIND)
    if act is EventKind.AWARD and end is Outcome.REVIEW and by_buying:
        words = WENT
    if fate is not None and not told:
        words = FATES[fate]
    return words[lang].format(act=ACTS[act][lang], looked=LOOKED[lang], appeal=APPEAL[lang])
