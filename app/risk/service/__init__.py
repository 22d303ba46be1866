"""Anti-fraud for its callers: `decide` and `settle_decision`; and for those who write rules and look into cases."""

from app.risk.rules.definitions import RuleDefinition, RuleSetDefinition
from app.risk.rules.events import Decision, Event
from app.risk.service.appeals import (
    answer_appeal,
    appeal,
    appeal_refused_sign_in,
    appeal_sign_in,
    forget_appeals,
    list_appeals,
    list_own_decisions,
    list_own_sign_ins,
    read_own_data,
)
from app.risk.service.backtests import list_backtests, run_backtest, show_backtest, start_backtest
from app.risk.service.batches import AwardAsk, AwardDecision, decide_awards, find_kin
from app.risk.service.cases import (
    close_case,
    comment_case,
    list_case_decisions,
    list_cases,
    show_case,
    take_case,
)
from app.risk.service.dealings import DealingsOf, list_case_payments
from app.risk.service.deciding import decide
from app.risk.service.decisions import list_decisions, purge_facts, show_decision
from app.risk.service.lists import add_item, create_list, list_items, list_lists, remove_item
from app.risk.service.own import HouseShops
from app.risk.service.rings import find_rings_step
from app.risk.service.rule_sets import (
    list_rule_sets,
    publish_rule_set,
    retire_rule_set,
    save_rule_set,
    show_rule_set,
    start_defaults,
    start_shadow,
    sum_shadow,
)
from app.risk.service.settling import forget_fact, settle_decision, settle_none
from app.risk.service.signing_in import judge_sign_in
from app.risk.service.snoozes import end_snooze, list_snoozes, snooze_rule
from app.risk.service.taking_over import take_over_case

__all__ = [
    "AwardAsk",
    "AwardDecision",
    "DealingsOf",
    "Decision",
    "Event",
    "HouseShops",
    "RuleDefinition",
    "RuleSetDefinition",
    "add_item",
    "answer_appeal",
    "appeal",
    "appeal_refused_sign_in",
    "appeal_sign_in",
    "close_case",
    "comment_case",
    "create_list",
    "decide",
    "decide_awards",
    "end_snooze",
    "find_kin",
    "find_rings_step",
    "forget_appeals",
    "forget_fact",
    "judge_sign_in",
    "list_appeals",
    "list_backtests",
    "list_case_decisions",
    "list_case_payments",
    "list_cases",
    "list_decisions",
    "list_items",
    "list_lists",
    "list_own_decisions",
    "list_own_sign_ins",
    "list_rule_sets",
    "list_snoozes",
    "publish_rule_set",
    "purge_facts",
    "read_own_data",
    "remove_item",
    "retire_rule_set",
    "run_backtest",
    "save_rule_set",
    "settle_decision",
    "settle_none",
    "show_backtest",
    "show_case",
    "show_decision",
    "show_rule_set",
    "snooze_rule",
    "start_backtest",
    "start_defaults",
    "start_shadow",
    "sum_shadow",
    "take_case",
    "take_over_case",
]
