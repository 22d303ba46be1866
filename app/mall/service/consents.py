"""Whether somebody wants points for his payments: given at WeChat Pay, withdrawn there or here, severed at the end."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.identity import queries as identity_queries
from app.infra.unit_of_work import UnitOfWork
from app.mall import queries, terms
from app.mall.models import Consent, Earn

NOBODY = b""
"""In place of what told who paid."""


class Standing(NamedTuple):
    """What somebody said last; both empty: nothing."""

    given_at: datetime | None = None
    withdrawn_at: datetime | None = None


def give(uow: UnitOfWork, appid: str, openid_index: bytes, *, at: datetime) -> None:
    """Have payments earn, unless it was withdrawn since: callbacks come in any order."""
    row = insert(Consent).values(appid=appid, openid_index=openid_index, given_at=at)
    again = row.on_conflict_do_update(
        index_elements=["appid", "openid_index"],
        set_={"given_at": at, "withdrawn_at": None},
        where=func.coalesce(Consent.withdrawn_at, Consent.given_at) < at,
    )
    uow.session.execute(again)


def withdraw(uow: UnitOfWork, appid: str, openid_index: bytes, *, at: datetime) -> None:
    """Have payments earn no more; those that are pending still do. An older consent that comes later counts nothing."""
    row = insert(Consent).values(appid=appid, openid_index=openid_index, given_at=at, withdrawn_at=at)
    again = row.on_conflict_do_update(
        index_elements=["appid", "openid_index"],
        set_={"withdrawn_at": at},
        where=Consent.withdrawn_at.is_(None) & (Consent.given_at <= at),
    )
    uow.session.execute(again)


def show_own_consent(uow: UnitOfWork) -> Standing:
    """What whoever asks said of it last."""
    accounts = _accounts(uow)
    found = queries.find_consent(uow.session, accounts) if accounts else None
    return Standing() if found is None else Standing(found.given_at, found.withdrawn_at)


def withdraw_own_consent(uow: UnitOfWork) -> Standing:
    """Have the actor's payments in the mall earn no more. Again changes nothing."""
    for appid, openid_index in _accounts(uow):  # one for each mini-program
        given = queries.find_consent(uow.session, [(appid, openid_index)])
        # what was given by a clock that is ahead of ours is withdrawn all the same
        withdraw(uow, appid, openid_index, at=uow.now if given is None else max(uow.now, given.given_at))
    return show_own_consent(uow)


def forget_person(uow: UnitOfWork, *, appid: str, openid_index: str) -> None:
    """Sever what is kept of somebody's payments from his account at WeChat: it was closed here. `openid_index` in hex.

    Payments and their points stay, as what they are for the ledger: amounts, shops, the passbook that was paid.
    """
    index = bytes.fromhex(openid_index)
    uow.session.execute(delete(Consent).where(Consent.appid == appid, Consent.openid_index == index))
    some = select(Earn.id).where(Earn.appid == appid, Earn.openid_index == index).limit(terms.PURGE_BATCH)
    gone = uow.session.scalars(
        update(Earn)
        .where(Earn.id.in_(some.scalar_subquery()))
        .values(openid_index=NOBODY, openid_sealed=NOBODY)
        .returning(Earn.id)
        .execution_options(synchronize_session=False)
    ).all()
    if len(gone) == terms.PURGE_BATCH:
        uow.defer("mall.forget_person", appid=appid, openid_index=openid_index)


def _accounts(uow: UnitOfWork) -> list[tuple[str, bytes]]:
    person_id = uow.actor.person_id or uow.actor.id
    return [(each.app_id, each.openid_index) for each in identity_queries.list_wechat_users(uow.session, person_id)]
