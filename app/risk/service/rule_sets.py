"""Writing rules: one person saves a version, another publishes it; in between it may run in shadow."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Cursor, CursorInvalid, Page
from app.risk import errors, queries
from app.risk.models import RuleSet
from app.risk.queries.rule_sets import VERSION_MAX, ShadowSum
from app.risk.rules.definitions import RuleSetDefinition, check_definition
from app.risk.service import shelf
from app.risk.terms import BUILT_IN, OPERATOR, OPERATOR_SECOND, SHADOWS_MAX, RuleSetState


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """A version in shadow, and what it would have decided by what was."""

    rule_set: RuleSet
    sums: Sequence[ShadowSum]


def save_rule_set(uow: UnitOfWork, *, book: str | None, definition: RuleSetDefinition) -> RuleSet:
    """Save a version. It decides nothing before another person publishes it; to change it, save another one.

    Refuses BookMissing, ListMissing, and what `check_definition` refuses, in a sentence that names the rule.
    """
    return _save(uow, queries.get_book_id(uow.session, book), definition)


def publish_rule_set(uow: UnitOfWork, *, book: str | None, version: int) -> RuleSet:
    """Let a version decide, that somebody else saved; the one before it is retired.

    Refuses BookMissing, RuleSetMissing, RuleSetOwn, RuleSetClosed.
    """
    return _publish(uow, queries.get_book_id(uow.session, book), version)


def start_shadow(uow: UnitOfWork, *, book: str | None, version: int, days: int) -> RuleSet:
    """Let a version judge what happens for 1 to 30 days without any effect. Again: from now on anew.

    Refuses BookMissing, RuleSetMissing, RuleSetClosed, ShadowsFull.
    """
    book_id = queries.get_book_id(uow.session, book)
    queries.lock_versions(uow.session, book_id)
    rule_set = _lock_unpublished(uow, book_id, version)
    runs = rule_set.shadow_until is not None and rule_set.shadow_until > uow.now
    if not runs and queries.count_shadows(uow.session, book_id, now=uow.now) >= SHADOWS_MAX:
        raise errors.ShadowsFull(most=SHADOWS_MAX)
    rule_set.state = RuleSetState.SHADOW
    rule_set.shadowed_by = uow.actor.id
    rule_set.shadow_from, rule_set.shadow_until = uow.now, uow.now + timedelta(days=days)
    uow.session.flush()
    return rule_set


def retire_rule_set(uow: UnitOfWork, *, book: str | None, version: int) -> RuleSet:
    """Put a draft or a shadow away. What decides is only replaced, by another version and another person.

    Refuses BookMissing, RuleSetMissing, RuleSetClosed.
    """
    rule_set = _lock_unpublished(uow, queries.get_book_id(uow.session, book), version)
    rule_set.state, rule_set.retired_by, rule_set.retired_at = RuleSetState.RETIRED, uow.actor.id, uow.now
    uow.session.flush()
    return rule_set


def show_rule_set(uow: UnitOfWork, *, book: str | None, version: int) -> RuleSet:
    """One version with its rules; 0: those that come with Linli. Refuses BookMissing, RuleSetMissing."""
    book_id = queries.get_book_id(uow.session, book)
    return _built_in(uow, book_id) if version == BUILT_IN else queries.get_rule_set(uow.session, book_id, version)


def list_rule_sets(uow: UnitOfWork, *, book: str | None, limit: int, cursor: str | None) -> Page[RuleSet]:
    """Versions, newest first, and last of all what comes with Linli. Refuses BookMissing, CursorInvalid."""
    book_id = queries.get_book_id(uow.session, book)
    before = None
    if cursor is not None:
        before = int(Cursor.decode(cursor, int).parts[0])
        if not 0 <= before <= VERSION_MAX:
            raise CursorInvalid
    rows = list(queries.list_rule_sets(uow.session, book_id, before=before, limit=limit + 1))
    if len(rows) <= limit and before != BUILT_IN:
        rows.append(_built_in(uow, book_id))
    kept = rows[:limit]
    return Page(kept, Cursor((kept[-1].version,)).encode() if len(rows) > limit else None)


def sum_shadow(uow: UnitOfWork, *, book: str | None, version: int) -> ShadowReport:
    """What a version would have decided in shadow the last time, by what was. Refuses BookMissing, RuleSetMissing."""
    rule_set = show_rule_set(uow, book=book, version=version)
    if rule_set.shadow_from is None:
        return ShadowReport(rule_set, ())
    sums = queries.sum_shadows(uow.session, rule_set.book_id, version, since=rule_set.shadow_from)
    return ShadowReport(rule_set, sums)


def start_defaults(uow: UnitOfWork, *, book: str | None) -> RuleSet | None:
    """Put the rules that come with Linli in force as a book's first version (None: for signing in, beside all books).

    By the operator, who counts as two people here as elsewhere on the command line. None when it has versions already.
    Refuses BookMissing.
    """
    book_id = queries.get_book_id(uow.session, book)
    queries.lock_versions(uow.session, book_id)
    if queries.max_version(uow.session, book_id):
        return None
    first, second = (_as(uow, person) for person in (OPERATOR, OPERATOR_SECOND))
    saved = _save(first, book_id, shelf.defaults())
    return _publish(second, book_id, saved.version)


def _built_in(uow: UnitOfWork, book_id: int) -> RuleSet:
    """What comes with Linli, as if it were a version: it decides until another one does. It is stored nowhere."""
    decides = queries.find_active(uow.session, book_id) is None
    return RuleSet(
        book_id=book_id,
        version=BUILT_IN,
        definition=shelf.defaults().plain(),
        state=RuleSetState.ACTIVE if decides else RuleSetState.RETIRED,
        proposed_by=OPERATOR,
    )


def _save(uow: UnitOfWork, book_id: int, definition: RuleSetDefinition) -> RuleSet:
    check_definition(definition)
    for code in sorted(definition.list_codes() - shelf.defaults().list_codes()):
        queries.get_list(uow.session, book_id, code)
    queries.lock_versions(uow.session, book_id)
    made = RuleSet(
        book_id=book_id,
        version=queries.max_version(uow.session, book_id) + 1,
        id=uow.new_id(),
        definition=definition.plain(),
        state=RuleSetState.DRAFT,
        proposed_by=uow.actor.id,
        proposed_at=uow.now,
    )
    uow.session.add(made)
    uow.session.flush()
    return made


def _publish(uow: UnitOfWork, book_id: int, version: int) -> RuleSet:
    queries.lock_versions(uow.session, book_id)
    rule_set = _lock_unpublished(uow, book_id, version)
    if rule_set.proposed_by == uow.actor.id:
        raise errors.RuleSetOwn
    before = queries.find_active(uow.session, book_id)
    if before is not None:
        before.state, before.retired_by, before.retired_at = RuleSetState.RETIRED, uow.actor.id, uow.now
        uow.session.flush()  # one at a time is active, also within this transaction
    rule_set.state, rule_set.published_by, rule_set.published_at = RuleSetState.ACTIVE, uow.actor.id, uow.now
    uow.session.flush()
    return rule_set


def _lock_unpublished(uow: UnitOfWork, book_id: int, version: int) -> RuleSet:
    rule_set = queries.lock_rule_set(uow.session, book_id, version)
    if rule_set.state not in {RuleSetState.DRAFT, RuleSetState.SHADOW}:
        raise errors.RuleSetClosed(version=version, state=rule_set.state)
    return rule_set


def _as(uow: UnitOfWork, person: UUID) -> UnitOfWork:
    return replace(uow, actor=replace(uow.actor, id=person))
