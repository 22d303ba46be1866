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


def say(words: Words) -> str:
    """Say it in the language of the request."""
    return words[0 if problems.language() == "zh" else 1]
