"""Reads and locks of the mall."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from app.mall.errors import EarnMissing, MallShopMissing
from app.mall.models import Consent, Earn, MallRefund, MallShop
from app.mall.terms import EarnState


def find_shop(session: Session, shop_number: str) -> MallShop | None:
    """The shop that has a number of the mall now."""
    return session.scalar(select(MallShop).where(MallShop.shop_number == shop_number, MallShop.closed_at.is_(None)))


def lock_shop(session: Session, book_id: int, mall_shop_id: UUID) -> MallShop:
    """One shop of the mall in a book, locked. Refuses MallShopMissing."""
    wanted = select(MallShop).where(MallShop.book_id == book_id, MallShop.id == mall_shop_id).with_for_update()
    found = session.scalar(wanted)
    if found is None:
        raise MallShopMissing
    return found


def list_shops(session: Session, book_id: int, *, before: UUID | None, limit: int) -> Sequence[MallShop]:
    """The shops of the mall in a book, newest first, closed ones as well."""
    wanted = select(MallShop).where(MallShop.book_id == book_id)
    if before is not None:
        wanted = wanted.where(MallShop.id < before)
    return session.scalars(wanted.order_by(MallShop.id.desc()).limit(limit)).all()


def has_consent(session: Session, appid: str, openid_index: bytes) -> bool:
    """Whether somebody wants points."""
    found = find_consent(session, [(appid, openid_index)])
    return found is not None and found.withdrawn_at is None


def find_consent(session: Session, accounts: Sequence[tuple[str, bytes]]) -> Consent | None:
    """What one of these accounts of one person at WeChat said last; None: none ever said anything."""
    wanted = select(Consent).where(tuple_(Consent.appid, Consent.openid_index).in_(accounts))
    latest = wanted.order_by(func.coalesce(Consent.withdrawn_at, Consent.given_at).desc()).limit(1)
    return session.scalar(latest.execution_options(populate_existing=True))


def lock_next_earn(session: Session, *, now: datetime) -> Earn | None:
    """The payment that is to be looked at now, locked; those that are locked belong to somebody else."""
    wanted = select(Earn).where(Earn.look_at <= now).order_by(Earn.look_at).limit(1)
    return session.scalar(wanted.with_for_update(skip_locked=True).execution_options(populate_existing=True))


def lock_payment(session: Session, transaction_id: str) -> Earn | None:
    """The payment of a number of WeChat Pay, locked."""
    wanted = select(Earn).where(Earn.transaction_id == transaction_id).with_for_update()
    return session.scalar(wanted.execution_options(populate_existing=True))


def lock_earn(session: Session, book_id: int, earn_id: UUID) -> Earn:
    """One payment in a book, locked. Refuses EarnMissing."""
    wanted = select(Earn).where(Earn.owner_book_id == book_id, Earn.id == earn_id).with_for_update()
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise EarnMissing
    return found


def list_earns(
    session: Session,
    book_id: int,
    *,
    state: EarnState | None,
    resident_id: UUID | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Earn]:
    """Payments in a book, newest first: in one state, of one resident, where given."""
    wanted = select(Earn).where(Earn.owner_book_id == book_id)
    if state is not None:
        wanted = wanted.where(Earn.state == state)
    if resident_id is not None:
        wanted = wanted.where(Earn.resident_id == resident_id)
    if before is not None:
        wanted = wanted.where(Earn.id < before)
    return session.scalars(wanted.order_by(Earn.id.desc()).limit(limit)).all()


def lock_next_refund(session: Session, *, now: datetime) -> MallRefund | None:
    """The refund that is to be looked at now, locked."""
    wanted = select(MallRefund).where(MallRefund.look_at <= now).order_by(MallRefund.look_at).limit(1)
    return session.scalar(wanted.with_for_update(skip_locked=True).execution_options(populate_existing=True))


def lock_next_question(session: Session, *, now: datetime) -> Earn | None:
    """The payment about whose payer WeChat Pay is to be asked now, locked."""
    wanted = select(Earn).where(Earn.consent_ask_at <= now).order_by(Earn.consent_ask_at).limit(1)
    return session.scalar(wanted.with_for_update(skip_locked=True).execution_options(populate_existing=True))


def lock_next_report(session: Session, *, now: datetime) -> Earn | None:
    """The payment of which WeChat Pay is to be told now, locked."""
    wanted = select(Earn).where(Earn.report_due_at <= now).order_by(Earn.report_due_at).limit(1)
    return session.scalar(wanted.with_for_update(skip_locked=True).execution_options(populate_existing=True))
