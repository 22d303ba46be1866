"""The sentences a resident or an auditor reads, in Chinese and in English."""

from datetime import date

from app.points.terms import AccountKind, Asset, Code, ProposalKind

WHAT: dict[Code, dict[str, str]] = {
    Code.FUND: {"zh": "资助款到账", "en": "Money received from the sponsor"},
    Code.MINT: {"zh": "发行积分", "en": "Points made for a budget"},
    Code.ALLOT: {"zh": "划拨积分", "en": "Points handed on"},
    Code.OPENING: {"zh": "纸质存折转入", "en": "Taken over from the paper passbook"},
    Code.AWARD: {"zh": "志愿服务奖励", "en": "Earned by volunteering"},
    Code.REPORT_AWARD: {"zh": "反映问题被采纳", "en": "Earned by an accepted report"},
    Code.REDEMPTION: {"zh": "商户消费", "en": "Spent at a shop"},
    Code.REFUND: {"zh": "商户退款", "en": "Refunded by a shop"},
    Code.REVERSAL: {"zh": "更正冲销", "en": "Correction of an earlier entry"},
    Code.CLAWBACK: {"zh": "不实奖励清退", "en": "Award taken back"},
    Code.RECOVERY: {"zh": "抵扣待追回的积分", "en": "Owed points paid back"},
    Code.EXPIRY: {"zh": "积分到期", "en": "Expired"},
    Code.PAYOUT: {"zh": "与商户结算", "en": "Settled with a shop"},
    Code.ADJUSTMENT: {"zh": "商户应付款调整", "en": "What a shop is owed, adjusted"},
    Code.ALLOT_RETURN: {"zh": "划拨额度收回", "en": "Allotment returned"},
    Code.TRANSFER: {"zh": "存折转移", "en": "Moved between passbooks"},
    Code.CLEARING_OUT: {"zh": "转出到其他社区", "en": "Moved to another community"},
    Code.CLEARING_IN: {"zh": "从其他社区转入", "en": "Moved in from another community"},
    Code.CLEARING_PAYMENT: {"zh": "社区间结算", "en": "Settled between communities"},
    Code.RESTRIPE: {"zh": "预算内部调整", "en": "Levelled within a budget"},
}
KIND: dict[AccountKind, dict[str, str]] = {
    AccountKind.ISSUANCE: {"zh": "积分发行", "en": "Points issued"},
    AccountKind.SPONSOR_BUDGET: {"zh": "资助方预算", "en": "Sponsors' budgets"},
    AccountKind.ALLOTMENT: {"zh": "划拨额度", "en": "Allotments"},
    AccountKind.RESIDENT: {"zh": "居民存折", "en": "Residents' passbooks"},
    AccountKind.MERCHANT_POINTS: {"zh": "商户收到的积分", "en": "Points taken by shops"},
    AccountKind.BREAKAGE: {"zh": "到期失效的积分", "en": "Expired points"},
    AccountKind.CLAWBACK: {"zh": "待追回的积分", "en": "Points owed back"},
    AccountKind.BANK: {"zh": "银行往来", "en": "Bank"},
    AccountKind.SPONSOR_FUNDING: {"zh": "资助方资金", "en": "Sponsors' money"},
    AccountKind.BUDGET_RESERVE: {"zh": "预算备付金", "en": "Money behind budgets"},
    AccountKind.POINTS_LIABILITY: {"zh": "居民积分备付金", "en": "Money behind residents' points"},
    AccountKind.MERCHANT_PAYABLE: {"zh": "应付商户款", "en": "Owed to shops"},
    AccountKind.BREAKAGE_RESULT: {"zh": "失效积分结余", "en": "Money kept from expired points"},
    AccountKind.CLEARING: {"zh": "通存通兑往来积分", "en": "Points cleared with other books"},
    AccountKind.CLEARING_DUE: {"zh": "通存通兑往来款", "en": "Money owed between books"},
}
PROPOSAL: dict[ProposalKind, dict[str, str]] = {
    ProposalKind.MINT: {"zh": "发行积分", "en": "Make points for a budget"},
    ProposalKind.RULE: {"zh": "发布积分规则", "en": "Publish an award rule"},
    ProposalKind.UNDO: {"zh": "撤销一笔奖励", "en": "Take an award back"},
    ProposalKind.TRANSFER: {"zh": "存折转移", "en": "Move a passbook's points"},
    ProposalKind.CLEARING: {"zh": "通存通兑协议", "en": "Agree on clearing with another book"},
    ProposalKind.ADJUSTMENT: {"zh": "商户应付款调整", "en": "Adjust what a shop is owed"},
}
DIRECTION = {"zh": ("支出", "存入"), "en": ("out", "in")}
FEN_PER_YUAN = 100


def sentence(code: str, amount: int, asset: str, lang: str) -> str:
    """Say what an entry is: "志愿服务奖励,存入 20 积分" / "Earned by volunteering: 20 points in"."""
    return moved(kind_of_entry(code, lang), amount, asset, lang)


def kind_of_entry(code: str, lang: str) -> str:
    """Name a kind of entries."""
    return WHAT[Code(code)][lang]


def moved(what: str, amount: int, asset: str, lang: str) -> str:
    """Say what moved points or money, and how much which way."""
    direction, quantity = DIRECTION[lang][amount > 0], _quantity(abs(amount), asset, lang)
    return f"{what},{direction} {quantity}" if lang == "zh" else f"{what}: {quantity} {direction}"


def notice(points: int, expires_on: date, lang: str) -> str:
    """Tell of points that lapse soon: "您有 30 积分将于 2026-07-31 到期,当天仍可使用"."""
    quantity = _quantity(points, Asset.POINTS, lang)
    if lang == "zh":
        return f"您有 {quantity}将于 {expires_on.isoformat()} 到期,当天仍可使用"
    return f"{quantity} can be spent until {expires_on.isoformat()}, that day included, and lapse then"


def code_title(code: str, lang: str) -> str:
    """Name what a transaction is about."""
    return WHAT[Code(code)][lang]


def kind_title(kind: str, lang: str) -> str:
    """Name a kind of accounts."""
    return KIND[AccountKind(kind)][lang]


def proposal_title(kind: str, lang: str) -> str:
    """Name what a proposal is about."""
    return PROPOSAL[ProposalKind(kind)][lang]


def _quantity(amount: int, asset: str, lang: str) -> str:
    if asset == Asset.POINTS:
        return f"{amount} 积分" if lang == "zh" else f"{amount} point{'' if amount == 1 else 's'}"
    yuan = f"{amount // FEN_PER_YUAN}.{amount % FEN_PER_YUAN:02}"
    return f"{yuan} 元" if lang == "zh" else f"CNY {yuan}"
