"""Every refusal of gatherings, and of awards before the ledger is asked. The others of awards are the ledger's."""

from app.kernel.errors import Declined, DomainError, Kind


class GatheringMissing(DomainError):
    kind = Kind.MISSING
    code = "volunteers.gathering_missing"
    text = {"zh": "没有这次活动。", "en": "There is no such gathering."}
    field = "gathering_id"


class GatheringTimes(DomainError):
    kind = Kind.INVALID
    code = "volunteers.gathering_times"
    text = {
        "zh": "活动须在开始之后结束,至多 {hours_max} 小时,最短停留不得长于活动本身。",
        "en": "A gathering ends after it begins, within {hours_max} hours, and is no shorter than its minimum stay.",
    }
    field = "ends_at"


class GatheringNotNow(DomainError):
    kind = Kind.CONFLICT
    code = "volunteers.gathering_not_now"
    text = {
        "zh": "现在不能签到:活动开始前半小时至结束后半小时可以签到签退。",
        "en": "Nobody checks in now: it is open from half an hour before the beginning to half an hour after the end.",
    }


class CodeStale(DomainError):
    kind = Kind.CONFLICT
    code = "volunteers.code_stale"
    text = {
        "zh": "签到码不对或已过期:请在现场重新扫描负责人屏幕上的码。",
        "en": "This code is wrong or over: scan the one on the leader's screen again, on site.",
    }
    field = "site_code"


class LeftTooEarly(DomainError):
    kind = Kind.CONFLICT
    code = "volunteers.left_too_early"
    text = {
        "zh": "签到后至少停留 {minutes_min} 分钟才能签退,请活动结束时再扫。",
        "en": "The stay lasts {minutes_min} minutes at least: scan again when the gathering is over.",
    }


class GatheringFull(DomainError):
    kind = Kind.CONFLICT
    code = "volunteers.gathering_full"
    text = {
        "zh": "签到人数已满({stays_max} 人)。",
        "en": "As many as can have checked in ({stays_max}).",
    }


class LeaderInside(DomainError):
    kind = Kind.DENIED
    code = "volunteers.leader_inside"
    text = {
        "zh": "活动负责人不能给自己签到,请由另一位负责人开设活动。",
        "en": "Who leads a gathering does not check in at it: somebody else has to open it.",
    }


class CheckInDeclined(Declined):
    kind = Kind.DENIED
    code = "volunteers.check_in_declined"
    text = {
        "zh": "这次签到没有通过,已记录并由工作人员查看;如有疑问可以申诉。",
        "en": "This check-in did not go through. It was noted, and people will look at it; you may appeal.",
    }


class HeadsUncounted(DomainError):
    kind = Kind.CONFLICT
    code = "volunteers.heads_uncounted"
    text = {
        "zh": "请先清点并填写现场人数,再发积分。",
        "en": "Count the heads on site first, then points are paid.",
    }


class HeadsCounted(DomainError):
    kind = Kind.CONFLICT
    code = "volunteers.heads_counted"
    text = {
        "zh": "现场人数已填写为 {heads},不能再改。",
        "en": "The heads were counted before ({heads}) and are not counted otherwise.",
    }
    field = "heads"


class HeadsFewer(DomainError):
    kind = Kind.CONFLICT
    code = "volunteers.heads_fewer"
    text = {
        "zh": "签到 {stays} 人,现场只有 {heads} 人:请会计逐个核对并剔除多出的签到。",
        "en": "{stays} checked in and {heads} were there: a treasurer has to reject those who were not.",
    }


class StayMissing(DomainError):
    kind = Kind.MISSING
    code = "volunteers.stay_missing"
    text = {"zh": "这个人没有在这次活动签到。", "en": "This person did not check in at this gathering."}
    field = "resident_id"


class StayDecided(DomainError):
    kind = Kind.CONFLICT
    code = "volunteers.stay_decided"
    text = {
        "zh": "这次签到已经核定({verdict}),不能再作不同的核定。",
        "en": "This stay was decided before ({verdict}) and cannot be decided otherwise.",
    }


class StayOwn(DomainError):
    kind = Kind.DENIED
    code = "volunteers.stay_own"
    text = {
        "zh": "不能核定自己、同住的人或亲属的签到,也不能核定自己负责的活动。",
        "en": "Nobody decides on the own stay, on that of whoever lives with him or is a relative, nor at a gathering "
        "that he leads.",
    }


class AwardToKin(DomainError):
    kind = Kind.DENIED
    code = "volunteers.award_to_kin"
    text = {
        "zh": "不能给自己、同住的人或登记的亲属发积分,请由其他协调员发放。",
        "en": "Nobody awards himself, those he lives with, or his declared relatives: another coordinator has to.",
    }
    field = "resident_id"


