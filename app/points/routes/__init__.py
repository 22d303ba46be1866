"""The ledger over HTTP."""

from app.points.routes import books, journal, months, passbooks, proposals

BLUEPRINTS = (books.blueprint, proposals.blueprint, passbooks.blueprint, journal.blueprint, months.blueprint)
