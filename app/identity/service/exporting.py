"""All that is held about the caller, a part at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.identity import queries, terms
from app.identity.models import (
    Consent,
    Device,
    Freeze,
    Grant,
    Guardianship,
    Person,
    ProxyAct,
    Relative,
    RiskRank,
    Session,
    WechatUser,
)
from app.identity.service.homes import ShownHome
from app.identity.service.sessions import person_of
from app.identity.service.signing_in import phone_of
from app.infra.unit_of_work import UnitOfWork


class Part(StrEnum):
    """A list of the export."""

    DEVICES = "devices"
    SESSIONS = "sessions"
    GRANTS = "grants"
    FREEZES = "freezes"
    CONSENTS = "consents"
    GUARDIANSHIPS = "guardianships"
    PROXY_ACTS = "proxy_acts"
    RESIDENCIES = "residencies"
    RELATIVES = "relatives"
    RISK_RANKS = "risk_ranks"
    BOOKS = "books"


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """An account as its owner may see it: the number in full."""

    person: Person
    phone: str | None
    username: str | None
    wechat: Sequence[WechatUser]
    exported_at: datetime


@dataclass(frozen=True, slots=True)
class MoreData:
    """A further list of the export, of a package above: it is read some rows at a time, from where `read` says, and
    shown as `dump` makes it.
    """

    name: str
    read: Callable[[UnitOfWork, UUID, UUID | None, int], Sequence[Any]]
    dump: Callable[[Sequence[Any]], Sequence[Any]]
    id_of: Callable[[Any], UUID]


ABOUT: dict[Part, tuple[Any, ...]] = {
    Part.DEVICES: (Device, Device.person_id),
    Part.SESSIONS: (Session, Session.person_id),
    Part.GRANTS: (Grant, Grant.person_id),
    Part.FREEZES: (Freeze, Freeze.person_id),
    Part.CONSENTS: (Consent, Consent.person_id),
    Part.GUARDIANSHIPS: (Guardianship, Guardianship.ward_id, Guardianship.guardian_id),
    Part.PROXY_ACTS: (ProxyAct, ProxyAct.ward_id, ProxyAct.guardian_id),
    Part.RELATIVES: (Relative, Relative.person_id, Relative.relative_id),
    Part.RISK_RANKS: (RiskRank, RiskRank.person_id),
}
"""Tables, and the columns of each that may be the caller."""


def begin_own_data(uow: UnitOfWork) -> OwnAccount:
    """Read the caller's account. Refuses PersonMissing."""
    person = queries.get_person(uow.session, person_of(uow))
    staff = queries.find_staff_of(uow.session, person.id)
    wechat = queries.list_wechat_users(uow.session, person.id)
    return OwnAccount(person, phone_of(person), staff.username if staff else None, wechat, uow.now)


def read_own_data(uow: UnitOfWork, part: Part, after: str | None) -> tuple[Sequence[Any], str | None]:
    """Read some rows of one part about the caller, and where to go on; None: that was all of it."""
    if part is Part.BOOKS:
        return _books(uow, after)
    if part is Part.RESIDENCIES:
        return _residencies(uow, after)
    model, *whose = ABOUT[part]
    rows = queries.list_rows_about(
        uow.session,
        model,
        model.id,
        whose,
        person_of(uow),
        after=UUID(after) if after else None,
        limit=terms.EXPORT_BATCH,
    )
    return rows, str(rows[-1].id) if len(rows) == terms.EXPORT_BATCH else None


def read_more_data(uow: UnitOfWork, more: MoreData, after: str | None) -> tuple[Sequence[Any], str | None]:
    """Read some rows of a further list, and where to go on; None: that was all of it."""
    rows = more.read(uow, person_of(uow), UUID(after) if after else None, terms.EXPORT_BATCH)
    return rows, str(more.id_of(rows[-1])) if len(rows) == terms.EXPORT_BATCH else None


def _residencies(uow: UnitOfWork, before: str | None) -> tuple[Sequence[ShownHome], str | None]:
    """Give where the caller lives, lived, or said he did, each with its dwelling, newest first."""
    rows = queries.list_homes_of(
        uow.session, person_of(uow), before=UUID(before) if before else None, limit=terms.EXPORT_BATCH
    )
    shown = [ShownHome(row.residency, row.household) for row in rows]
    return shown, str(rows[-1].residency.id) if len(rows) == terms.EXPORT_BATCH else None


def _books(uow: UnitOfWork, after: str | None) -> tuple[Sequence[str], str | None]:
    """Give the books the caller has a passbook in, or may open one. What stands there the ledger tells him itself."""
    codes = queries.list_books(uow.session, after=after or "", limit=terms.EXPORT_BATCH)
    own = [code for code in codes if _lives_in(uow, code)]
    return own, codes[-1] if len(codes) == terms.EXPORT_BATCH else None


def _lives_in(uow: UnitOfWork, book: str) -> bool:
    if uow.actor.session_id is None:  # a demonstration's token has no session to ask by
        return False
    there = queries.find_standing(uow.session, uow.actor.session_id, book=book, now=uow.now)
    return there is not None and there.resident_id is not None
