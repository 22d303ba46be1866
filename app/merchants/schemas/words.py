"""Sentences of settling, in both languages: why a line is kept back, and how that stands."""

from collections.abc import Mapping

from app.merchants.terms import DisputeCause, DisputeState
from app.web import problems

Words = tuple[str, str]

CAUSES: Mapping[str, Words] = {
    DisputeCause.DESK: ("社区或店主提出争议", "Doubted by the desk or the owner"),
    DisputeCause.RESIDENT: ("居民投诉", "A resident complains"),
    DisputeCause.REVIEW: ("风控审查", "Looked at by anti-fraud"),
    DisputeCause.UNATTENDED: ("无人收银,延后付款", "Nobody of the shop accepted it"),
}
STATES: Mapping[str, Words] = {
    DisputeState.OPEN: ("待定", "Open"),
    DisputeState.FOR_SHOP: ("归商户", "For the shop"),
    DisputeState.FOR_RESIDENT: ("归居民", "For the resident"),
}


UNPAYABLE: Mapping[str, Words] = {
    "no_bank_account": (
        "商户没有收款账户:请补交材料,或手工付款后登记。",
        "The merchant has no bank account: hand in its papers, or pay it by hand.",
    ),
    "merchants.own_business": (
        "是经办人自己的店,请另一位会计生成付款文件。",
        "It is a shop of whoever asks; another treasurer makes the file that pays it.",
    ),
    "merchants.payout_stopped": (
        "商户或门店被暂停,恢复后再付。",
        "The merchant or its branch is suspended; it is paid when it goes on.",
    ),
    "merchants.payout_held": (
        "收款账户变更未满七天,期满后再付。",
        "The bank account changed less than seven days ago; it is paid after that.",
    ),
    "unfit_holder": (
        "账户户名含银行不收的字符,请商户申请更正。",
        "The holder's name has letters that no bank's file takes; the merchant asks for a correction.",
    ),
    "unfit_bank": (
        "银行名称含银行不收的字符,请商户申请更正。",
        "The bank's name has letters that no bank's file takes; the merchant asks for a correction.",
    ),
    "unfit_account_no": (
        "账号不是银行能收的号码,请商户申请更正。",
        "The account number is none that a bank takes; the merchant asks for a correction.",
    ),
}


def say(words: Words) -> str:
    """Say it in the language of the request."""
    return words[0 if problems.language() == "zh" else 1]
