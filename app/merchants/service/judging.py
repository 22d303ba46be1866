"""What anti-fraud says of a redemption, and what it is told afterwards. One place, where its engine is joined."""

from dataclasses import dataclass
from uuid import UUID

from app.identity import queries as identity_queries
from app.infra.unit_of_work import UnitOfWork
from app.merchants.models import Redemption
from app.merchants.terms import Verdict
from app.risk.service import Event, decide, settle_decision
from app.risk.terms import EventKind


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was decided, and under which record."""

    verdict: Verdict
    decision_id: UUID | None


def judge(uow: UnitOfWork, redemption: Redemption, *, points: int, discount_fen: int | None) -> Judgement:
    """Decide whether points may go, in the transaction that would move them. Once for one redemption."""
    device_id = redemption.device_id
    order_fen = redemption.order_fen or 0
    share = {"points_share_percent": 100 * (discount_fen or 0) // order_fen} if order_fen else {}
    decision = decide(
        uow,
        Event(
            kind=EventKind.REDEEM,
            book_id=redemption.book_id,
            subject_id=redemption.id,
            resident_id=redemption.resident_id,
            person_id=redemption.person_id,
            device_id=None if device_id is None else identity_queries.find_installation(uow.session, device_id),
            shop_id=redemption.branch_id,
            terminal_id=redemption.terminal_id,
            cashier_id=redemption.cashier_id,
            points=points,
            order_fen=order_fen,
            mode=redemption.mode,
            facts=share,
        ),
    )
    return Judgement(Verdict(decision.outcome), decision.id)


def settle(uow: UnitOfWork, redemption: Redemption, *, points: int) -> None:
    """Say how many points really moved in the end: captured, less what was given back."""
    settle_decision(uow, EventKind.REDEEM, redemption.id, points=points)
