"""The ledger over HTTP."""

from app.points.routes import (
    allotments,
    books,
    clearing,
    journal,
    lifetimes,
    months,
    owners,
    passbooks,
    proposals,
    statements,
)

BLUEPRINTS = (
    books.blueprint,
    proposals.blueprint,
    passbooks.blueprint,
    journal.blueprint,
    allotments.blueprint,
    clearing.blueprint,
    lifetimes.blueprint,
    months.blueprint,
    owners.blueprint,
    statements.blueprint,
)
