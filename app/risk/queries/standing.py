"""How the case of a decision stands: for features that keep value back until somebody has looked."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from app.risk.models import Case, DecisionRow
from app.risk.terms import CaseState, Label

CLEARED = frozenset({Label.FALSE_POSITIVE, Label.VALUABLE_ALERT})


def select_held_decisions(book_id: int) -> Select[UUID, UUID]:
    """A query for the caller to compose: (decision_id, case_id) of decisions whose case clears nothing.

    It is not closed yet, or it was closed as confirmed risk.
    """
    return (
        select(DecisionRow.id.label("decision_id"), Case.id.label("case_id"))
        .join(Case, (Case.book_id == DecisionRow.book_id) & (Case.id == DecisionRow.case_id))
        .where(DecisionRow.book_id == book_id, (Case.state != CaseState.CLOSED) | Case.label.not_in(CLEARED))
    )


def select_cleared_cases(book_id: int) -> Select[UUID, str | None, UUID | None, datetime | None]:
    """A query for the caller to compose: (case_id, label, closed_by, closed_at) of cases closed as no risk."""
    return select(Case.id.label("case_id"), Case.label, Case.closed_by, Case.closed_at).where(
        Case.book_id == book_id, Case.state == CaseState.CLOSED, Case.label.in_(CLEARED)
    )
