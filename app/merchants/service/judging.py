"""What anti-fraud says of a redemption, a gift or a refund, and what it is told afterwards: here its engine is joined.

A reverse is not in here: a till that does not know what became of an order must always be able to undo it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.merchants.models import Redemption, Refund, Reservation
from app.merchants.queries import tills as till_queries
from app.merchants.queries.returning import find_returning
from app.merchants.queries.standing import count_helped
from app.merchants.rules import evidence
from app.merchants.rules.evidence import NOWHERE, Known, Place
from app.merchants.rules.tills import Till
from app.merchants.terms import GIFT_MODE, HELPED_COUNTED, Verdict
from app.points import service as points_service
from app.risk.service import Event, decide, forget_fact, settle_decision, settle_none
from app.risk.terms import EventKind


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was decided, and under which record."""

    verdict: Verdict
    decision_id: UUID | None


def judge(uow: UnitOfWork, redemption: Redemption, known: Known, place: Place, *, proven: bool) -> Judgement:
    """Decide whether points may go, in the transaction that would move them. Once for one redemption.

    `place`: how far from the shop a phone says that it is; what is known of the till is added. `proven`: the resident
    has shown fingerprint or face for it already. Who proves it later has been decided on before; that stands in the
    redemption.
    """
    known = _with_helper(uow, known, redemption)
    order_fen = redemption.order_fen or redemption.worth_fen or 0  # without a bill all that is paid is points
    facts = evidence.facts_of_redeeming(
        known,
        replace(place, is_first_seen=uow.actor.is_first_seen),
        order_fen=order_fen,
        discount_fen=redemption.weighed_fen,
        proven=proven,
        now=uow.now,
    )
    decision = decide(
        uow,
        Event(
            kind=EventKind.REDEEM,
            book_id=redemption.book_id,
            subject_id=redemption.id,
            resident_id=redemption.resident_id,
            person_id=redemption.person_id,
            device_id=known.installation,
            household_id=known.household_id,
            shop_id=redemption.branch_id,
            terminal_id=redemption.terminal_id,
            cashier_id=redemption.cashier_id,
            points=redemption.points or 0,
            order_fen=order_fen,
            mode=redemption.mode,
            facts=facts,
        ),
        before_stopping=lambda: _check_covered(uow, redemption),
    )
    return Judgement(Verdict(decision.outcome), decision.id)


def _with_helper(uow: UnitOfWork, known: Known, spent: Redemption | Reservation) -> Known:
    """Add for how many the one spends who acts for a resident. Where nobody does nothing is asked."""
    if spent.acted_by is None or spent.book_id is None or spent.resident_id is None:
        return known
    helped = count_helped(
        uow.session,
        spent.book_id,
        acted_by=spent.acted_by,
        resident_id=spent.resident_id,
        since=uow.now - HELPED_COUNTED,
    )
    return replace(known, helped_residents=helped)


def judge_refund(uow: UnitOfWork, redemption: Redemption, refund: Refund, *, book: str, resident_id: UUID) -> Judgement:
    """Decide whether points may come back, in the transaction that would give them back. Once for one refund."""
    till = till_queries.get_till_of(uow.session, refund.branch_id)
    known, returns = find_returning(
        uow.session,
        till,
        book=book,
        book_id=refund.book_id,
        resident_id=resident_id,
        person_id=redemption.person_id,
        now=uow.now,
    )
    facts = evidence.facts_of_refunding(
        known,
        Place(is_first_seen=uow.actor.is_first_seen),
        returns,
        points=refund.points,
        captured_points=redemption.captured_points or refund.points,
        captured_at=redemption.closed_at or uow.now,
        now=uow.now,
    )
    is_till = Role.TERMINAL in uow.actor.roles
    decision = decide(
        uow,
        Event(
            kind=EventKind.REFUND,
            book_id=refund.book_id,
            subject_id=refund.id,
            resident_id=resident_id,
            person_id=redemption.person_id,
            household_id=known.household_id,
            shop_id=refund.branch_id,
            terminal_id=uow.actor.id if is_till else None,
            cashier_id=None if is_till else uow.actor.id,
            points=refund.points,
            order_fen=redemption.order_fen or 0,
            mode=redemption.mode,
            facts=facts,
        ),
    )
    return Judgement(Verdict(decision.outcome), decision.id)


