"""What the columns of the programme's figures are called in a table."""

TITLES: dict[str, dict[str, str]] = {
    "month": {"zh": "月份", "en": "Month"},
    "closed": {"zh": "已结账", "en": "Closed"},
    "yes": {"zh": "是", "en": "yes"},
    "no": {"zh": "否", "en": "no"},
    "issued": {"zh": "发行", "en": "Points made"},
    "awarded_opening": {"zh": "纸质存折转入", "en": "Taken over from paper"},
    "awarded_award": {"zh": "志愿服务奖励", "en": "Awarded for volunteering"},
    "awarded_report_award": {"zh": "反映问题奖励", "en": "Awarded for reports"},
    "redeemed": {"zh": "商户收到", "en": "Spent at shops"},
    "refunded": {"zh": "商户退回", "en": "Given back by shops"},
    "expired": {"zh": "到期", "en": "Expired"},
    "clawed_back": {"zh": "发错已收回", "en": "Taken back of wrong awards"},
    "owed_back": {"zh": "发错待追回", "en": "Still owed of wrong awards"},
    "corrected": {"zh": "冲正", "en": "Corrected"},
    "transferred_out": {"zh": "存折转移转出", "en": "Moved out of passbooks"},
    "transferred_in": {"zh": "存折转移转入", "en": "Moved into passbooks"},
    "cleared_out": {"zh": "转出到其他社区", "en": "Moved to other communities"},
    "cleared_in": {"zh": "从其他社区转入", "en": "Moved in from other communities"},
    "outstanding": {"zh": "月末居民持有", "en": "Held by residents at the end"},
    "received_fen": {"zh": "资助款到账(分)", "en": "Paid in by sponsors (fen)"},
    "paid_fen": {"zh": "付给商户(分)", "en": "Paid to shops (fen)"},
    "liability_fen": {"zh": "居民积分备付金(分)", "en": "Money behind residents' points (fen)"},
    "reserve_fen": {"zh": "预算备付金(分)", "en": "Money behind budgets (fen)"},
    "owed_to_shops_fen": {"zh": "应付商户(分)", "en": "Owed to shops (fen)"},
    "sponsors_free_fen": {"zh": "资助方未用资金(分)", "en": "Sponsors' free money (fen)"},
    "active_people": {"zh": "有变动的存折", "en": "Passbooks that moved"},
    "new_passbooks": {"zh": "新存折", "en": "New passbooks"},
}


def title(name: str, lang: str) -> str:
    """What a column is called; also yes and no."""
    return TITLES[name][lang]
