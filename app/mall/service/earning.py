"""From a payment to points: parked until everything is known, pending until goods can no longer be returned, awarded.

One payment in each transaction, its row locked; what is not decided says when it is to be looked at again.
"""

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app.identity import queries as identity_queries
from app.identity import service as identity
from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import DomainError
from app.kernel.periods import local_date
from app.mall import queries, terms
from app.mall.models import Earn
from app.mall.rules.earning import events_of, subject_of
from app.mall.service.judging import may_award, settle
from app.mall.terms import EarnState, Reason, ReportState, Ties
from app.points import errors as points_errors
from app.points import queries as points_queries
from app.points import service as points
from app.points.service import AwardOutcome, Fact


class TiesOf(Protocol):
    """Says what a resident is to a shop. Whoever starts the work gives it: shops' people are another feature's."""

    def __call__(self, session: Session, *, shop_id: UUID, book: str, resident_id: UUID, now: datetime) -> Ties:
        """Say it."""


def work_earn(uow: UnitOfWork, *, ties_of: TiesOf) -> int:
    """Look at the payment whose turn it is; returns how many there were, 0 or 1."""
    earn = queries.lock_next_earn(uow.session, now=uow.now)
    if earn is None:
        return 0
    if earn.state == EarnState.PARKED:
        _settle_who(uow, earn, ties_of)
    else:
        _pay(uow, earn, ties_of)
    uow.session.flush()
    return 1


def _settle_who(uow: UnitOfWork, earn: Earn, ties_of: TiesOf) -> None:
    """Find out whose payment it is, by which rule it earns, and from when on; tell WeChat Pay what to expect."""
    lacks = _find_out(uow, earn)
    if lacks is not None:
        earn.reason = lacks
        if lacks is Reason.CONSENT_MISSING and not earn.consent_asks and earn.consent_ask_at is None:
            earn.consent_ask_at = uow.now
        if uow.now >= earn.parked_until:
            give_to_review(earn, lacks)
        else:
            earn.look_at = min(uow.now + terms.PARKED_LOOK, earn.parked_until)
        return
    tie = _tie(uow, earn, ties_of)
    if tie is not None:
        give_to_review(earn, tie)
        return
    foreseen = _preview(uow, earn)
    if foreseen.record is None and not isinstance(foreseen.refusal, points_errors.PointsInsufficient):
        give_to_review(earn, _code(foreseen))
        return
    earn.state, earn.reason, earn.look_at = EarnState.PENDING, None, earn.due_at
    earn.points = foreseen.record.points if foreseen.record else 0
    ask_to_report(uow, earn, earn.points)


def foresee_again(uow: UnitOfWork, earn: Earn) -> None:
    """Say what a pending payment will bring, after a part of it came back."""
    record = _preview(uow, earn).record if earn.refunded_fen < earn.amount_fen else None
    earn.points = record.points if record else 0


def _preview(uow: UnitOfWork, earn: Earn) -> AwardOutcome:
    [foreseen] = points.preview_awards(uow, points_queries.get_book(uow.session, _book(earn)), facts=[_fact(earn)])
    return foreseen


def _find_out(uow: UnitOfWork, earn: Earn) -> Reason | None:
    """Fill in what is known. Answers what is not."""
    shop = queries.find_shop(uow.session, earn.shop_number)
    if shop is None:
        return Reason.SHOP_UNKNOWN
    earn.owner_book_id, earn.book, earn.shop_id = shop.book_id, shop.book, shop.shop_id
    earn.rule, earn.title = shop.rule, f"{shop.shop_name} 消费"
    earn.due_at = earn.paid_at + timedelta(days=shop.return_days)
    if not queries.has_consent(uow.session, earn.appid, earn.openid_index):
        return Reason.CONSENT_MISSING
    person_id = identity.find_person_by_openid_index(uow.session, earn.appid, earn.openid_index)
    if person_id is None:
        return Reason.PERSON_UNKNOWN
    earn.resident_id = identity_queries.find_resident_id(uow.session, person_id, _book(earn))
    return None if earn.resident_id else Reason.NOT_RESIDENT


