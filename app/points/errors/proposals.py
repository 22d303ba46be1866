"""The refusals of acts that take two people."""

from app.kernel.errors import DomainError, Kind


class ProposalMissing(DomainError):
    kind = Kind.MISSING
    code = "points.proposal_missing"
    text = {"zh": "没有这项申请。", "en": "There is no such proposal."}
    field = "proposal_id"


class ProposalOwn(DomainError):
    kind = Kind.DENIED
    code = "points.proposal_own"
    text = {
        "zh": "这项申请是您自己提出的,须由另一位经办人审批。",
        "en": "You made this proposal yourself; another person must decide it.",
    }
    field = "proposal_id"


class ProposalDecided(DomainError):
    kind = Kind.CONFLICT
    code = "points.proposal_decided"
    text = {
        "zh": "这项申请已经办结(状态:{state}),不能再次处理。",
        "en": "This proposal is settled already (state: {state}) and cannot be decided again.",
    }
    field = "proposal_id"
