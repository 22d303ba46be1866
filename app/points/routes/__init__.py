"""The ledger over HTTP."""

from app.points.routes import books, journal, lifetimes, months, passbooks, proposals

BLUEPRINTS = (
    books.blueprint,
    proposals.blueprint,
    passbooks.blueprint,
    journal.blueprint,
    lifetimes.blueprint,
    months.blueprint,
)
