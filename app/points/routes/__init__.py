"""The ledger over HTTP."""

from app.points.routes import books, journal, passbooks, proposals, statements

BLUEPRINTS = (books.blueprint, proposals.blueprint, passbooks.blueprint, statements.blueprint, journal.blueprint)
