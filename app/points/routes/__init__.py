"""The ledger over HTTP."""

from app.points.routes import allotments, books, journal, owners, passbooks, proposals

BLUEPRINTS = (
    books.blueprint,
    owners.blueprint,
    allotments.blueprint,
    proposals.blueprint,
    passbooks.blueprint,
    journal.blueprint,
)
