"""The ledger over HTTP."""

from app.points.routes import books, journal, passbooks

BLUEPRINTS = (books.blueprint, passbooks.blueprint, journal.blueprint)
