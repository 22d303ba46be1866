"""Freezing and thawing a passbook: it goes on earning, but spends nothing meanwhile."""

from uuid import UUID

from sqlalchemy import text

from app.infra.unit_of_work import UnitOfWork
from app.points.rules.accounts import AccountRef, account_id
from app.points.terms import AccountKind

_SET = text("SELECT points_set_frozen(:book_id, :now, :account_id, :owner_id, :event_id, :frozen, :reason, :actor_id)")


def freeze_passbook(uow: UnitOfWork, book_id: int, *, resident_id: UUID, reason: str) -> bool:
    """Freeze with a reason (1 to 200 characters). Answers whether anything changed."""
    return _set_frozen(uow, book_id, resident_id, reason, frozen=True)


def thaw_passbook(uow: UnitOfWork, book_id: int, *, resident_id: UUID, reason: str) -> bool:
    """Thaw with a reason (1 to 200 characters). Answers whether anything changed."""
    return _set_frozen(uow, book_id, resident_id, reason, frozen=False)


def _set_frozen(uow: UnitOfWork, book_id: int, resident_id: UUID, reason: str, *, frozen: bool) -> bool:
    changed = uow.session.scalar(
        _SET,
        {
            "book_id": book_id,
            "now": uow.now,
            "account_id": account_id(book_id, AccountRef(AccountKind.RESIDENT, resident_id)),
            "owner_id": resident_id,
            "event_id": uow.new_id(),
            "frozen": frozen,
            "reason": reason,
            "actor_id": uow.actor.id,
        },
    )
    return bool(changed)
