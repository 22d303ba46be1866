"""Advice of WeChat about the risk of a person: asked after signing in, outside of it, kept for ninety days.

It refuses nobody and nothing. Whoever weighs signs against each other may count it as one of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.identity import queries, terms
from app.identity.models import RiskRank
from app.identity.terms import RiskOccasion
from app.infra import wechat
from app.infra.unit_of_work import UnitOfWork
from app.infra.wechat.terms import RiskScene
from app.kernel.errors import DomainError
from app.kernel.periods import local_date

OpenidOf = Callable[[Session, UUID], str | None]
SCENES = {RiskOccasion.REGISTRATION: RiskScene.REGISTRATION, RiskOccasion.SIGN_IN: RiskScene.MARKETING}
NOT_ON_WECHAT = "not_on_wechat"


@dataclass(frozen=True, slots=True)
class RiskQuestion:
    """A question that is this worker's to ask, once."""

    id: UUID
    openid: str = field(repr=False)
    scene: RiskScene
    client_ip: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RiskAnswer:
    """What WeChat said, or why it said nothing."""

    rank: int | None
    reason: str | None = None


def want_risk_rank(uow: UnitOfWork, *, person_id: UUID, occasion: RiskOccasion, client_ip: str) -> None:
    """Note that WeChat is to be asked about somebody, once a day."""
    row = insert(RiskRank).values(
        id=uow.new_id(),
        person_id=person_id,
        day=local_date(uow.now),
        scene=occasion,
        client_ip=client_ip,
        wanted_at=uow.now,
    )
    uow.session.execute(row.on_conflict_do_nothing(index_elements=["person_id", "day"]))


def claim_risk_question(uow: UnitOfWork, *, openid_of: OpenidOf) -> Sequence[RiskQuestion]:
    """Take the oldest question; empty when there is none. From here on the address is nowhere but in the question.

    It is not asked again, whoever dies: advice is not worth a second call.
    """
    while (wanted := queries.lock_wanted_risk(uow.session)) is not None:
        openid, client_ip = openid_of(uow.session, wanted.person_id), wanted.client_ip
        wanted.asked_at, wanted.client_ip = uow.now, None
        if openid is not None and client_ip is not None:
            uow.session.flush()
            return [RiskQuestion(wanted.id, openid, SCENES[RiskOccasion(wanted.scene)], client_ip)]
        wanted.reason = NOT_ON_WECHAT
        uow.session.flush()
    return []


def ask_risk(question: RiskQuestion) -> RiskAnswer:
    """Ask WeChat. Takes seconds: outside of any transaction."""
    try:
        rank = wechat.client().rank_risk(openid=question.openid, scene=question.scene, client_ip=question.client_ip)
    except DomainError as refusal:  # whatever it is, it is decided without it
        return RiskAnswer(None, refusal.code)
    return RiskAnswer(rank)


def record_risk(uow: UnitOfWork, question: RiskQuestion, answer: RiskAnswer) -> None:
    """Write down what WeChat said."""
    found = uow.session.get(RiskRank, question.id, with_for_update=True)
    if found is not None:  # else the account was closed meanwhile
        found.rank, found.reason = answer.rank, answer.reason


def purge_risk_ranks(uow: UnitOfWork) -> int:
    """Forget one batch of advice that is ninety days old; returns how many."""
    until = local_date(uow.now - terms.RISK_KEPT)
    old = select(RiskRank.id).where(RiskRank.day < until).order_by(RiskRank.day).limit(terms.PURGE_BATCH)
    gone = uow.session.scalars(
        delete(RiskRank)
        .where(RiskRank.id.in_(old.scalar_subquery()))
        .returning(RiskRank.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
