"""Anti-fraud over HTTP."""

from app.risk.routes import cases, lists, own, rule_sets

BLUEPRINTS = (rule_sets.blueprint, lists.blueprint, cases.blueprint, own.blueprint)
