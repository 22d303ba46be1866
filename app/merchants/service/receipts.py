"""What a till, a cashier and a resident are shown of a redemption."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.kernel.errors import Declined
from app.kernel.paging import Cursor, CursorInvalid, Page
from app.merchants.models import Redemption
from app.merchants.queries.redemptions import Place
from app.merchants.rules import redemptions as rules
from app.merchants.service import declines
from app.merchants.terms import RedeemMode, RedemptionState, Verdict

UNDECIDED = rules.DUE | {RedemptionState.EXPIRED}


@dataclass(frozen=True, slots=True)
class Receipt:
    """A redemption and the state it is in now."""

    redemption: Redemption
    state: RedemptionState

    @property
    def captured_discount_fen(self) -> int | None:
        """What the captured points take off the bill: their part of the whole, rounded down."""
        row = self.redemption
        if row.captured_points is None or row.discount_fen is None or not row.points:
            return None
        return row.discount_fen * row.captured_points // row.points

    @property
    def waits_until(self) -> datetime | None:
        """Until when something of it waits, or waited before it expired; None: it is decided."""
        return self.redemption.expires_at if self.state in UNDECIDED else None

    @property
    def decline_at_till(self) -> str | None:
        """Why it was declined, as far as its shop hears of it."""
        return declines.code_at_till(self.redemption.decline)

    @property
    def declined(self) -> Declined | None:
        """Why it was declined, with all that its resident may know."""
        return declines.again(self.redemption) if self.redemption.decline else None

    @property
    def challenge(self) -> str | None:
        """What to show to the sensor of the phone, where a fingerprint or face is asked for."""
        row = self.redemption
        blocked = row.outcome == Verdict.BLOCK_AND_REVIEW
        asked = rules.asks_proof(RedeemMode(row.mode), row.weighed_fen, blocked=blocked)
        return rules.challenge_of(row.id) if asked and self.state is RedemptionState.PENDING_CONFIRM else None


def receipt_of(redemption: Redemption, now: datetime) -> Receipt:
    """Make the receipt of a redemption at `now`."""
    return Receipt(redemption, state_of(redemption, now))


def state_of(redemption: Redemption, now: datetime) -> RedemptionState:
    """The state a redemption is in at `now`."""
    return rules.shown_state(
        redemption.state,
        expires_at=redemption.expires_at,
        refunded=redemption.refunded_points,
        captured=redemption.captured_points,
        now=now,
    )


def page_of(rows: Sequence[Redemption], limit: int, now: datetime) -> Page[Receipt]:
    """Make a page of rows read newest first, one more than `limit`."""
    items = [receipt_of(row, now) for row in rows[:limit]]
    if len(rows) <= limit:
        return Page(items)
    last = rows[limit - 1]
    return Page(items, Cursor((last.requested_at.isoformat(), str(last.id))).encode())


def read_place(cursor: str | None) -> Place | None:
    """Read a cursor made by `page_of`. Refuses CursorInvalid."""
    if cursor is None:
        return None
    requested_at, redemption_id = Cursor.decode(cursor, str, str).parts
    try:
        place = datetime.fromisoformat(str(requested_at)), UUID(str(redemption_id))
    except ValueError:
        raise CursorInvalid from None
    if place[0].tzinfo is None:
        raise CursorInvalid
    return place
