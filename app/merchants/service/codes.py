"""One-use codes: given to a resident, spent by a payment."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from app.infra.unit_of_work import UnitOfWork
from app.merchants import errors, queries, rules, terms
from app.points import queries as points_queries

# Takes the first drawn code that nobody's unexpired code has. A row whose time is over is taken over; a twin that took
# the same code in this very moment leaves no row to return.
_KEEP = text("""
    INSERT INTO merchants_codes AS k (book_id, code_hash, resident_id, issued_at, expires_at)
    SELECT :book_id, c.hash, :resident_id, :now, :expires_at
      FROM unnest(CAST(:hashes AS bytea[])) WITH ORDINALITY AS c (hash, place)
     WHERE NOT EXISTS (SELECT 1 FROM merchants_codes x
                        WHERE x.book_id = :book_id AND x.code_hash = c.hash AND x.expires_at > :now)
     ORDER BY c.place LIMIT 1
    ON CONFLICT (book_id, code_hash) DO UPDATE
       SET resident_id = excluded.resident_id, issued_at = excluded.issued_at, expires_at = excluded.expires_at,
           spent_at = NULL
     WHERE k.expires_at <= excluded.issued_at
    RETURNING k.code_hash
""")

_SPEND = text("""
    UPDATE merchants_codes SET spent_at = :now
     WHERE book_id = :book_id AND code_hash = :code_hash AND spent_at IS NULL AND expires_at > :now
    RETURNING resident_id
""")


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code to show at the till. Nobody can read it again."""

    code: str
    expires_at: datetime


def issue_code(uow: UnitOfWork, *, book: str) -> IssuedCode:
    """Give the actor a code of 8 digits, good once and for five minutes. Refuses CodesTooMany, CodesBusy."""
    book_id = points_queries.get_book(uow.session, book).id
    live = queries.count_live_codes(uow.session, book_id, uow.actor.id, now=uow.now)

    if live >= terms.CODES_LIVE_MAX:  # two requests at once may both pass: one code more does no harm
        minutes = int(terms.CODE_LIFE.total_seconds() // 60)
        raise errors.CodesTooMany(live_max=terms.CODES_LIVE_MAX, minutes=minutes)

    drawn = [uow.new_digits(terms.CODE_DIGITS) for _ in range(terms.CODE_CANDIDATES)]
    codes = {rules.hash_code(book_id, code): code for code in drawn}
    expires_at = uow.now + terms.CODE_LIFE
    kept = uow.session.scalar(
        _KEEP,
        {
            "book_id": book_id,
            "hashes": list(codes),
            "resident_id": uow.actor.id,
            "now": uow.now,
            "expires_at": expires_at,
        },
    )
    if kept is None:
        raise errors.CodesBusy

    return IssuedCode(codes[bytes(kept)], expires_at)


def spend_code(uow: UnitOfWork, book_id: int, code_hash: bytes) -> UUID:
    """Use a code up and answer whose it is. Of two at once, one waits and is refused. Refuses CodeNotGood."""
    row = uow.session.execute(_SPEND, {"book_id": book_id, "code_hash": code_hash, "now": uow.now}).one_or_none()
    if row is None:
        raise errors.CodeNotGood
    return UUID(str(row.resident_id))
