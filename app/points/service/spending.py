"""Points out of passbooks into shops."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.points.rules.accounts import AccountRef
from app.points.rules.postings import Leg, Posting
from app.points.service.posting import Outcome, post_one
from app.points.terms import AccountKind, Code, Mode

LIABILITY = AccountRef(AccountKind.POINTS_LIABILITY)


def redemption_legs(resident_id: UUID, shop_id: UUID) -> tuple[Leg, ...]:
    """Points resident to shop, money liability to payable, at the cost of the lots that are taken."""
    return (
        Leg(AccountRef(AccountKind.RESIDENT, resident_id)),
        Leg(AccountRef(AccountKind.MERCHANT_POINTS, shop_id)),
        Leg(LIABILITY),
        Leg(AccountRef(AccountKind.MERCHANT_PAYABLE, shop_id)),
    )


def redeem_points(
    uow: UnitOfWork,
    book_id: int,
    *,
    cause: str,
    resident_id: UUID,
    shop_id: UUID,
    points: int,
    evidence: str | None = None,
) -> Outcome:
    """Spend points at a shop at once, earliest expiry first. Refuses PointsInsufficient, AccountFrozen (sticky)."""
    legs = redemption_legs(resident_id, shop_id)
    posting = Posting(cause=cause, code=Code.REDEMPTION, legs=legs, mode=Mode.SPEND, points=points, evidence=evidence)
    return post_one(uow, book_id, posting)