class AwardDeclined(Declined):
    kind = Kind.DENIED
    code = "volunteers.award_declined"
    text = {
        "zh": "这笔积分没有通过风险核查,已记录并由出纳查看。",
        "en": "This award did not pass the check for fraud. It was noted, and a treasurer will look.",
    }


class AwardOffRoster(DomainError):
    kind = Kind.DENIED
    code = "volunteers.award_off_roster"
    text = {
        "zh": "本社区只给有签到签退记录的服务发积分:请填写活动编号(activity_id),用该活动的规则(rule);"
        "活动须已清点人数,居民须在该活动签到并签退,时长不超过停留时间。",
        "en": "Here only services with a check-in are awarded: name the gathering in activity_id and its own rule. Its"
        " heads are counted, the resident checked in and out there, and stayed no shorter than that.",
    }
    field = "activity_id"


class AwardRejected(DomainError):
    kind = Kind.CONFLICT
    code = "volunteers.award_rejected"
    text = {
        "zh": "这笔积分已被驳回:{reason}。如内容有误,请更正后重新提交。",
        "en": "This award was rejected: {reason}. If it said something wrong, correct that and send it again.",
    }


class AwardWaiting(DomainError):
    kind = Kind.CONFLICT
    code = "volunteers.award_waiting"
    text = {
        "zh": "同一服务已提交且正在等待确认,内容不同:请先请出纳驳回原来的一笔。",
        "en": "This service waits for confirmation with other content: ask a treasurer to reject that one first.",
    }


class CheckMissing(DomainError):
    kind = Kind.MISSING
    code = "volunteers.check_missing"
    text = {"zh": "没有这笔待确认的积分。", "en": "There is no such award to look at."}
    field = "check_id"


class CheckDecided(DomainError):
    kind = Kind.CONFLICT
    code = "volunteers.check_decided"
    text = {
        "zh": "这笔积分的状态已是 {state},不能再作不同的处理。",
        "en": "This award is {state} already and is not decided otherwise.",
    }


class CheckOutgrown(Declined):
    """It lapses with this: what nobody has seen is paid by nobody."""

    kind = Kind.CONFLICT
    code = "volunteers.check_outgrown"
    text = {
        "zh": "这笔积分提交时应得 {told} 分,按现行规则会发 {points} 分,未发放并已失效:请协调员重新提交后再确认。",
        "en": "This award was told as {told} points and would pay {points} by the rule of now. Nothing was paid and it"
        " lapsed: have it sent again, then look at it as it is.",
    }
    field = "check_id"


class CheckOwn(DomainError):
    kind = Kind.DENIED
    code = "volunteers.check_own"
    text = {
        "zh": "须由另一个人处理:不能确认或驳回自己发的、发给自己、同住的人或亲属的积分。",
        "en": "Somebody else has to: nobody decides on an award that he gave, or that is for himself, those he lives"
        " with or his relatives.",
    }


class PolicyPoints(DomainError):
    kind = Kind.INVALID
    code = "volunteers.policy_points"
    text = {
        "zh": "无签到时的上限({paper})不能高于有签到时的上限({alone})。",
        "en": "What is given without a check-in ({paper}) is no more than with one ({alone}).",
    }
    field = "paper_points_max"


class PolicyEased(DomainError):
    kind = Kind.DENIED
    code = "volunteers.policy_eased"
    text = {
        "zh": "放宽把关规定须由另一位会计批准:请先提出申请(award-policy-proposals)。被放宽的是:{names}。",
        "en": "Holding fewer awards back takes a second treasurer: see award-policy-proposals. Eased: {names}.",
    }


class PolicyProposalMissing(DomainError):
    kind = Kind.MISSING
    code = "volunteers.policy_proposal_missing"
    text = {"zh": "没有这项放宽把关规定的申请。", "en": "There is no such proposal for a policy of awards."}
    field = "policy_proposal_id"


class PolicyProposalOwn(DomainError):
    kind = Kind.DENIED
    code = "volunteers.policy_proposal_own"
    text = {
        "zh": "须由另一位会计处理:不能批准或拒绝自己、同住的人或亲属提出的申请。",
        "en": "Another treasurer has to: nobody decides on what he, those he lives with or his relatives proposed.",
    }
    field = "policy_proposal_id"


class PolicyProposalDecided(DomainError):
    kind = Kind.CONFLICT
    code = "volunteers.policy_proposal_decided"
    text = {
        "zh": "这项申请已经办结或过期(状态:{state}),不能再次处理,可以重新提出。",
        "en": "This proposal is settled or over (state: {state}) and is not decided again; it may be made anew.",
    }
    field = "policy_proposal_id"


class PolicyProposalOutdated(DomainError):
    kind = Kind.CONFLICT
    code = "volunteers.policy_proposal_outdated"
    text = {
        "zh": "提出申请之后把关规定已经改过:请拒绝或撤回,按现行规定重新提出。",
        "en": "The policy was changed since this was proposed: reject or withdraw it, and propose it anew.",
    }
    field = "policy_proposal_id"
