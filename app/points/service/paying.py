"""Posting what rules have decided, and writing the register of awards."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import day_bounds, local_date
from app.points import queries
from app.points.models import AwardRecord, Book
from app.points.rules.accounts import AccountRef
from app.points.rules.awarding import Ruling
from app.points.rules.facts import Fact
from app.points.service.attempts import open_causes
from app.points.service.awards import Award, award_posting
from app.points.service.claims import Claim
from app.points.service.closings import keep_open
from app.points.service.lifetimes import last_day
from app.points.service.posting import Outcome, post
from app.points.terms import AccountKind, Code


def post_claims(
    uow: UnitOfWork, book: Book, ruled: Sequence[tuple[Claim, Ruling]], *, code: Code
) -> dict[str, Outcome]:
    """Pay claims whose rulings give points, in one call of the posting door; outcomes by the claims' keys."""
    if not ruled:
        return {}
    causes = open_causes(uow, book.id, [claim.key for claim, _ in ruled], _spell)
    budgets = queries.budgets_of(uow.session, book.id, {claim.terms.budget_id for claim, _ in ruled})
    today = local_date(uow.now)
    dates = keep_open(uow, book.id, [_done_at(claim.fact, today) for claim, _ in ruled])
    postings = [
        award_posting(
            budgets[claim.terms.budget_id],
            Award(
                causes[claim.key],
                claim.payee.passbook_id,
                ruling.points,
                claim.fact.evidence,
                done_at,
            ),
            last_day(book, today, validity_months=claim.terms.validity_months),
            code,
            source=_source(claim.fact),
        )
        for (claim, ruling), done_at in zip(ruled, dates, strict=True)
    ]
    outcomes = post(uow, book.id, postings)
    return {claim.key: outcome for (claim, _), outcome in zip(ruled, outcomes, strict=True)}


def record_of(uow: UnitOfWork, book: Book, claim: Claim, ruling: Ruling, *, transaction_id: UUID | None) -> AwardRecord:
    """What the register says of a fact. Nothing is written."""
    fact = claim.fact
    return AwardRecord(
        book_id=book.id,
        id=uow.new_id(),
        rule_code=claim.terms.code,
        rule_version=claim.terms.version,
        subject=fact.subject,
        beneficiary_id=fact.beneficiary_id,
        cycle=ruling.cycle,
        passbook_id=claim.payee.passbook_id,
        household_id=claim.payee.household_id,
        performed_on=fact.performed_on,
        title=fact.title,
        minutes=fact.minutes,
        events=fact.events,
        grade=fact.grade,
        chosen_points=fact.chosen_points,
        streak=ruling.streak,
        computed_points=ruling.computed,
        points=ruling.points,
        budget_id=claim.terms.budget_id,
        allotment_id=fact.allotment_id,
        evidence=fact.evidence,
        awarded_by=uow.actor.id,
        awarded_at=uow.now,
        transaction_id=transaction_id,
    )


_KEEP = text("""
    INSERT INTO points_awards SELECT * FROM json_populate_recordset(NULL::points_awards, CAST(:rows AS json))
    ON CONFLICT DO NOTHING RETURNING id
""")


def keep_records(uow: UnitOfWork, records: Iterable[AwardRecord]) -> set[UUID]:
    """Write records in one statement and one order; answers those that no twin had written before."""
    ordered = sorted(records, key=lambda r: (r.rule_code, r.subject, r.passbook_id, r.cycle))
    if not ordered:
        return set()
    names = [column.key for column in AwardRecord.__table__.columns]
    rows = [{name: getattr(record, name) for name in names} for record in ordered]
    written = uow.session.execute(_KEEP, {"rows": json.dumps(rows, default=str, ensure_ascii=False)})
    return set(written.scalars())


def _spell(key: str, attempt: int) -> str:
    return key if attempt == 1 else f"{key}:{attempt}"


def _done_at(fact: Fact, today: date) -> datetime | None:
    """The beginning of the day it was done; None for today: now."""
    return None if fact.performed_on == today else day_bounds(fact.performed_on)[0]


def _source(fact: Fact) -> AccountRef | None:
    return None if fact.allotment_id is None else AccountRef(AccountKind.ALLOTMENT, fact.allotment_id)
