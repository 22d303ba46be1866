"""What anti-fraud says of a sign-in, and what follows. It stands above identity, so it comes as a function (0027)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto
from uuid import UUID

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from app.identity import queries, terms
from app.identity.errors import SignInStopped
from app.identity.models import ClosedPause, Device, Person
from app.identity.rules.networks import network_of
from app.identity.terms import Channel
from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import vault


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Somebody proved who he is and is about to get a session. `installation`: that of everybody on this device."""

    session_id: UUID
    person_id: UUID
    installation: UUID | None
    channel: Channel
    facts: Mapping[str, bool | int]


class Friction(Enum):
    """What a sign-in meets."""

    NONE = auto()
    PAUSE = auto()  # in, but nothing of value goes out before people have looked
    REFUSE = auto()


NotePaused = Callable[[UnitOfWork, UUID, Collection[UUID]], None]
"""(uow, case, people) Note that accounts were paused over a case without a sign-in of their own: they may appeal."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was decided. `case_id`: where people look at it, about the device or not; None: nothing is met.

    `heard`: whose appeal in this case was right; nobody else's sign-in pauses them over it again.
    """

    friction: Friction
    decision_id: UUID
    case_id: UUID | None
    about_device: bool = False
    heard: Collection[UUID] = ()
    note_paused: NotePaused = field(default=lambda _uow, _case_id, _people: None)


Judge = Callable[[UnitOfWork, SignIn], Judgement]


@dataclass(frozen=True, slots=True)
class Whence:
    """Where a sign-in comes from, and who judges it."""

    judge: Judge
    address: str = field(repr=False)


def judge_sign_in(
    uow: UnitOfWork,
    whence: Whence | None,
    *,
    session_id: UUID,
    person: Person,
    channel: Channel,
    device: Device | None,
    remembered: UUID | None = None,
) -> None:
    """Ask anti-fraud about a sign-in of a person who is locked, and do as it says. Without one: nothing is asked.

    `remembered`: over which case the account begins paused. Refuses SignInStopped, which commits what was decided and
    who is paused: whoever is not let in does not go on paying from another device.
    """
    if whence is None:
        return
    network = network_of(whence.address)
    network_index = None if network is None else vault().index(network, kind="network")
    known = queries.note_network(uow.session, person.id, network_index=network_index, now=uow.now)
    facts: dict[str, bool | int | None] = {
        "account_age_days": max((uow.now - known.registered_at) // timedelta(days=1), 0),
        "device_age_hours": max((uow.now - device.first_seen_at) // timedelta(hours=1), 0) if device else None,
        "risk_rank": known.rank,
        "is_first_seen_address": known.is_first_seen,
        "network_new_accounts_7d": known.newcomers,
    }
    judged = whence.judge(
        uow,
        SignIn(
            session_id=session_id,
            person_id=person.id,
            installation=None if device is None else UUID(bytes=device.install_index[:16]),
            channel=channel,
            facts={name: fact for name, fact in facts.items() if fact is not None},
        ),
    )
    if remembered is not None:
        judged.note_paused(uow, remembered, [person.id])
    if judged.friction is not Friction.NONE and judged.case_id is not None:
        _pause(uow, judged, judged.case_id, person, device)
    if judged.friction is Friction.REFUSE:
        raise SignInStopped(decision=judged.decision_id)


def _pause(uow: UnitOfWork, judged: Judgement, case_id: UUID, person: Person, device: Device | None) -> None:
    """Pause whoever signs in, and with him a farm; over the case it was paused for an account stays paused."""
    if person.paused_at is None:
        person.paused_at, person.paused_case = uow.now, case_id
        uow.session.flush()  # before the others are, who are told apart from him
    if judged.about_device and device is not None:
        paused = queries.pause_accounts_made_on(
            uow.session,
            device.install_index,
            case_id=case_id,
            spared=judged.heard,
            now=uow.now,
            limit=terms.FARM_MAX,
        )
        judged.note_paused(uow, case_id, paused)


def begin_as_it_ended(uow: UnitOfWork, person: Person, *, app_id: str, openid_index: bytes) -> UUID | None:
    """Pause a new account whose WeChat account closed a paused one not long ago; answers over which case."""
    mine = (ClosedPause.app_id == app_id, ClosedPause.openid_index == openid_index)
    gone = uow.session.scalar(
        delete(ClosedPause)
        .where(*mine, ClosedPause.closed_at > uow.now - terms.PAUSES_REMEMBERED)
        .returning(ClosedPause.case_id)
    )
    if gone is not None:
        person.paused_at, person.paused_case = uow.now, gone
        uow.session.flush()
    return gone


def remember_pause(uow: UnitOfWork, person: Person) -> None:
    """Keep of an account that is closed while it is paused by which WeChat accounts it was, and the case."""
    if person.paused_case is None:
        return
    for each in queries.list_wechat_users(uow.session, person.id):
        row = insert(ClosedPause).values(
            app_id=each.app_id, openid_index=each.openid_index, case_id=person.paused_case, closed_at=uow.now
        )
        fresh = {"case_id": row.excluded.case_id, "closed_at": row.excluded.closed_at}
        uow.session.execute(row.on_conflict_do_update(index_elements=["app_id", "openid_index"], set_=fresh))


def purge_closed_pauses(uow: UnitOfWork) -> int:
    """Forget one batch of pauses of accounts that were closed 180 days ago; answers how many."""
    key = tuple_(ClosedPause.app_id, ClosedPause.openid_index)
    old = select(ClosedPause.app_id, ClosedPause.openid_index).where(
        ClosedPause.closed_at <= uow.now - terms.PAUSES_REMEMBERED
    )
    batch = old.order_by(ClosedPause.closed_at).limit(terms.PURGE_BATCH).with_for_update(skip_locked=True)
    gone = delete(ClosedPause).where(key.in_(batch)).returning(ClosedPause.app_id)
    return len(uow.session.scalars(gone.execution_options(synchronize_session=False)).all())


def resume_accounts(uow: UnitOfWork, *, case_id: UUID) -> int:
    """Let accounts pay again that were paused over a case, as people have looked; answers how many.

    Of accounts that were closed meanwhile the pause is forgotten.
    """
    uow.session.execute(delete(ClosedPause).where(ClosedPause.case_id == case_id))
    resumed = update(Person).where(Person.paused_case == case_id).values(paused_at=None, paused_case=None)
    return len(uow.session.scalars(resumed.returning(Person.id)).all())


def resume_account(uow: UnitOfWork, *, person_id: UUID, case_id: UUID) -> None:
    """Let one account pay again that was paused over a case: its owner was right. Over another one it stays so."""
    wanted = (Person.id == person_id, Person.paused_case == case_id)
    uow.session.execute(update(Person).where(*wanted).values(paused_at=None, paused_case=None))


def is_paused_over(uow: UnitOfWork, *, person_id: UUID, case_id: UUID) -> bool:
    """Say whether an account is paused over a case still."""
    return queries.find_paused_case(uow.session, person_id) == case_id
