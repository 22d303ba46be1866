"""Awards as the register of awards keeps them, written straight into it: what statements read of them."""

from datetime import date
from uuid import UUID

from app.points.models import AwardRecord, AwardRule, AwardRuleVersion
from app.points.service import Outcome
from tests.points.ledger import Acts, some_cause

RULE = "test.rule"


def register(
    acts: Acts,
    award: Outcome,
    resident_id: UUID,
    title: str,
    *,
    performed_on: date = date(2026, 6, 15),
    minutes: int | None = None,
    events: int | None = None,
    grade: str | None = None,
) -> AwardRecord:
    """Say what an award was for. 15 June 2026 is a Monday."""
    _open_rule(acts)
    record = AwardRecord(
        book_id=acts.ledger.id,
        id=acts.uow.new_id(),
        rule_code=RULE,
        rule_version=1,
        subject=some_cause(),
        beneficiary_id=resident_id,
        cycle="once",
        passbook_id=resident_id,
        household_id=None,
        performed_on=performed_on,
        title=title,
        minutes=minutes,
        events=events,
        grade=grade,
        chosen_points=None,
        streak=1,
        computed_points=award.points,
        points=award.points,
        budget_id=acts.ledger.budget_id,
        allotment_id=None,
        evidence=None,
        awarded_by=acts.uow.actor.id,
        awarded_at=acts.uow.now,
        transaction_id=award.subject_id,
    )
    acts.uow.session.add(record)
    acts.uow.session.flush()
    return record


def _open_rule(acts: Acts) -> None:
    book_id, session = acts.ledger.id, acts.uow.session
    if session.get(AwardRule, (book_id, RULE)) is not None:
        return
    made = {"created_by": acts.uow.actor.id, "created_at": acts.uow.now}
    session.add(AwardRule(book_id=book_id, code=RULE, title="Test", withdrawn_by=None, withdrawn_at=None, **made))
    session.flush()
    session.add(
        AwardRuleVersion(
            book_id=book_id,
            code=RULE,
            version=1,
            budget_id=acts.ledger.budget_id,
            formula="1",
            grades={},
            cycle="once",
            points_max=1000,
            proposed_by=acts.uow.actor.id,
            proposed_at=acts.uow.now,
        )
    )
    session.flush()
