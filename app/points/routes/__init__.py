"""The ledger over HTTP."""

from app.points.routes import (
    adjustments,
    allotments,
    award_rules,
    books,
    clearing,
    households,
    journal,
    lifetimes,
    months,
    owners,
    passbooks,
    proposals,
    register,
    statements,
)

BLUEPRINTS = (
    books.blueprint,
    proposals.blueprint,
    adjustments.blueprint,
    passbooks.blueprint,
    journal.blueprint,
    allotments.blueprint,
    award_rules.blueprint,
    clearing.blueprint,
    households.blueprint,
    lifetimes.blueprint,
    months.blueprint,
    owners.blueprint,
    register.blueprint,
    statements.blueprint,
)
