"""What anti-fraud says of a sign-in, and what follows. It stands above identity, so it comes as a function (0027)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto
from uuid import UUID

from sqlalchemy import update

from app.identity import queries, terms
from app.identity.errors import SignInStopped
from app.identity.models import Device, Person
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


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was decided. `case_id`: where people look at it, about the device or not; None: nothing is met."""

    friction: Friction
    decision_id: UUID
    case_id: UUID | None
    about_device: bool = False


Judge = Callable[[UnitOfWork, SignIn], Judgement]


@dataclass(frozen=True, slots=True)
class Whence:
    """Where a sign-in comes from, and who judges it."""

    judge: Judge
    address: str = field(repr=False)


def judge_sign_in(
    uow: UnitOfWork, whence: Whence | None, *, session_id: UUID, person: Person, channel: Channel, device: Device | None
) -> None:
    """Ask anti-fraud about a sign-in of a person who is locked, and do as it says. Without one: nothing is asked.

    Refuses SignInStopped, which commits what was decided.
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
    if judged.friction is Friction.REFUSE:
        raise SignInStopped(decision=judged.decision_id)
    if judged.friction is Friction.PAUSE:
        if person.paused_at is None:  # over the case it was paused for it stays paused, whatever comes later
            person.paused_at, person.paused_case = uow.now, judged.case_id
        if judged.about_device and judged.case_id is not None and device is not None:
            queries.pause_accounts_made_on(
                uow.session, device.install_index, case_id=judged.case_id, now=uow.now, limit=terms.FARM_MAX
            )


def resume_accounts(uow: UnitOfWork, *, case_id: UUID) -> int:
    """Let accounts pay again that were paused over a case, as people have looked; answers how many."""
    resumed = update(Person).where(Person.paused_case == case_id).values(paused_at=None, paused_case=None)
    return len(uow.session.scalars(resumed.returning(Person.id)).all())


def resume_account(uow: UnitOfWork, *, person_id: UUID, case_id: UUID) -> None:
    """Let one account pay again that was paused over a case: its owner was right. Over another one it stays so."""
    wanted = (Person.id == person_id, Person.paused_case == case_id)
    uow.session.execute(update(Person).where(*wanted).values(paused_at=None, paused_case=None))
