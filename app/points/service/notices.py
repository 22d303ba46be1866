"""Telling residents that points lapse soon: once thirty days ahead and once seven."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page
from app.kernel.periods import local_date
from app.points import queries
from app.points.models import Book
from app.points.queries import Notice
from app.points.service.cursors import cut_page, read_notice
from app.points.service.news import Lapsing, PeopleOf, tell_lapsing

EARLY_DAYS, SOON_DAYS = 30, 7
NOBODY = UUID(int=0)

NoticePlace = tuple[date, UUID]
"""(expiry day, account): where the giving of notices goes on."""

# The page is cut from the order of the index before anything is joined to it.
_GIVE = text("""
    WITH page AS MATERIALIZED (
        SELECT x.expires_on, x.account_id, sum(x.points_left)::bigint AS points
          FROM points_lots x
         WHERE x.book_id = :book_id AND x.expires_on BETWEEN :today AND :last_day AND x.points_left > 0
           AND (x.expires_on, x.account_id) > (:after_day, :after_account)
         GROUP BY x.expires_on, x.account_id ORDER BY x.expires_on, x.account_id LIMIT :limit),
    given AS (
        INSERT INTO points_expiry_notices (book_id, owner_id, expires_on, days_ahead, points, given_at)
        SELECT :book_id, a.owner_id, p.expires_on, CASE WHEN p.expires_on - :today <= :soon THEN :soon ELSE :early END,
               p.points, :now
          FROM page p
          JOIN points_accounts a ON a.book_id = :book_id AND a.id = p.account_id
         WHERE NOT EXISTS (SELECT 1 FROM points_successors s WHERE s.book_id = :book_id AND s.owner_id = a.owner_id)
         ORDER BY a.owner_id, p.expires_on
        ON CONFLICT DO NOTHING
        RETURNING owner_id, expires_on, days_ahead, points)
    (SELECT p.account_id AS id, p.expires_on, NULL::smallint AS days_ahead, NULL::bigint AS points
       FROM page p ORDER BY p.expires_on, p.account_id OFFSET :limit - 1)
    UNION ALL
    SELECT g.owner_id, g.expires_on, g.days_ahead, g.points FROM given g
""")


def give_notices(
    uow: UnitOfWork,
    book: Book,
    *,
    after: NoticePlace | None = None,
    limit: int = 1000,
    people_of: PeopleOf | None = None,
) -> NoticePlace | None:
    """Give the notices due today to up to `limit` passbooks and days. Call again with the answer until None.

    May be run as often as wanted: a notice that was given is not given again. After days on which nothing ran, points
    with eight to thirty days left get the early notice late, and those with less get the one of seven days alone: the
    other would say the same. A frozen passbook is told (its points lapse as well), a closed one is not.

    Each is kept to be read; `people_of` says who is sent a message as well.
    """
    today = local_date(uow.now)
    after_day, after_account = after or (date.min, NOBODY)
    rows = uow.session.execute(
        _GIVE,
        {
            "book_id": book.id,
            "today": today,
            "last_day": today + timedelta(days=EARLY_DAYS),
            "early": EARLY_DAYS,
            "soon": SOON_DAYS,
            "after_day": after_day,
            "after_account": after_account,
            "now": uow.now,
            "limit": limit,
        },
    ).all()
    if people_of is not None:
        tell_lapsing(uow, book, [Lapsing(*row) for row in rows if row.days_ahead is not None], people_of)
    return next(((row.expires_on, row.id) for row in rows if row.days_ahead is None), None)


def list_own_notices(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[Notice]:
    """What whoever asks was told, the latest day first. Refuses BookMissing, CursorInvalid."""
    found = queries.get_book(uow.session, book)
    after = read_notice(cursor)
    rows = queries.list_notices(uow.session, found.id, uow.actor.id, after=after, limit=limit + 1)
    return cut_page(rows, limit, lambda notice: (notice.given.expires_on.isoformat(), notice.given.days_ahead))


def read_own_notice(uow: UnitOfWork, *, book: str, expires_on: date, days_ahead: int) -> Notice:
    """Note that a notice of one's own was read; the first time stays. Refuses BookMissing, NoticeMissing."""
    found = queries.get_book(uow.session, book)
    notice = queries.get_notice(uow.session, found.id, uow.actor.id, expires_on=expires_on, days_ahead=days_ahead)
    if notice.given.read_at is None:
        notice.given.read_at = uow.now
    return notice
