"""Points into passbooks: awards, and balances taken over from paper."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import local_date
from app.points import errors, queries
from app.points.models import Book, Budget
from app.points.rules.accounts import AccountRef, stripe_for
from app.points.rules.postings import Leg, LotChange, Posting, cost_of
from app.points.service.closings import keep_open
from app.points.service.lifetimes import last_day
from app.points.service.posting import Outcome, post
from app.points.terms import AccountKind, Code

LIABILITY = AccountRef(AccountKind.POINTS_LIABILITY)


@dataclass(frozen=True, slots=True)
class Award:
    """Points for one resident. `cause` names the fact that is paid for; `evidence` points to its record."""

    cause: str
    resident_id: UUID
    points: int
    evidence: str | None = None
    effective_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpeningBalance:
    """What a paper passbook held, valid to `expires_on`."""

    cause: str
    resident_id: UUID
    points: int
    expires_on: date
    evidence: str | None = None


def award_points(
    uow: UnitOfWork, book: Book, *, budget_id: UUID, awards: Sequence[Award], code: Code = Code.AWARD
) -> list[Outcome]:
    """Award one or thousands from one budget; each is decided on its own (see `posting.post`).

    Points earned today live as long as the book's policy says. What was done in a month that is closed is dated on the
    first day after it. Refuses BudgetMissing, PointsTooCostly. An award the budget cannot pay comes back declined:
    `Outcome.raise_if_declined`.
    """
    budget = queries.get_budget(uow.session, book.id, budget_id)
    expires_on = last_day(book, local_date(uow.now))
    dates = keep_open(uow, book.id, [award.effective_at for award in awards])
    dated = [replace(award, effective_at=at) for award, at in zip(awards, dates, strict=True)]
    return post(uow, book.id, [award_posting(budget, award, expires_on, code) for award in dated])


def take_over_balances(
    uow: UnitOfWork, book: Book, *, budget_id: UUID, balances: Sequence[OpeningBalance]
) -> list[Outcome]:
    """Take balances over from paper passbooks, each with its own expiry day.

    Refuses BudgetMissing, ExpiryDatePast, PointsTooCostly.
    """
    budget = queries.get_budget(uow.session, book.id, budget_id)
    today = local_date(uow.now)
    for row in balances:
        # a retry of what was taken over in time is answered as it was
        if row.expires_on < today and queries.find_outcome(uow.session, book.id, row.cause) is None:
            raise errors.ExpiryDatePast(expires_on=row.expires_on.isoformat(), today=today.isoformat())
    postings = [
        award_posting(
            budget,
            # the expiry day was asked for here, so it belongs to the evidence and with it to the fingerprint
            Award(
                row.cause,
                row.resident_id,
                row.points,
                f"{row.evidence or ''} valid to {row.expires_on.isoformat()}".strip(),
            ),
            row.expires_on,
            Code.OPENING,
        )
        for row in balances
    ]
    return post(uow, book.id, postings)


def award_posting(
    budget: Budget, award: Award, expires_on: date, code: Code, *, source: AccountRef | None = None
) -> Posting:
    """Points from `source` (None: a stripe of the budget) into a passbook, and their money. Refuses PointsTooCostly."""
    source = source or AccountRef(
        AccountKind.SPONSOR_BUDGET, budget.id, stripe_for(AccountKind.SPONSOR_BUDGET, award.resident_id)
    )
    passbook = AccountRef(AccountKind.RESIDENT, award.resident_id)
    cost = cost_of(award.points, budget.point_value_fen)
    money = (Leg(AccountRef(AccountKind.BUDGET_RESERVE, budget.id), -cost), Leg(LIABILITY, cost)) if cost else ()
    return Posting(
        cause=award.cause,
        code=code,
        legs=(Leg(source, -award.points), Leg(passbook, award.points), *money),
        lots=(LotChange(passbook, expires_on, budget.id, award.points, cost),),
        evidence=award.evidence,
        effective_at=award.effective_at,
    )
