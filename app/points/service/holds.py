"""Points set aside for a purchase: hold, capture whole or in part, release, expire."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import text

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import local_date
from app.points import errors
from app.points.queries import balances
from app.points.rules.accounts import AccountRef, account_id, passbook_of
from app.points.rules.postings import Posting, check_hold
from app.points.service.posting import Outcome, post_one
from app.points.service.spending import redemption_legs
from app.points.terms import AccountKind, Code, Decline, HoldResolution, Mode

_PLACE = text("""
    SELECT * FROM points_place_hold(:book_id, :now, :today, :account_id, :kind, :owner_id, :id, :cause, :hash,
                                    :actor_id, :evidence, :points, :expires_at)
""")


@dataclass(frozen=True, slots=True)
class HoldPlaced:
    """A hold, and what is still available beside it (None when `replayed`)."""

    hold_id: UUID
    replayed: bool
    available: int | None


def hold_points(
    uow: UnitOfWork,
    book_id: int,
    *,
    cause: str,
    resident_id: UUID,
    points: int,
    expires_at: datetime,
    evidence: str | None = None,
) -> HoldPlaced:
    """Set points of a passbook aside until `expires_at`, earliest expiring lots first.

    Refuses PointsInsufficient, AccountFrozen (both sticky), CauseReused, PostingInvalid.
    """
    check_hold(cause=cause, evidence=evidence, points=points, placed_at=uow.now, expires_at=expires_at)
    passbook = AccountRef(AccountKind.RESIDENT, resident_id)
    row = uow.session.execute(
        _PLACE,
        {
            "book_id": book_id,
            "now": uow.now,
            "today": local_date(uow.now),
            "account_id": account_id(book_id, passbook),
            "kind": str(passbook.kind),
            "owner_id": resident_id,
            "id": uow.new_id(),
            "cause": cause,
            "hash": sha256(f"hold|{resident_id}|{points}|{evidence}".encode()).digest(),
            "actor_id": uow.actor.id,
            "evidence": evidence,
            "points": points,
            "expires_at": expires_at,
        },
    ).one()
    if row.decline is not None:
        raise errors.refusal(Decline(row.decline), row.detail or {}, cause=cause)
    return HoldPlaced(row.hold_id, row.replayed, row.available)


def check_holdable(uow: UnitOfWork, book_id: int, *, resident_id: UUID, points: int) -> None:
    """Refuse what `hold_points` would decline as a passbook stands now: AccountFrozen, PointsInsufficient.

    Nothing is locked: who is let through may still be declined when he holds.
    """
    found = balances.get_passbook(
        uow.session, book_id, passbook_of(book_id, resident_id), today=local_date(uow.now), now=uow.now
    )
    if found.frozen_reason is not None:
        raise errors.AccountFrozen
    if found.available < points:
        raise errors.PointsInsufficient(available=found.available, requested=points)


def capture_hold(
    uow: UnitOfWork,
    book_id: int,
    *,
    cause: str,
    hold_id: UUID,
    resident_id: UUID,
    shop_id: UUID,
    points: int | None = None,
    although_frozen: bool = False,
) -> Outcome:
    """Turn a hold into a redemption, whole or `points` of it; the rest is released. At most once per hold.

    `although_frozen`: a freeze that came after the hold does not stop it; whether it may is the caller's to know.
    Refuses ReferredMissing, HoldResolved, AmountOver, AccountFrozen (all sticky under `cause`).
    """
    legs = redemption_legs(resident_id, shop_id)
    posting = Posting(
        cause=cause,
        code=Code.REDEMPTION,
        legs=legs,
        mode=Mode.CAPTURE,
        points=points,
        refers_to=hold_id,
        although_frozen=although_frozen,
    )
    return post_one(uow, book_id, posting)


def release_hold(uow: UnitOfWork, book_id: int, *, hold_id: UUID) -> HoldResolution:
    """Give held points back. Once released or expired it stays so, however often asked.

    Refuses HoldMissing, HoldNotReleasable (captured).
    """
    resolution = uow.session.scalar(
        text("SELECT points_release_hold(:book_id, :now, :hold_id, :actor_id)"),
        {"book_id": book_id, "now": uow.now, "hold_id": hold_id, "actor_id": uow.actor.id},
    )
    if resolution is None:
        raise errors.HoldMissing
    if resolution == HoldResolution.CAPTURED:
        raise errors.HoldNotReleasable
    return HoldResolution(resolution)


def release_expired_holds(uow: UnitOfWork, book_id: int, *, limit: int = 500) -> int:
    """The sweeper: release the due holds of up to `limit` accounts; answers how many. Call again until 0."""
    swept = uow.session.scalar(
        text("SELECT points_sweep_holds(:book_id, :now, :actor_id, :limit)"),
        {"book_id": book_id, "now": uow.now, "actor_id": uow.actor.id, "limit": limit},
    )
    return int(swept or 0)
