"""The ledger over HTTP."""

from app.points.routes import books, clearing, journal, passbooks, proposals

BLUEPRINTS = (books.blueprint, proposals.blueprint, passbooks.blueprint, journal.blueprint, clearing.blueprint)
