"""How a book was set up, for a new one to be set up alike."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.points.models import AwardRule, AwardRuleVersion, Budget, ClearingAgreement


def list_own_budgets(session: Session, book_id: int, *, limit: int) -> Sequence[Budget]:
    """The first budgets of a book that its sponsors opened; not those that hold points from other books."""
    of_agreement = exists().where(ClearingAgreement.book_id == book_id, ClearingAgreement.budget_id == Budget.id)
    query = select(Budget).where(Budget.book_id == book_id, ~of_agreement)
    return session.scalars(query.order_by(Budget.id).limit(limit)).all()


def list_published_rules(session: Session, book_id: int, *, limit: int) -> Sequence[tuple[AwardRule, AwardRuleVersion]]:
    """The rules that pay, by code, each with its highest published version; withdrawn ones are left out."""
    query = (
        select(AwardRule, AwardRuleVersion)
        .join(
            AwardRuleVersion,
            (AwardRuleVersion.book_id == AwardRule.book_id) & (AwardRuleVersion.code == AwardRule.code),
        )
        .where(
            AwardRule.book_id == book_id,
            AwardRule.withdrawn_at.is_(None),
            AwardRuleVersion.published_at.is_not(None),
        )
        .ext(distinct_on(AwardRule.code))
        .order_by(AwardRule.code, AwardRuleVersion.version.desc())
        .limit(limit)
    )
    return [(rule, version) for rule, version in session.execute(query)]
