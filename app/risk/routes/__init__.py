"""Anti-fraud over HTTP."""

from app.risk.routes import cases, lists, own, rule_sets, sign_in_cases, sign_in_lists, sign_in_rules

BLUEPRINTS = (
    rule_sets.blueprint,
    lists.blueprint,
    cases.blueprint,
    own.blueprint,
    sign_in_rules.blueprint,
    sign_in_lists.blueprint,
    sign_in_cases.blueprint,
)
