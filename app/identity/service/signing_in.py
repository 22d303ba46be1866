"""Residents sign in with WeChat: who a login code belongs to was asked before, and comes in as a value."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.identity import queries, terms
from app.identity.errors import PhoneTaken
from app.identity.models import Device, Person, WechatUser
from app.identity.rules import phones
from app.identity.service.judging import Judge, Whence, begin_as_it_ended, judge_sign_in
from app.identity.service.keys import Keyring
from app.identity.service.risk import want_risk_rank
from app.identity.service.sessions import Tokens, open_session, person_of
from app.identity.terms import Channel, RiskOccasion
from app.infra import current
from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import vault


@dataclass(frozen=True, slots=True)
class WechatAccount:
    """Who a login code belongs to, as WeChat said."""

    app_id: str
    openid: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Installation:
    """The installation a request comes from: an id it made itself, what it calls itself, and from which address."""

    install_id: str = field(repr=False)
    model: str
    address: str = field(default="", repr=False)


def sign_in_with_wechat(
    uow: UnitOfWork,
    keyring: Keyring,
    *,
    account: WechatAccount,
    installation: Installation,
    judge: Judge | None = None,
) -> Tokens:
    """Open a session for a WeChat user, who becomes a person of ours with the first one.

    From the first device of a person everything goes at once, or after the days that are set; another one cools for a
    day. What WeChat thinks of the risk is asked afterwards, and refuses nobody. Refuses SignInStopped as `judge` says.
    """
    index = vault().index(account.openid, kind=f"openid:{account.app_id}")
    known = queries.find_wechat_user(uow.session, account.app_id, index)
    person_id, remembered = (known.person_id, None) if known else _register(uow, account, index)
    person = queries.lock_signing_in(uow.session, person_id)  # the person first, then the device: in one order
    cools_until = _cools_until(person, uow.now, is_first=known is None)
    device = _see_device(uow, person_id, installation, cools_until)
    session_id, whence = uow.new_id(), Whence(judge, installation.address) if judge else None
    judge_sign_in(
        uow,
        whence,
        session_id=session_id,
        person=person,
        channel=Channel.MINI,
        device=device,
        remembered=remembered,
    )
    occasion = RiskOccasion.SIGN_IN if known else RiskOccasion.REGISTRATION
    want_risk_rank(uow, person_id=person_id, occasion=occasion, client_ip=installation.address)
    return open_session(uow, keyring, person_id=person_id, channel=Channel.MINI, device=device, session_id=session_id)


def bind_phone(uow: UnitOfWork, *, phone: str) -> str:
    """Keep the number WeChat verified for the caller; answers it masked. Refuses PhoneTaken, PersonMissing.

    Claims of residency that wait are looked up in the lists again, by this number.
    """
    person = queries.lock_person(uow.session, person_of(uow))
    number = phones.normal(phone)
    index = vault().index(number, kind="phone")
    holder = queries.find_person_by_phone(uow.session, index)
    if holder is not None and holder.id != person.id:
        raise PhoneTaken
    person.phone_index = index
    person.phone_sealed = vault().seal(number, context=phone_context(person.id))
    try:
        uow.session.flush()
    except IntegrityError:  # another account took it in this very moment
        raise PhoneTaken from None
    for residency_id in queries.list_claims_of(uow.session, person.id):
        uow.defer(terms.MATCH_JOB, residency_id=str(residency_id))
    return phones.masked(number)


def release_phone(uow: UnitOfWork) -> None:
    """Forget the caller's number."""
    person = queries.lock_person(uow.session, person_of(uow))
    person.phone_index = person.phone_sealed = None


def phone_of(person: Person) -> str | None:
    """Open somebody's number. Shown masked only."""
    if person.phone_sealed is None:
        return None
    return vault().open(person.phone_sealed, context=phone_context(person.id))


def find_openid(session: Session, person_id: UUID) -> str | None:
    """Find under which openid WeChat knows a person, to send him a message. None: no account, or it is closed."""
    found = queries.find_wechat_user_of(session, person_id)
    return None if found is None else vault().open(found.openid_sealed, context=openid_context(person_id))


def find_person_of_openid(session: Session, app_id: str, openid: str) -> UUID | None:
    """Find who an openid is in a mini-program. None: nobody, or his account is closed."""
    found = queries.find_wechat_user(session, app_id, vault().index(openid, kind=f"openid:{app_id}"))
    return None if found is None else found.person_id


def find_person_by_openid_index(session: Session, app_id: str, openid_index: bytes) -> UUID | None:
    """Find who it is that a mini-program knows by the keyed hash of an openid. None: nobody yet."""
    found = queries.find_wechat_user(session, app_id, openid_index)
    return None if found is None else found.person_id


def phone_context(person_id: UUID) -> str:
    """Name the place a number is sealed for."""
    return f"identity.people.phone:{person_id}"


def openid_context(person_id: UUID) -> str:
    """Name the place an openid is sealed for."""
    return f"identity.wechat_users.openid:{person_id}"


def _register(uow: UnitOfWork, account: WechatAccount, index: bytes) -> tuple[UUID, UUID | None]:
    """Make a person of a WeChat user. Of two first sign-ins at once the second finds the first one's person.

    Answers his id, and over which case he begins paused: that of the account he closed while it was paused.
    """
    person = Person(id=uow.new_id(), name="", registered_at=uow.now)
    uow.session.add(person)
    uow.session.flush()
    taken = uow.session.scalar(
        insert(WechatUser)
        .values(
            app_id=account.app_id,
            openid_index=index,
            openid_sealed=vault().seal(account.openid, context=openid_context(person.id)),
            person_id=person.id,
            bound_at=uow.now,
        )
        .on_conflict_do_nothing()
        .returning(WechatUser.person_id)
    )
    if taken is not None:
        return person.id, begin_as_it_ended(uow, person, app_id=account.app_id, openid_index=index)
    person.closed_at = uow.now  # nobody ever was this one
    twin = queries.find_wechat_user(uow.session, account.app_id, index)
    assert twin is not None  # noqa: S101 - the row that was in the way is committed
    return twin.person_id, None


def _cools_until(person: Person, now: datetime, *, is_first: bool) -> datetime | None:
    """When a new device of somebody may pay: another one in a day, and none before the account is so old as it has to
    be. Another device is no way round that.
    """
    may_pay = person.registered_at + timedelta(days=current.config().first_redemption_days)
    until = may_pay if is_first else max(may_pay, now + terms.COOL_DOWN)
    return until if until > now else None


def _see_device(uow: UnitOfWork, person_id: UUID, installation: Installation, cools_until: datetime | None) -> Device:
    """Note an installation. Whose it is otherwise does not matter here: each person has it for himself."""
    index = vault().index(installation.install_id, kind="install")
    found = queries.find_device(uow.session, person_id, index)
    if found is None:
        uow.session.execute(
            insert(Device)
            .values(
                id=uow.new_id(),
                person_id=person_id,
                install_index=index,
                model=installation.model,
                first_seen_at=uow.now,
                last_seen_at=uow.now,
                cools_until=cools_until,
            )
            .on_conflict_do_nothing()
        )
        found = queries.find_device(uow.session, person_id, index)
        assert found is not None  # noqa: S101 - it was there or has just been written
    found.last_seen_at, found.model = uow.now, installation.model
    uow.session.flush()
    return found
