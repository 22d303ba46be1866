"""Rules and their versions."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.points import errors
from app.points.models import AwardRule, AwardRuleVersion


def get_rule(session: Session, book_id: int, code: str) -> AwardRule:
    """One rule of this book. Refuses RuleMissing."""
    rule = session.get(AwardRule, (book_id, code))
    if rule is None:
        raise errors.RuleMissing(rule=code)
    return rule


def lock_rule(session: Session, book_id: int, code: str) -> AwardRule:
    """The same, held until the transaction ends, as it stands then. Refuses RuleMissing."""
    rule = session.get(AwardRule, (book_id, code), with_for_update={"key_share": True}, populate_existing=True)
    if rule is None:
        raise errors.RuleMissing(rule=code)
    return rule


def get_rule_version(session: Session, book_id: int, code: str, version: int) -> AwardRuleVersion:
    """One version of a rule, published or not. Refuses RuleVersionMissing."""
    found = session.get(AwardRuleVersion, (book_id, code, version))
    if found is None:
        raise errors.RuleVersionMissing(rule=code, version=version)
    return found


def lock_rule_version(session: Session, book_id: int, code: str, version: int) -> None:
    """Wait for the awards by this version that are under way: their foreign key holds it until they commit."""
    session.get_one(AwardRuleVersion, (book_id, code, version), with_for_update=True)


def highest_versions(session: Session, book_id: int, code: str) -> tuple[int, int]:
    """The highest version of a rule, and the highest that is published; 0 where there is none."""
    highest = func.coalesce(func.max(AwardRuleVersion.version), 0)
    published = func.coalesce(func.max(AwardRuleVersion.version).filter(AwardRuleVersion.published_at.is_not(None)), 0)
    query = select(highest, published).where(AwardRuleVersion.book_id == book_id, AwardRuleVersion.code == code)
    row = session.execute(query).one()
    return int(row[0]), int(row[1])


def list_rules(session: Session, book_id: int, *, after: str | None, limit: int) -> Sequence[AwardRule]:
    """Rules by code, those after `after`."""
    query = select(AwardRule).where(AwardRule.book_id == book_id).order_by(AwardRule.code).limit(limit)
    return session.scalars(query if after is None else query.where(AwardRule.code > after)).all()


def list_rule_versions(
    session: Session, book_id: int, code: str, *, before: int | None, limit: int
) -> Sequence[AwardRuleVersion]:
    """The versions of a rule, the newest first, those below `before`."""
    query = select(AwardRuleVersion).where(AwardRuleVersion.book_id == book_id, AwardRuleVersion.code == code)
    if before is not None:
        query = query.where(AwardRuleVersion.version < before)
    return session.scalars(query.order_by(AwardRuleVersion.version.desc()).limit(limit)).all()
