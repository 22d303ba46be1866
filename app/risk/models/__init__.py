"""The tables of anti-fraud. What may change in them, and by whom, stands in migrations/sql/0026_risk.sql."""

from app.risk.models.cases import Appeal, Case, CaseEvent, Finding
from app.risk.models.decisions import DecisionRow, FactRow, ShadowRow
from app.risk.models.rule_sets import Backtest, ListItem, RiskList, RuleSet, Snooze

__all__ = [
    "Appeal",
    "Backtest",
    "Case",
    "CaseEvent",
    "DecisionRow",
    "FactRow",
    "Finding",
    "ListItem",
    "RiskList",
    "RuleSet",
    "ShadowRow",
    "Snooze",
]
