"""What a redemption is decided on, in one statement: on the path that is asked most each one costs a round trip.

The parts are those that are also asked alone; see there for what they mean.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.identity.queries.facts import FACTS_OF_ACCOUNT, installation_of, values_of_facts
from app.infra import db
from app.merchants.models import Redemption
from app.merchants.queries.offers import terms_of_row
from app.merchants.queries.redemptions import DAY, day_of_row, day_values
from app.merchants.queries.tills import TIES
from app.merchants.rules.evidence import Known
from app.merchants.rules.offers import OfferTerms
from app.merchants.rules.redemptions import Day
from app.merchants.rules.tills import Till

_STANDING = db.driver_text(f"""
    SELECT ties.own, ties.kin, day.*, is_shop.found AS is_shop, known.*, offer.*
      FROM ({TIES}) AS ties
     CROSS JOIN ({FACTS_OF_ACCOUNT}) AS known
     CROSS JOIN ({DAY}) AS day
     CROSS JOIN (SELECT EXISTS (SELECT 1 FROM merchants_shops s
                                 WHERE s.book_id = :book_id AND s.id = :branch_id)) AS is_shop (found)
      LEFT JOIN (SELECT o.id AS offer_id, o.points_per_yuan, o.step_points, o.share_percent_max, o.minimum_spend_fen,
                        o.hours, o.person_day_points_max, o.person_day_count_max, o.shop_day_points_max, o.stock_points,
                        o.cofunding_percent
                   FROM merchants_offers o
                  WHERE o.book_id = :book_id AND o.shop_id = :branch_id AND o.made_at <= :now
                    AND (o.ended_at IS NULL OR o.ended_at > :now)
                  ORDER BY o.ended_at DESC NULLS FIRST LIMIT 1) AS offer ON true
""")  # noqa: S608 - made of our own texts, values are bound

_KNOWN = text(f"""
    SELECT ties.own, ties.kin, known.*
      FROM ({TIES}) AS ties
     CROSS JOIN ({FACTS_OF_ACCOUNT}) AS known
""")  # noqa: S608 - made of our own texts, values are bound


_HELPED = text("""
    SELECT count(DISTINCT x.resident_id) FROM (
        (SELECT r.resident_id FROM merchants_redemptions r
          WHERE r.book_id = :book_id AND r.acted_by = :acted_by AND r.requested_at > :since AND r.state <> 'declined'
          ORDER BY r.requested_at DESC LIMIT :limit)
        UNION ALL
        (SELECT g.resident_id FROM merchants_reservations g
          WHERE g.book_id = :book_id AND g.acted_by = :acted_by AND g.reserved_at > :since
          ORDER BY g.reserved_at DESC LIMIT :limit)
        UNION ALL
        SELECT CAST(:resident_id AS uuid)) x
""")
HELPED_MAX = 1000
"""Of the newest payments and gifts: as windows count."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the shop is one of the book, and its offer in force; whether the resident is of the house; his day.

    `known`: what anti-fraud is told of him.
    """

    is_shop: bool
    offer: OfferTerms | None
    own: bool
    day: Day
    known: Known


def find_standing(
    session: Session,
    till: Till,
    redemption: Redemption,
    *,
    book: str,
    book_id: int,
    now: datetime,
) -> Standing:
    """Say how a resident of a book stands to a shop on the day of a redemption, which says who he is, and who acts.

    The caller has locked his day.
    """
    values: dict[str, Any] = day_values(redemption, book_id, now)
    values |= {"resident_id": redemption.resident_id, "acted_by": redemption.acted_by}
    values |= {"merchant_id": till.merchant_id, "book": book}
    values |= values_of_facts(person_id=redemption.person_id, device_id=redemption.device_id, now=now)
    row = db.fetch_one(session, _STANDING, values)
    return Standing(
        is_shop=row.is_shop,
        offer=None if row.offer_id is None else terms_of_row(row),
        own=row.own,
        day=day_of_row(row),
        known=known_of(row),
    )


def find_known(
    session: Session,
    till: Till,
    *,
    book: str,
    resident_id: UUID,
    person_id: UUID | None,
    device_id: UUID | None,
    acted_by: UUID | None,
    now: datetime,
) -> tuple[bool, Known]:
    """Say whether a resident, or who acts for him, is of the house of a shop, and what anti-fraud is told of him."""
    values: dict[str, Any] = {"branch_id": till.branch_id, "merchant_id": till.merchant_id, "book": book}
    values |= {"resident_id": resident_id, "acted_by": acted_by, "now": now}
    values |= values_of_facts(person_id=person_id, device_id=device_id, now=now)
    row = session.execute(_KNOWN, values).one()
    return row.own, known_of(row)


def count_helped(session: Session, book_id: int, *, acted_by: UUID, resident_id: UUID, since: datetime) -> int:
    """For how many residents of a book a helper spent, or set gifts aside, since an instant; with this one."""
    values = {"book_id": book_id, "acted_by": acted_by, "resident_id": resident_id, "since": since}
    return session.scalar(_HELPED, values | {"limit": HELPED_MAX}) or 1


def known_of(row: Any) -> Known:
    """What a row of TIES and FACTS_OF_ACCOUNT tells."""
    return Known(
        registered_at=row.registered_at,
        device_seen_at=row.device_seen_at,
        installation=installation_of(row.install_index),
        household_id=row.household_id,
        risk_rank=row.risk_rank,
        is_kin=row.kin,
        device_newcomers=row.device_newcomers,
        network_newcomers=row.network_newcomers,
    )
