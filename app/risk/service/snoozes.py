"""Snoozes: a rule is silent about somebody for some days, because people looked and found nothing."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.risk import errors, queries
from app.risk.models import Case, DecisionRow, Snooze
from app.risk.rules.definitions import RuleSetDefinition
from app.risk.service import shelf
from app.risk.service.own import HouseShops, check_not_near, no_shops, parties
from app.risk.terms import BUILT_IN, CLEARED_SNOOZE_DAYS, Pivot, RuleResult


def snooze_rule(
    uow: UnitOfWork,
    *,
    book: str | None,
    decision_id: UUID,
    rule: str,
    days: int,
    reason: str,
    house_shops: HouseShops = no_shops,
) -> Snooze:
    """Let a rule that spoke in a decision be silent about whom it was about, for 1 to 90 days.

    Not where the actor or somebody close to him has a part, nor about a home or telephone of theirs.

    Refuses BookMissing, DecisionMissing, SnoozeUnfit, OwnRisk.
    """
    book_id = queries.get_book_id(uow.session, book)
    decision = queries.get_decision(uow.session, book_id, decision_id)
    pivot, pivot_id = _pivot(uow, decision, rule)
    concerned = (pivot_id, *parties(decision), decision.shop_id, decision.household_id)
    check_not_near(uow, *concerned, book=book, book_id=book_id, house_shops=house_shops)
    snooze = _add(uow, decision, rule, pivot, days=days, reason=reason)
    uow.session.flush()
    return snooze


def snooze_cleared(uow: UnitOfWork, case: Case, decisions: Sequence[DecisionRow], *, reason: str) -> None:
    """Let the rules about a device that spoke in its case be silent about it for a time: people found nothing.

    Of its newest decision's version alone: older ones decide no more.
    """
    here = [each for each in decisions if each.device_id == case.about_id]
    if case.about != Pivot.DEVICE or not here:
        return
    about_devices = {each.id for each in _definition(uow, here[0]).rules if each.pivot is Pivot.DEVICE}
    spoke: dict[str, DecisionRow] = {}
    for decision in here:
        hits = {answer["rule"] for answer in decision.answers if answer["result"] == RuleResult.HIT}
        if decision.version == here[0].version:
            spoke = dict.fromkeys(sorted(hits & about_devices), decision) | spoke
    for rule, decision in spoke.items():
        _add(uow, decision, rule, Pivot.DEVICE, days=CLEARED_SNOOZE_DAYS, reason=reason)
    uow.session.flush()


def end_snooze(uow: UnitOfWork, *, book: str | None, snooze_id: UUID) -> Snooze:
    """Let the rule speak again before its time. Refuses BookMissing, SnoozeMissing."""
    book_id = queries.get_book_id(uow.session, book)
    snooze = queries.lock_snooze(uow.session, book_id, snooze_id, now=uow.now)
    snooze.ended_by, snooze.ended_at = uow.actor.id, uow.now
    return snooze


def list_snoozes(uow: UnitOfWork, *, book: str | None, limit: int, cursor: str | None) -> Page[Snooze]:
    """Snoozes in force, newest first. Refuses BookMissing, CursorInvalid."""
    book_id = queries.get_book_id(uow.session, book)
    rows = queries.list_snoozes(uow.session, book_id, now=uow.now, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda snooze: snooze.id)


def _pivot(uow: UnitOfWork, decision: DecisionRow, rule: str) -> tuple[Pivot, UUID]:
    """Whom a rule was about that spoke in a decision. Refuses SnoozeUnfit."""
    if not any(answer["rule"] == rule and answer["result"] == RuleResult.HIT for answer in decision.answers):
        raise errors.SnoozeUnfit(rule=rule)
    pivot = next(each.pivot for each in _definition(uow, decision).rules if each.id == rule)
    found: UUID | None = getattr(decision, f"{pivot}_id")
    if found is None:
        raise errors.SnoozeUnfit(rule=rule)
    return pivot, found


def _definition(uow: UnitOfWork, decision: DecisionRow) -> RuleSetDefinition:
    """By which rules it was decided."""
    if decision.version == BUILT_IN:
        return shelf.defaults()
    rule_set = queries.get_rule_set(uow.session, decision.book_id, decision.version)
    return shelf.definition_of(uow.session, decision.book_id, rule_set.id)


def _add(uow: UnitOfWork, decision: DecisionRow, rule: str, pivot: Pivot, *, days: int, reason: str) -> Snooze:
    snooze = Snooze(
        book_id=decision.book_id,
        id=uow.new_id(),
        rule=rule,
        pivot=str(pivot),
        pivot_id=getattr(decision, f"{pivot}_id"),
        decision_id=decision.id,
        reason=reason,
        snoozed_by=uow.actor.id,
        snoozed_at=uow.now,
        expires_at=uow.now + timedelta(days=days),
    )
    uow.session.add(snooze)
    return snooze