def _check_covered(uow: UnitOfWork, wanted: Redemption | Reservation) -> None:
    """Refuse what the passbook does not hold, or must not spend: a typing error at the till is no fraud.

    Asked only before something is stopped: for what goes on the ledger looks itself.
    """
    book_id, resident_id = wanted.book_id, wanted.resident_id
    if book_id is not None and resident_id is not None:
        points_service.check_holdable(uow, book_id, resident_id=resident_id, points=wanted.points or 0)


def settle(uow: UnitOfWork, redemption: Redemption, *, points: int) -> None:
    """Say how many points really moved in the end: captured, less what was given back."""
    if redemption.book_id is not None:  # else it was declined before anybody was decided on
        settle_decision(uow, redemption.book_id, EventKind.REDEEM, redemption.id, points=points)


def forget(uow: UnitOfWork, redemption: Redemption) -> None:
    """Say of one that was decided on and then declined for another reason that it never happened."""
    if redemption.book_id is not None and redemption.decision_id is not None:
        terminal_id = redemption.terminal_id
        forget_fact(uow, redemption.book_id, EventKind.REDEEM, redemption.id, terminal_id=terminal_id)


def settle_lapsed(uow: UnitOfWork, redemptions: Iterable[Redemption]) -> None:
    """Say of those that ran out and were decided on that nothing of them moved."""
    over = [(each.book_id, each.id) for each in redemptions if each.book_id is not None and each.decision_id]
    settle_none(uow, EventKind.REDEEM, over)


def settle_refund(uow: UnitOfWork, refund: Refund) -> None:
    """Say that nothing of a refund came to be."""
    settle_decision(uow, refund.book_id, EventKind.REFUND, refund.id, points=0)


def judge_gift(uow: UnitOfWork, reservation: Reservation, known: Known, *, value_fen: int) -> Judgement:
    """Decide whether a gift may be set aside, as on a payment of its points. It has no bill, and no till as yet."""
    known = _with_helper(uow, known, reservation)
    facts = evidence.facts_of_redeeming(known, NOWHERE, order_fen=0, discount_fen=value_fen, proven=False, now=uow.now)
    decision = decide(
        uow,
        Event(
            kind=EventKind.REDEEM,
            book_id=reservation.book_id,
            subject_id=reservation.id,
            resident_id=reservation.resident_id,
            person_id=reservation.person_id,
            device_id=known.installation,
            household_id=known.household_id,
            shop_id=reservation.shop_id,
            points=reservation.points,
            mode=GIFT_MODE,
            facts=facts,
        ),
        before_stopping=lambda: _check_covered(uow, reservation),
    )
    return Judgement(Verdict(decision.outcome), decision.id)


def judge_gift_return(uow: UnitOfWork, reservation: Reservation, till: Till, *, book: str) -> Judgement:
    """Decide whether the points of a gift may come back. Once: what is stopped is for the people of the desk."""
    known, returns = find_returning(
        uow.session,
        till,
        book=book,
        book_id=reservation.book_id,
        resident_id=reservation.resident_id,
        person_id=reservation.person_id,
        now=uow.now,
    )
    facts = evidence.facts_of_refunding(
        known,
        Place(is_first_seen=uow.actor.is_first_seen),
        returns,
        points=reservation.points,
        captured_points=reservation.points,
        captured_at=reservation.closed_at or uow.now,
        now=uow.now,
    )
    decision = decide(
        uow,
        Event(
            kind=EventKind.REFUND,
            book_id=reservation.book_id,
            subject_id=reservation.id,
            resident_id=reservation.resident_id,
            person_id=reservation.person_id,
            household_id=known.household_id,
            shop_id=reservation.shop_id,
            terminal_id=till.terminal_id,
            cashier_id=None if till.terminal_id else uow.actor.id,
            points=reservation.points,
            mode=GIFT_MODE,
            facts=facts,
        ),
    )
    return Judgement(Verdict(decision.outcome), decision.id)


def forget_gift(uow: UnitOfWork, reservation: Reservation) -> None:
    """Say of a gift that was decided on and declined by the ledger that it was never set aside."""
    forget_fact(uow, reservation.book_id, EventKind.REDEEM, reservation.id)


def settle_gifts(uow: UnitOfWork, reservations: Sequence[Reservation]) -> None:
    """Say that nothing of these gifts moved in the end: given up, expired, given back to the shop."""
    settle_none(uow, EventKind.REDEEM, [(each.book_id, each.id) for each in reservations])


def settle_gift_return(uow: UnitOfWork, reservation: Reservation) -> None:
    """Say that nothing came back of a gift."""
    settle_decision(uow, reservation.book_id, EventKind.REFUND, reservation.id, points=0)
