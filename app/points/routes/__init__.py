"""The ledger over HTTP."""

from app.points.routes import award_rules, books, journal, passbooks, proposals, rule_awards

BLUEPRINTS = (
    books.blueprint,
    proposals.blueprint,
    passbooks.blueprint,
    journal.blueprint,
    award_rules.blueprint,
    rule_awards.blueprint,
)