def _tie(uow: UnitOfWork, earn: Earn, ties_of: TiesOf) -> Reason | None:
    """Say what of the shop's house whoever paid is; None: nothing, or of its kin and somebody let it pass."""
    resident_id, shop_id = _fact(earn).beneficiary_id, earn.shop_id
    assert shop_id is not None  # noqa: S101 - _find_out fills it in with the book
    ties = ties_of(uow.session, shop_id=shop_id, book=_book(earn), resident_id=resident_id, now=uow.now)
    if ties.own:
        return Reason.OWN_SHOP
    return Reason.KIN_OF_SHOP if ties.kin and earn.cleared_by is None else None


def _pay(uow: UnitOfWork, earn: Earn, ties_of: TiesOf) -> None:
    if earn.refunded_fen >= earn.amount_fen:
        earn.state, earn.points, earn.look_at = EarnState.REFUNDED, 0, None
        return
    tie = _tie(uow, earn, ties_of)  # again: who was of the house may have been said only since
    if tie is not None:
        give_to_review(earn, tie)
        return
    foreseen = _preview(uow, earn).record
    if foreseen and foreseen.points and not may_award(uow, earn, book=_book(earn), points=foreseen.points):
        give_to_review(earn, Reason.STOPPED)
        return
    refusal = _award(uow, earn)
    settle(uow, earn, points=0 if refusal else earn.points)
    if refusal is None:
        return
    dry_until = (earn.due_at or uow.now) + terms.DRY_MAX
    if isinstance(refusal, points_errors.PointsInsufficient) and uow.now < dry_until:
        earn.look_at, earn.reason = uow.now + terms.DRY_LOOK, refusal.code
    else:
        give_to_review(earn, refusal.code)


def _award(uow: UnitOfWork, earn: Earn) -> DomainError | None:
    """Award what is left of a payment, by its rule; what its payer owes is taken out of it at once.

    Answers why not, where it was refused.
    """
    book = points_queries.get_book(uow.session, _book(earn))
    [outcome] = points.award(uow, book, facts=[_fact(earn)])
    if outcome.record is None:
        return outcome.refusal
    earn.state, earn.reason, earn.look_at = EarnState.AWARDED, None, None
    earn.award_id, earn.points = outcome.record.id, outcome.record.points
    earn.awarded_fen = earn.amount_fen - earn.refunded_fen
    if outcome.record.transaction_id is not None and not outcome.replayed:
        points.recover_owed(uow, book, transaction_id=outcome.record.transaction_id)
    return None


def give_to_review(earn: Earn, reason: str) -> None:
    """Somebody has to look."""
    earn.state, earn.reason, earn.look_at = EarnState.REVIEW, reason[: terms.REASON_LENGTH_MAX], None


def ask_to_report(uow: UnitOfWork, earn: Earn, found: int) -> None:
    """Have WeChat Pay told that a payment brings so many points, or none: else it tells nothing of refunds."""
    earn.report, earn.report_earns, earn.report_points = ReportState.QUEUED, found > 0, found
    earn.report_attempts, earn.report_due_at = 0, uow.now


def _fact(earn: Earn) -> Fact:
    assert earn.rule is not None  # noqa: S101 - ck_mall_earns_pending, and _find_out
    assert earn.resident_id is not None  # noqa: S101 - as above
    return Fact(
        rule=earn.rule,
        subject=subject_of(earn.transaction_id, earn.corrections),
        beneficiary_id=earn.resident_id,
        performed_on=local_date(earn.paid_at),
        title=earn.title or "消费",
        events=events_of(earn.amount_fen, earn.refunded_fen),
        evidence=f"wxpay:{earn.transaction_id}",
    )


def _code(outcome: AwardOutcome) -> str:
    return outcome.refusal.code if outcome.refusal else "unknown"


def _book(earn: Earn) -> str:
    assert earn.book is not None  # noqa: S101 - as above
    return earn.book
